import HostProcess
import SystemPackage
import Testing

@testable import Machine

/// What stands where on the guest's PCI bus.
@Suite struct QEMUTopologyTests {
    @Test func theIOMMUComesBeforeTheFunctionsItServes() throws {
        let devices = arguments(iommu: .intel(interruptRemapping: true, cachingMode: true)).devices
        #expect(devices.first == "intel-iommu,intremap=on,caching-mode=on")
        #expect(
            arguments(iommu: .intel(interruptRemapping: true, cachingMode: false))
                .contains { $0.hasPrefix("q35,") && $0.hasSuffix(",kernel-irqchip=split") })
        #expect(!arguments(iommu: .virtio).contains { $0.contains("kernel-irqchip") })
    }

    /// Two ports with the same chassis and slot are refused by QEMU.
    @Test func eachPortHasASlotOfItsOwn() {
        let devices = arguments(
            disks: [disk("b", at: .rootPort)],
            functions: [function("a", at: .rootPort), function("c", at: .rootBus), function("d", at: .rootPort)]
        ).devices
        #expect(
            devices.filter { $0.hasPrefix("pcie-root-port") } == [
                "pcie-root-port,id=port-b,chassis=1,slot=1", "pcie-root-port,id=port-a,chassis=2,slot=2",
                "pcie-root-port,id=port-d,chassis=3,slot=3",
            ])
        #expect(devices.contains("edu,id=pci-a,bus=port-a"))
        #expect(devices.contains("edu,id=pci-c"))
    }

    @Test func aBridgeIsThereOnceAndBeforeItsMembers() throws {
        let devices = arguments(
            disks: [disk("x", at: .bridge("shared"))],
            functions: [function("a", at: .bridge("shared")), function("b", at: .bridge("shared"))]
        ).devices
        #expect(devices.filter { $0.contains("pcie-pci-bridge") } == ["pcie-pci-bridge,id=bridge-shared"])
        let bridge = try #require(devices.firstIndex { $0.contains("pcie-pci-bridge") })
        let members = devices.indices.filter { devices[$0].hasSuffix(",bus=bridge-shared") }
        #expect(members.count == 3)
        #expect(members.allSatisfy { $0 > bridge })
    }

    @Test func noCardLeadsAnywhere() {
        let cards = (0..<3).map {
            PCIFunction(name: "n\($0)", kind: .nic(model: "virtio-net-pci", usesIOMMU: $0 == 1), place: .rootBus)
        }
        let arguments = arguments(functions: cards)
        let networks = arguments.filter { $0.hasPrefix("user,") }
        #expect(networks.count == 4)
        #expect(networks.allSatisfy { $0.contains(",restrict=on") })
        #expect(networks.filter { $0.contains("hostfwd") }.count == 1)
        // The guest's init knows its card by the address.
        #expect(arguments.devices.filter { $0.contains("mac=52:54:00:76:6d:00") }.count == 1)
        #expect(arguments.devices.filter { $0.contains("iommu_platform=on") }.count == 1)
    }

    @Test func errorsAndLimitsGoTogether() throws {
        let faulty = GuestSpecification.Disk(
            serial: "d", image: "/x,y", access: .writable, limits: ["iops-total": 5],
            faults: [.init(request: "flush", errno: 5, once: true), .init(request: "read", errno: 5, sector: 7)])
        let drive = try #require(arguments(disks: [faulty]).first { $0.contains("blkdebug") })
        #expect(
            drive == "if=none,id=disk-d,format=raw,cache=writeback,discard=unmap,file.driver=blkdebug,"
                + "file.image.driver=file,file.image.filename=/x,,y,file.image.cache.no-flush=on,"
                + "file.inject-error.0.event=none,file.inject-error.0.iotype=flush,file.inject-error.0.errno=5,"
                + "file.inject-error.0.once=on,file.inject-error.1.event=none,file.inject-error.1.iotype=read,"
                + "file.inject-error.1.errno=5,file.inject-error.1.sector=7,file.inject-error.1.once=off,"
                + "throttling.iops-total=5")
    }

    @Test func zonesAreTheNamespaces() {
        let zoned = GuestSpecification.Disk(
            serial: "z", image: "/z", access: .writable, interface: .nvme(zone: 1 << 24), place: .rootPort)
        // Behind those that every guest has.
        #expect(
            arguments(disks: [zoned]).devices.suffix(3) == [
                "pcie-root-port,id=port-z,chassis=1,slot=1", "nvme,id=nvme-z,serial=z,bus=port-z",
                "nvme-ns,drive=disk-z,bus=nvme-z,nsid=1,zoned=on,zoned.zone_size=16777216",
            ])
    }

    private func disk(_ serial: String, at place: PCIPlace) -> GuestSpecification.Disk {
        .init(serial: serial, image: "/d", access: .writable, interface: .nvme(zone: nil), place: place)
    }

    private func function(_ name: String, at place: PCIPlace) -> PCIFunction {
        PCIFunction(name: name, kind: .plain(model: "edu"), place: place)
    }

    private func arguments(
        disks: [GuestSpecification.Disk] = [], functions: [PCIFunction] = [], iommu: IOMMU? = nil
    ) -> [String] {
        var specification = GuestSpecification(
            memory: 1 << 30, cpus: 2, accelerator: .tcg, kernel: "/k", initrd: "/i", commandLine: [], disks: disks,
            shares: [])
        specification.functions = functions
        specification.iommu = iommu
        return QEMUCommand(
            specification: specification, paths: .init(qmp: "/s/qmp", console: "/s/con", layers: [:], shares: [:])
        ).arguments
    }
}

extension [String] {
    /// The values of `-device`.
    fileprivate var devices: [String] {
        zip(self, dropFirst()).compactMap { $0 == "-device" ? $1 : nil }
    }
}
