import Testing

import TestPlan

/// Plans with PCI functions, an IOMMU, and disks that are no plain virtio-blk.
@Suite struct PCIPlanTests {
    typealias Row = PlanRefusalTests.Row

    @Test(arguments: functions + iommus + disks)
    func wrongOnesAreRefused(row: Row) {
        #expect(PlanText.problems(of: row.text) == row.messages)
    }

    @Test func placesAndModelsAreRead() throws {
        let guest = try PlanText.plan(
            Self.guest(
                "iommu: {model: intel, interrupt-remapping: true}", "nic: {name: a}",
                "nic: {name: b, model: virtio-net, iommu: true, behind: root-port}",
                "pci: {name: c, model: edu, behind: shared}",
                "disk: {name: d, size: 1GiB, interface: nvme, zone: 64MiB, behind: shared}")
        ).guest
        #expect(guest.iommu?.model == .intel)
        #expect(guest.iommu?.interruptRemapping == true)
        #expect(guest.iommu?.cachingMode == false)
        #expect(guest.devices.map(\.place) == [.rootBus, .rootPort, .bridge("shared"), .bridge("shared")])
        #expect(guest.nics.map(\.model) == [.virtio, .virtio])
        #expect(guest.disks.first?.zone == .mebibytes(64))
        #expect(guest.bridges == ["shared"])
    }

    @Test func errorsOfDisksAreRead() throws {
        let disk = try #require(
            PlanText.plan(
                Self.guest(
                    "disk: {name: d, size: 1MiB, errors: [{on: write-zeroes, errno: ETIMEDOUT, once: true}, "
                        + "{on: read, sector: 2047}]}")
            ).guest.disks.first)
        #expect(
            disk.faults == [
                .init(request: .writeZeroes, error: .timedOut, once: true), .init(request: .read, sector: 2047),
            ])
    }

    /// A guest with an IOMMU, if the first line begins so, and devices.
    private static func guest(_ lines: String...) -> String {
        var devices = lines
        let iommu = devices.first?.hasPrefix("iommu:") == true ? "  \(devices.removeFirst())\n" : ""
        return PlanText.head + "guest:\n" + iommu
            + (devices.isEmpty ? "" : "  devices:\n" + devices.map { "    - \($0)\n" }.joined()) + PlanText.steps
    }

    static let functions = [
        Row(guest("nic: {}"), "plan.yaml:5:12: nic has no 'name': add 'name: …'"),
        Row(
            guest("nic: {name: a, model: e1000f}"),
            """
            plan.yaml:5:29: 'model' in nic must be virtio-net, e1000e or e1000, not 'e1000f': did you mean 'e1000e'?
            """),
        Row(
            guest("iommu: intel", "nic: {name: a, model: e1000e, iommu: true}"),
            """
            plan.yaml:6:37: 'iommu' in nic is for virtio-net: the DMA of an e1000e goes through the IOMMU anyway: \
            leave it out
            """),
        Row(
            guest("nic: {name: a, iommu: true}"),
            """
            plan.yaml:5:7: nic 'a' is to use the IOMMU, and the guest has none: add `iommu: intel` to the guest, or \
            leave 'iommu' out
            """),
        Row(
            guest("nic: {name: a, behind: rootport}"),
            """
            plan.yaml:5:30: 'behind' in nic is 'root-port' or the name of a bridge, and 'rootport' is too close: did \
            you mean 'root-port'?
            """),
        Row(
            guest("nic: {name: a, behind: b}", "pci: {name: b, model: edu}"),
            "plan.yaml:6:7: a PCI function and a bridge are both called 'b': give one of them another name"),
        Row(
            guest("pci: {name: a, model: edu}", "nic: {name: a}"),
            """
            plan.yaml:6:7: a PCI function and a network card are both called 'a': the first is in line 5; give this \
            one another name
            """),
        Row(
            guest("pci: {name: a, model: testdev}"),
            "plan.yaml:5:29: 'model' in pci must be edu or pci-testdev, not 'testdev'"),
    ]

    static let iommus = [
        Row(
            guest("iommu: intle"),
            "plan.yaml:4:10: 'iommu' in guest must be intel or virtio, not 'intle': did you mean 'intel'?"),
        Row(
            guest("iommu: {model: virtio, caching-mode: true, interrupt-remapping: true}"),
            "plan.yaml:4:26: virtio-iommu has no 'caching-mode': leave it out, or take `model: intel`",
            """
            plan.yaml:4:46: virtio-iommu has no 'interrupt-remapping': leave it out, or take `model: intel`
            """),
        Row(
            guest("iommu: {model: intel, interupt-remapping: true}"),
            "plan.yaml:4:25: unknown key 'interupt-remapping' in iommu: did you mean 'interrupt-remapping'?"),
    ]

    static let disks = [
        Row(
            guest("disk: {name: a, size: 1GiB, zone: 64MiB}"),
            "plan.yaml:5:41: 'zone' in disk is for NVMe: add `interface: nvme`"),
        Row(
            guest("disk: {name: a, size: 1GiB, interface: nvme, zone: 48MiB}"),
            "plan.yaml:5:58: 'zone' in disk must be a power of two, not 48MiB"),
        Row(
            guest("disk: {name: a, size: 96MiB, interface: nvme, zone: 64MiB}"),
            """
            plan.yaml:5:59: the size of the disk, 96MiB, is not a multiple of its zone, 64MiB: QEMU would cut the \
            rest off
            """),
        Row(
            guest("disk: {name: a, size: 1GiB, interface: nmve}"),
            "plan.yaml:5:46: 'interface' in disk must be virtio-blk or nvme, not 'nmve': did you mean 'nvme'?"),
        Row(
            guest("disk: {name: a, size: 1MiB, errors: [{sector: 1}]}"),
            "plan.yaml:5:44: an item of errors has no 'on': add 'on: …'"),
        Row(
            guest("disk: {name: a, size: 1MiB, errors: [{on: read, sector: 2048}]}"),
            "plan.yaml:5:63: 'sector' in an item of errors must be a whole number from 0 to 2047, not '2048'"),
        Row(
            guest("disk: {name: a, size: 1MiB, errors: [{on: flush, sector: 1}]}"),
            "plan.yaml:5:56: a flush touches no sector, 1 as little as another: leave 'sector' out"),
        Row(
            guest(
                "disk: {name: a, size: 1MiB, errors: [{on: read, once: true}, {on: read, sector: 7, once: true}]}",
                "disk: {name: b, size: 1MiB, errors: [{on: read, sector: 8, once: true}, {on: write, once: true}]}"),
            """
            plan.yaml:5:55: the one read that fails would be QEMU's own or the kernel's, in search of partitions: add \
            a 'sector' from 8 that only the test reads, or leave 'once' out
            """,
            """
            plan.yaml:5:90: the one read that fails would be QEMU's own or the kernel's, in search of partitions: add \
            a 'sector' from 8 that only the test reads, or leave 'once' out
            """),
        Row(
            guest("disk: {name: a, size: 1MiB, errors: [{on: read, errno: ENOSPC}]}"),
            """
            plan.yaml:5:62: 'errno' in an item of errors must be EIO, ECANCELED or ETIMEDOUT, not 'ENOSPC'
            """),
    ]
}
