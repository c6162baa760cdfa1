import Foundation
import Testing

import TestPlan

/// Plans with persistent memory: what they mean, and what is said about wrong ones.
@Suite struct PmemPlanTests {
    typealias Row = PlanRefusalTests.Row

    @Test(arguments: devices + combinations + steps)
    func wrongOnesAreRefused(row: Row) {
        #expect(PlanText.problems(of: row.text) == row.messages)
    }

    @Test func devicesAreRead() throws {
        let plan = try PlanText.plan(
            Self.devices(
                "nvdimm: {name: a, size: 1026MiB, label: 2MiB, align: 2MiB, pmem: true}",
                "nvdimm: {name: b, size: 64MiB, backing: memfd, unarmed: true}",
                "nvdimm: {name: c, size: 64MiB, backing: /dev/dax0.1, unarmed: true, read-only: true}",
                "virtio-pmem: {name: d, size: 64MiB, backing: ram}"))
        let pmem = plan.guest.pmem
        #expect(pmem.map(\.name) == ["a", "b", "c", "d"])
        #expect(pmem.map(\.backing) == [.file, .memfd, .devdax("/dev/dax0.1"), .ram])
        #expect(pmem.map(\.model) == [.nvdimm, .nvdimm, .nvdimm, .virtioPmem])
        #expect(pmem[0].label == .mebibytes(2) && pmem[0].align == .mebibytes(2) && pmem[0].pmem)
        #expect(pmem.map(\.unarmed) == [false, true, true, false])
        #expect(pmem.map(\.readOnly) == [false, false, true, false])
    }

