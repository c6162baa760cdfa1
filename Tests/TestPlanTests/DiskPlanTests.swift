import Testing

import TestPlan

/// Plans with disks: what they mean, and what is said about wrong ones.
@Suite struct DiskPlanTests {
    typealias Row = PlanRefusalTests.Row

    @Test(arguments: disks + steps)
    func wrongOnesAreRefused(row: Row) {
        #expect(PlanText.problems(of: row.text) == row.messages)
    }

    @Test func stepsWithDisksAreRead() throws {
        let plan = try PlanText.plan(
            Self.plan(
                """
                mkfs: {disk: data, type: gfs2, options: [-p, lock_nolock, "-O"]}
                  - mount: {disk: data, type: gfs2, at: /mnt/g, options: [noatime, errors=panic], read-only: true}
                """))
        #expect(
            plan.steps.map(\.action) == [
                .mkfs(disk: "data", type: "gfs2", options: ["-p", "lock_nolock", "-O"]),
                .mountDisk(
                    disk: "data", type: "gfs2", at: "/mnt/g", options: ["noatime", "errors=panic"], readOnly: true),
            ])
        #expect(plan.steps.map(\.timeout) == [.seconds(60), .seconds(60)])
    }

    private static func device(_ text: String) -> String {
        PlanText.head + "guest:\n  devices:\n    - \(text)\n" + PlanText.steps
    }

    static let disks = [
        Row(device("disc: {name: a, size: 1GiB}"), "plan.yaml:5:7: unknown device 'disc': did you mean 'disk'?"),
        Row(
            device("disk: {}"), "plan.yaml:5:13: disk has no 'name': add 'name: …'",
            "plan.yaml:5:13: disk has no 'size': add 'size: …'"),
        Row(
            device("disk: {name: a.b, size: 1GiB}"),
            """
            plan.yaml:5:20: 'name' in disk must be 1 to 20 letters, digits, '-' and '_', not 'a.b': begin it with a \
            letter or a digit
            """),
        Row(
            device("disk: {name: abcdefghijklmnopqrstu, size: 1GiB}"),
            """
            plan.yaml:5:20: 'name' in disk must be 1 to 20 letters, digits, '-' and '_', not \
            'abcdefghijklmnopqrstu': begin it with a letter or a digit
            """),
        Row(
            device("disk: {name: root, size: 1GiB}"),
            "plan.yaml:5:20: 'name' in disk: 'root' is the harness's own: give it another name"),
        Row(
            device("disk: {name: vmharness-x, size: 1GiB}"),
            "plan.yaml:5:20: 'name' in disk: 'vmharness-x' is the harness's own: give it another name"),
        Row(
            device("disk: {name: a, size: 4GB}"),
            "plan.yaml:5:29: 'size' in disk: '4GB' is not a size: did you mean 4GiB?"),
        Row(
            device("disk: {name: a, size: 512KiB}"),
            "plan.yaml:5:29: 'size' in disk must be from 1MiB to 16TiB, not '512KiB'"),
        Row(
            device("disk: {name: a, size: 1500KiB}"),
            "plan.yaml:5:29: 'size' in disk must be a multiple of 1MiB, not 1500KiB: did you mean 2MiB?"),
        Row(
            device("disk: {name: a, size: 1GiB, iops-writes: 1}"),
            "plan.yaml:5:35: unknown key 'iops-writes' in disk: did you mean 'iops-write'?"),
        Row(
            device("disk: {name: a, size: 1GiB, iops-write: 0}"),
            """
            plan.yaml:5:47: 'iops-write' in disk must be a whole number from 1 to 1000000000000000, not '0'
            """),
        Row(
            device("disk: {name: a, size: 1GiB, bps-read: 1M}"),
            "plan.yaml:5:45: 'bps-read' in disk: '1M' is not a size: did you mean 1MiB?"),
        Row(
            device("disk: {name: a, size: 1GiB, iops-write: 1, iops-total: 1}"),
            """
            plan.yaml:5:35: disk has both 'iops-total' and 'iops-write': limit reads and writes together or each \
            for itself
            """),
        Row(
            device("disk: {name: a, size: 1GiB}\n    - disk: {name: a, size: 2GiB}"),
            "plan.yaml:6:7: a second disk has the name 'a': the first is in line 5; give this one another name"),
        Row(
            device("virtiofs: {tag: a}\n    - disk: {name: a, size: 2GiB}"),
            """
            plan.yaml:6:7: a virtiofs device and a disk are both called 'a': the first is in line 5; give this one \
            another name
            """),
    ]

    private static func plan(_ step: String) -> String {
        PlanText.head + """
            guest:
              devices:
                - virtiofs: {tag: share}
                - disk: {name: data, size: 1GiB}
            steps:
              - \(step)

            """
    }

    static let steps = [
        Row(
            plan("mkfs: {disk: share, type: ext4}"),
            "plan.yaml:8:18: 'disk' in mkfs: the guest has no disk 'share': use data"),
        Row(
            plan("mkfs: {disk: dat}"), "plan.yaml:8:11: mkfs has no 'type': add 'type: …'",
            "plan.yaml:8:18: 'disk' in mkfs: the guest has no disk 'dat': did you mean 'data'?"),
        Row(
            plan("mkfs: {disk: data, type: ../sh}"),
            """
            plan.yaml:8:30: 'type' in mkfs must be the type of a file system, not '../sh': write it as mount(8) has \
            it, such as ext4
            """),
        Row(
            plan("mkfs: {disk: data, type: ext4, options: [\"\"]}"),
            "plan.yaml:8:46: an item of 'options' in mkfs must be one argument, not ''"),
        Row(
            plan("mount: {at: /m}"),
            """
            plan.yaml:8:12: mount has neither 'virtiofs' nor 'disk': add 'virtiofs: TAG', or 'disk: NAME' with \
            'type: …'
            """),
        Row(
            plan("mount: {virtiofs: share, disk: data, at: /m}"),
            "plan.yaml:8:36: mount has both 'virtiofs' and 'disk': keep one of them"),
        Row(
            plan("mount: {virtiofs: share, type: ext4, at: /m}"),
            "plan.yaml:8:36: mount of a share has no 'type': leave it out"),
        Row(
            plan("mount: {disk: data}"), "plan.yaml:8:12: mount has no 'at': add 'at: …'",
            "plan.yaml:8:12: mount has no 'type': add 'type: …'"),
    ]
}