    @Test func stepsAreRead() throws {
        let plan = try PlanText.plan(
            Self.plan(
                "pmem: {device: a, mode: fsdax, tool: ndctl, map: mem, align: 2MiB}",
                "pmem: {device: a, mode: sector, sector-size: 4KiB, timeout: 2min}",
                "mkfs: {disk: a, type: ext4}", "mount: {disk: a, type: ext4, at: /mnt/a}", "pmem.save: {device: a}",
                "pmem.restore: {device: a}"))
        #expect(
            plan.steps.map(\.action) == [
                .pmem(
                    device: "a", layout: PmemLayout(mode: .fsdax, tool: .ndctl, map: .mem, align: .mebibytes(2))),
                .pmem(device: "a", layout: PmemLayout(mode: .sector, sectorSize: 4096)),
                .mkfs(disk: "a", type: "ext4", options: []),
                .mountDisk(disk: "a", type: "ext4", at: "/mnt/a", options: [], readOnly: false),
                .pmemSave(device: "a"), .pmemRestore(device: "a"),
            ])
        #expect(plan.steps[1].timeout == .seconds(120))
    }

    /// A mode of a step that does not apply counts for nothing.
    @Test func onlyStepsThatApplyGiveAMode() {
        let text =
            PlanText.head + "parameters:\n  m: {values: [x, y]}\nguest:\n  devices:\n"
            + "    - nvdimm: {name: a, size: 64MiB}\nsteps:\n  - pmem: {device: a, mode: fsdax, when: {m: y}}\n"
            + "  - mkfs: {disk: a, type: ext4}\n"
        #expect(
            PlanText.problems(of: text) == [
                "plan.yaml:10:5: mkfs: 'a' has no mode yet: put '- pmem: {device: a, mode: …}' before it"
            ])
        #expect(PlanText.problems(of: text, settings: ["m": "y"]) == [])
    }

    @Test func contentsMustBeAFileOfThePlanThatFits() throws {
        try withTemporaryDirectory { directory in
            for (name, size) in [("large.img", 65 << 20), ("fits.img", 64 << 20)] {
                #expect(FileManager.default.createFile(atPath: "\(directory)/\(name)", contents: nil))
                let file = try FileHandle(forWritingTo: URL(filePath: "\(directory)/\(name)"))
                try file.truncate(atOffset: UInt64(size))
                try file.close()
            }
            func problems(_ contents: String) -> [String] {
                PlanText.problems(
                    of: Self.devices("nvdimm: {name: a, size: 64MiB, contents: \(contents)}"), directory: directory)
            }
            #expect(problems("fits.img") == [])
            #expect(problems("large.img").first?.contains("is larger than the 64MiB of the device") == true)
            #expect(problems("absent.img").first?.contains("cannot be found") == true)
            #expect(problems(".").first?.contains("is not a regular file") == true)
            #expect(problems("../a.img").first?.contains("is not a path below the plan") == true)
        }
    }

    private static func devices(_ texts: String...) -> String {
        PlanText.head + "guest:\n  devices:\n" + texts.map { "    - \($0)\n" }.joined() + PlanText.steps
    }

    private static func plan(_ steps: String...) -> String {
        PlanText.head + "guest:\n  devices:\n    - nvdimm: {name: a, size: 66MiB, label: 2MiB}\n"
            + "    - nvdimm: {name: ram, size: 64MiB, backing: ram}\n"
            + "    - nvdimm: {name: weak, size: 64MiB, unarmed: true}\n" + "steps:\n"
            + steps.map { "  - \($0)\n" }.joined()
    }

    /// A guest with a function of the host.
    private static func passed(_ step: String) -> String {
        PlanText.head + "guest:\n  devices:\n    - nvdimm: {name: a, size: 64MiB}\n"
            + "    - vfio: {name: f, address: \"0000:03:00.0\"}\nsteps:\n  - pmem: {device: a, mode: fsdax}\n  - \(step)\n"
    }

    static let devices = [
        Row(
            devices("nvdim: {name: a, size: 64MiB}"),
            "plan.yaml:5:7: unknown device 'nvdim': did you mean 'nvdimm'?"),
        Row(
            devices("nvdimm: {}"), "plan.yaml:5:15: nvdimm has no 'name': add 'name: …'",
            "plan.yaml:5:15: nvdimm has no 'size': add 'size: …'"),
        Row(
            devices("nvdimm: {name: a, size: 64MiB, labels: 2MiB}"),
            "plan.yaml:5:38: unknown key 'labels' in nvdimm: did you mean 'label'?"),
        Row(
            devices("nvdimm: {name: a, size: 1024MiB, label: 2MiB}"),
            """
            plan.yaml:5:25: 'size' in nvdimm must be a multiple of 16MiB and the label of 2MiB, not 1GiB: \
            did you mean 1026MiB?
            """),
        Row(
            devices("nvdimm: {name: a, size: 100MiB}"),
            "plan.yaml:5:25: 'size' in nvdimm must be a multiple of 16MiB, not 100MiB: did you mean 112MiB?"),
        Row(
            devices("nvdimm: {name: a, size: 1040MiB, align: 1GiB}"),
            "plan.yaml:5:25: 'size' in nvdimm must be a multiple of 1GiB, not 1040MiB: did you mean 2GiB?"),
        Row(
            devices("nvdimm: {name: a, size: 64MiB, label: 64KiB}"),
            "plan.yaml:5:45: 'label' in nvdimm must be from 128KiB to 16MiB, not '64KiB'"),
        Row(
            devices("nvdimm: {name: a, size: 64MiB, align: 3MiB}"),
            "plan.yaml:5:38: 'align' in nvdimm must be a power of two, not 3MiB: did you mean 4MiB?"),
        Row(
            devices("nvdimm: {name: a, size: 64MiB, backing: files}"),
            """
            plan.yaml:5:47: 'backing' in nvdimm must be file, memfd, ram or the path of a device-dax node, not 'files': \
            did you mean 'file'?
            """),
        Row(
            devices("nvdimm: {name: a, size: 64MiB, backing: dax0.0}"),
            """
            plan.yaml:5:47: 'backing' in nvdimm must be file, memfd, ram or the path of a device-dax node, not \
            'dax0.0': did you mean '/dev/dax0.0'?
            """),
        Row(
            devices("nvdimm: {name: a, size: 64MiB, backing: /dev/pmem0}"),
            """
            plan.yaml:5:47: 'backing' in nvdimm: '/dev/pmem0' is not the path of a device-dax node: write it as \
            /dev/daxX.Y, such as /dev/dax0.0; for a file, leave 'backing' out
            """),
        Row(
            devices("nvdimm: {name: a, size: 64MiB}", "virtio-pmem: {name: a, size: 64MiB}"),
            """
            plan.yaml:6:7: a second device of persistent memory has the name 'a': the first is in line 5; give this \
            one another name
            """),
    ]

    static let combinations = [
        Row(
            devices("virtio-pmem: {name: a, size: 66MiB, label: 2MiB}"),
            "plan.yaml:5:43: 'label' in virtio-pmem: virtio-pmem has no labels: leave it out, or use an nvdimm"),
        Row(
            devices("virtio-pmem: {name: a, size: 64MiB, unarmed: true, read-only: true}"),
            "plan.yaml:5:43: 'unarmed' in virtio-pmem: virtio-pmem has no such state: leave it out, or use an nvdimm",
            "plan.yaml:5:58: 'read-only' in virtio-pmem: virtio-pmem cannot tell its guest: leave it out, or use an nvdimm"
        ),
        Row(
            devices("nvdimm: {name: a, size: 64MiB, backing: memfd, pmem: true}"),
            """
            plan.yaml:5:54: 'pmem' in nvdimm: only a file or a device-dax node has it: leave it out, or use \
            'backing: file'
            """),
        Row(
            devices("nvdimm: {name: a, size: 64MiB, read-only: true}"),
            """
            plan.yaml:5:38: 'read-only' in nvdimm: an NVDIMM that cannot be written to is unarmed: add 'unarmed: true'
            """),
        Row(
            devices("virtiofs: {tag: t}", "nvdimm: {name: a, size: 64MiB, backing: /dev/dax0.0}"),
            """
            plan.yaml:6:7: 'a' does not go with virtiofs 't' in line 5: virtiofsd cannot map /dev/dax0.0 and ends as \
            soon as the guest uses it: drop one of them, or use 'backing: file' without 'read-only'
            """),
    ]

    static let steps = [
        Row(
            plan("pmem: {device: b, mode: fsdax}"),
            "plan.yaml:9:20: 'device' in pmem: the guest has no persistent memory 'b': use a, ram or weak"),
        Row(
            plan("pmem: {device: a, mode: fdax}"),
            "plan.yaml:9:29: 'mode' in pmem must be fsdax, devdax, sector or raw, not 'fdax': did you mean 'fsdax'?"),
        Row(
            plan("pmem: {device: a, mode: raw, align: 2MiB}"),
            "plan.yaml:9:34: 'align' in pmem is for fsdax and devdax, not for raw: leave it out"),
        Row(
            plan(
                "pmem: {device: a, mode: sector, sector-size: 4KiB}",
                "pmem: {device: a, mode: sector, sector-size: 4000}"),
            """
            plan.yaml:10:50: 'sector-size' in pmem must be 512, 520, 528, 4096, 4104, 4160 or 4224, not 4000: \
            did you mean 4096?
            """),
        Row(
            plan("pmem: {device: weak, mode: fsdax}"),
            """
            plan.yaml:9:26: 'mode' in pmem: the guest cannot write to 'weak', so it stays raw: write 'mode: raw', or \
            give it 'contents' in line 7
            """),
        Row(
            plan("mount: {disk: a, type: ext4, at: /mnt/a}"),
            "plan.yaml:9:5: mount: 'a' has no mode yet: put '- pmem: {device: a, mode: …}' before it"),
        Row(
            plan("pmem: {device: a, mode: devdax}", "mkfs: {disk: a, type: ext4}"),
            "plan.yaml:10:5: mkfs: 'a' is a character device in mode devdax: give it the mode fsdax"),
        Row(
            plan("pmem: {device: a, mode: sector}", "mount: {disk: a, type: ext4, at: /mnt/a, options: [dax]}"),
            "plan.yaml:10:5: mount: 'a' has no DAX in mode sector: give it the mode fsdax, or leave 'dax' out"),
        Row(
            plan("pmem: {device: a, mode: fsdax}", "suite: {command: a, list: b, restore: [a]}"),
            "plan.yaml:10:5: suite: nothing was saved of 'a': put '- pmem.save: {device: a}' before it"),
        Row(
            plan("pmem: {device: a, mode: fsdax}", "pmem.save: {device: a}", "suite: {command: a, restore: [a]}"),
            """
            plan.yaml:11:25: suite has 'restore' and no 'list': name a command that prints the cases, so that they \
            can be run one by one
            """),
        Row(
            plan("pmem: {device: a, mode: fsdax}", "pmem.restore: {device: a}"),
            "plan.yaml:10:5: pmem.restore: nothing was saved of 'a': put '- pmem.save: {device: a}' before it"),
        Row(
            plan("pmem: {device: ram, mode: fsdax}", "pmem.save: {device: ram}"),
            """
            plan.yaml:10:16: pmem.save: 'ram' is not a file that can be put back: declare it in line 6 without \
            'backing' and 'read-only'
            """),
        Row(
            plan("pmem: {device: a, mode: fsdax}", "pmem.save: {device: a}", "pmem.save: {device: a}"),
            "plan.yaml:11:5: pmem.save: 'a' is saved a second time: keep the save in line 10 alone"),
        Row(
            plan(
                "pmem: {device: a, mode: fsdax}", "run: {case: fill, command: a}", "pmem.save: {device: a}",
                "suite: {command: a, list: b, shards: 2}"),
            """
            plan.yaml:12:5: suite: 'shards' stands with the case in line 10, which one part alone runs before \
            'pmem.save' in line 11: give that 'setup: true', put it after the save, or leave 'shards' out
            """),
        Row(
            plan(
                "pmem: {device: a, mode: fsdax}", "run: {command: a, setup: true}", "pmem.save: {device: a}",
                "run: {case: b, command: b}", "suite: {command: a, list: b, shards: 2}")),
        Row(
            passed("pmem.save: {device: a}"),
            """
            plan.yaml:9:16: pmem.save: 'a' cannot be put back beside vfio 'f' in line 6, whose DMA would go on into \
            the pages it had: let 'mkfs' and the like make its contents, or drop the function
            """),
        Row(
            passed("pmem.restore: {device: a}"),
            """
            plan.yaml:9:19: pmem.restore: 'a' cannot be put back beside vfio 'f' in line 6, whose DMA would go on \
            into the pages it had: let 'mkfs' and the like make its contents, or drop the function
            """),
        Row(
            passed("suite: {command: a, list: b, restore: [a]}"),
            """
            plan.yaml:9:44: 'restore' in suite: 'a' cannot be put back beside vfio 'f' in line 6, whose DMA would go \
            on into the pages it had: let 'mkfs' and the like make its contents, or drop the function
            """),
    ]
}
