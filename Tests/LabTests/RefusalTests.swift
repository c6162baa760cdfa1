import HostProcess
import Lab
import SystemPackage
import Testing

/// What may not be given to a guest, and the words for it.
@Suite("Passthrough refusals")
struct RefusalTests {
    static let nic = PCIAddress("0000:03:00.0")!

    /// A host with a card that can be given away; `change` spoils it. The refusal's three parts, nil if there is none.
    func refusal(
        of addresses: [PCIAddress] = [nic], _ change: (MadeUpHost) throws -> Void
    ) async throws -> Failure? {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            try host.add("0000:03:00.0", behind: ["0000:00:01.0"], driver: "e1000e", group: 7)
            try host.add("net", "eth1", below: "0000:03:00.0")
            try change(host)
            do {
                try PassthroughCheck(PCIBus(host.tree())).check(addresses)
                return nil
            } catch let failure as Failure {
                return failure
            }
        }
    }

    @Test func aFreeFunctionIsNotRefused() async throws {
        #expect(try await refusal { _ in } == nil)
    }

    @Test func noSuchFunction() async throws {
        let refusal = try await refusal(of: [PCIAddress("0000:03:01.0")!]) { _ in }
        #expect(refusal?.what == "no PCI function at this address")
        #expect(refusal?.advice.hasPrefix("on that bus: 0000:03:00.0 (Ethernet controller)") == true)
        #expect(refusal?.blame == .request)
    }

    @Test(arguments: [
        ("wlan0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0", nil),
        ("eth1\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0", nil),
        (
            "eth1\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
            "it carries the default route of IPv4 (eth1)"
        ),
        (
            "br0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
            "it carries the default route of IPv4 (eth1, below br0)"
        ),
    ])
    func theDefaultRoute(route: String, words: String?) async throws {
        let refusal = try await refusal { host in
            try host.put("proc/net/route", "Iface\tDestination\n\(route)\n")
            // eth1 is a port of bond0, and that one of br0.
            try host.make("sys/class/net/bond0")
            try host.make("sys/class/net/br0")
            try host.link(
                "sys/devices/pci0000:00/0000:00:01.0/0000:03:00.0/net/eth1/upper_bond0", to: "sys/class/net/bond0")
            try host.link("sys/class/net/bond0/upper_br0", to: "sys/class/net/br0")
        }
        #expect(refusal?.what == words.map { "the host needs this Ethernet controller: \($0)" })
    }

    @Test func theDefaultRouteOfIPv6() async throws {
        let none = String(repeating: "0", count: 32)
        func route(_ flags: String, _ name: String) -> String {
            "\(none) 00 \(none) 00 \(none) 00000400 00000001 00000000 \(flags) \(name)\n"
        }
        // The kernel's own entry for "there is no route".
        #expect(try await refusal { try $0.put("proc/net/ipv6_route", route("00200200", "eth1")) } == nil)
        let refusal = try await refusal { try $0.put("proc/net/ipv6_route", route("00000003", "eth1")) }
        #expect(refusal?.what.hasSuffix("it carries the default route of IPv6 (eth1)") == true)
    }

    /// Disks in use, by each way of using one.
    enum DiskUse: String, CaseIterable {
        case unused, mounted, mountedPartition, swap, logicalVolume, btrfs, sharedNamespace
    }

    @Test(arguments: DiskUse.allCases)
    func disksInUse(use: DiskUse) async throws {
        let address = PCIAddress("0000:04:00.0")!
        let refusal = try await refusal(of: [address]) { host in
            try host.add("0000:04:00.0", driver: "nvme", group: 8, identity: (0x1b36, 0x10), code: 0x010802)
            try host.add("nvme", "nvme0", below: "0000:04:00.0")
            if use == .sharedNamespace {
                // With multipath the namespace is no child of the function.
                try host.link("sys/class/nvme-subsystem/nvme-subsys0/nvme0", to: "sys/class/nvme/nvme0")
                try host.make("sys/class/nvme-subsystem/nvme-subsys0/nvme0n1")
                try host.link("sys/class/block/nvme0n1", to: "sys/class/nvme-subsystem/nvme-subsys0/nvme0n1")
                try host.put("proc/self/mountinfo", "30 1 259:0 / /srv rw - ext4 /dev/nvme0n1 rw\n")
            } else {
                try host.add("block", "nvme0n1", below: "0000:04:00.0", also: ["nvme0n1p1"])
            }
            switch use {
            case .unused: try host.put("proc/self/mountinfo", "30 1 8:1 / / rw - ext4 /dev/sda1 rw\n")
            case .sharedNamespace: break
            case .mounted: try host.put("proc/self/mountinfo", "30 1 259:0 / /a\\040b rw - xfs /dev/nvme0n1 rw\n")
            case .mountedPartition:
                try host.link("sys/dev/block/259:1", to: "sys/class/block/nvme0n1p1")
                try host.put("proc/self/mountinfo", "30 1 259:1 / / rw - ext4 /dev/root rw\n")
            case .swap: try host.put("proc/swaps", "Filename Type\n/dev/nvme0n1p1 partition 1 0 -2\n")
            case .logicalVolume:
                try host.make("sys/class/block/dm-3")
                try host.make("sys/class/block/nvme0n1p1/holders/dm-3")
                try host.link("dev/mapper/vg-root", to: "dev/dm-3")
                try host.put("dev/dm-3", "")
                try host.put("proc/self/mountinfo", "30 1 254:3 / / rw - ext4 /dev/mapper/vg-root rw\n")
            case .btrfs: try host.make("sys/fs/btrfs/1c2d/devices/nvme0n1")
            }
        }
        let words: String? =
            switch use {
            case .unused: nil
            case .mounted: "carries /a b (nvme0n1)"
            case .mountedPartition: "carries / (nvme0n1p1)"
            case .swap: "carries swap (nvme0n1p1)"
            case .logicalVolume: "carries / (nvme0n1p1, dm-3)"
            case .btrfs: "carries a btrfs (nvme0n1)"
            case .sharedNamespace: "carries /srv (nvme0n1)"
            }
        #expect(refusal?.what == words.map { "the host needs this NVMe controller: it \($0)" })
    }

    @Test func aSharedDirectory() async throws {
        let share = PCIAddress("0000:05:00.0")!
        func refusal(_ mounts: String) async throws -> Failure? {
            try await self.refusal(of: [share]) { host in
                try host.add("0000:05:00.0", driver: "virtio-pci", group: 9, identity: (0x1af4, 0x105a), code: 0x018000)
                try host.make("sys/devices/pci0000:00/0000:05:00.0/virtio4")
                try host.link(
                    "sys/bus/virtio/drivers/virtiofs/virtio4", to: "sys/devices/pci0000:00/0000:05:00.0/virtio4")
                try host.put("proc/self/mountinfo", mounts)
            }
        }
        #expect(try await refusal("30 1 0:40 / /mnt rw - tmpfs none rw\n") == nil)
        #expect(
            try await refusal("30 1 0:40 / /mnt rw - virtiofs tag rw\n")?.what
                == "the host needs this storage controller: it may carry /mnt (virtiofs)")
    }

    @Test func theConsole() async throws {
        let vga = PCIAddress("0000:05:00.0")!
        let display = try await refusal(of: [vga]) { host in
            try host.add("0000:05:00.0", group: 9, code: 0x030000)
            try host.put("sys/devices/pci0000:00/0000:05:00.0/boot_vga", "1\n")
        }
        #expect(display?.what == "the host needs this VGA controller: it is the console's display (boot_vga)")
        let serial = try await refusal(of: [vga]) { host in
            try host.add("0000:05:00.0", driver: "serial", group: 9, code: 0x070002)
            try host.add("tty", "ttyS4", below: "0000:05:00.0")
            try host.put("proc/consoles", "ttyS4                -W- (EC p a)    4:68\n")
        }
        #expect(serial?.what == "the host needs this serial controller: it carries the console ttyS4")
    }

    @Test func aBridgeIsRefusedForWhatIsBehindIt() async throws {
        let bridge = PCIAddress("0000:00:01.0")!
        func bridgeRefusal(_ change: (MadeUpHost) throws -> Void) async throws -> Failure? {
            try await refusal(of: [bridge]) { host in
                try host.add("0000:00:01.0", driver: "pcieport", group: 1, code: 0x060400, header: 1)
                try change(host)
            }
        }
        #expect(try await bridgeRefusal { _ in }?.what == "it is part of the host's own fabric (PCI bridge)")
        let needed = try await bridgeRefusal { host in
            try host.put("proc/net/route", "Iface\neth1\t00000000\t0\t3\t0\t0\t0\t00000000\t0\t0\t0\n")
        }
        #expect(needed?.what == "the host needs this PCI bridge: it carries the default route of IPv4 (eth1)")
    }

    @Test func groups() async throws {
        let other = PCIAddress("0000:03:00.1")!
        func change(_ driver: String?, _ header: UInt8) -> (MadeUpHost) throws -> Void {
            { try $0.add("0000:03:00.1", driver: driver, group: 7, header: header) }
        }
        let foreign = try await refusal(change("igb", 0))
        #expect(foreign?.what == "IOMMU group 7 is not viable: 0000:03:00.1 (igb) in it belongs to the host")
        #expect(try await refusal(of: [Self.nic, other], change("igb", 0)) == nil)
        #expect(try await refusal(change(nil, 0)) == nil)
        #expect(try await refusal(change("pci-stub", 0)) == nil)
        #expect(try await refusal(change("mlx5_vfio_pci", 0)) == nil)
        #expect(try await refusal(change("pcieport", 1)) == nil)
    }

    @Test func noIOMMU() async throws {
        let lonely = PCIAddress("0000:06:00.0")!
        func off(_ change: (MadeUpHost) throws -> Void) async throws -> Failure? {
            try await refusal(of: [lonely]) { host in
                try host.add("0000:06:00.0", driver: "e1000e")
                try change(host)
            }
        }
        #expect(try await off { _ in }?.what == "no IOMMU translates for this function: it has no IOMMU group")
        func without(_ host: MadeUpHost) throws {
            try host.remove("sys/class/iommu/dmar0")
        }
        let firmware = try await off(without)
        #expect(firmware?.what == "the host's IOMMU is off: firmware describes none (neither DMAR nor IVRS)")
        let kernel = try await off {
            try without($0)
            try $0.put("sys/firmware/acpi/tables/DMAR", "")
        }
        #expect(kernel?.what == "the host's IOMMU is off: firmware describes VT-d, the kernel does not use it")
        #expect(kernel?.advice == "add 'intel_iommu=on' to the host kernel's command line and reboot")
        let told = try await off {
            try without($0)
            try $0.put("proc/cmdline", "quiet intel_iommu=off\n")
        }
        #expect(told?.what == "the host's IOMMU is off: the kernel was told 'intel_iommu=off'")
    }

    @Test func noInterruptRemapping() async throws {
        func plain(_ host: MadeUpHost) throws { try host.put("proc/interrupts", "  0:  9  IO-APIC  2-edge  timer\n") }
        let can = try await refusal(plain)
        #expect(
            can?.what
                == "interrupts of functions are not remapped (the IOMMU can, the kernel does not use it), so vfio "
                + "refuses them")
        let cannot = try await refusal {
            try plain($0)
            try $0.put("sys/class/iommu/dmar0/intel-iommu/ecap", "f02000\n")
        }
        #expect(cannot?.what.contains("(the IOMMU cannot)") == true)
        let allowed = try await refusal {
            try plain($0)
            try $0.put("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n")
        }
        #expect(allowed == nil)
    }

    @Test func noDriver() async throws {
        let refusal = try await refusal { try $0.remove("sys/bus/pci/drivers/vfio-pci") }
        #expect(refusal?.what == "the kernel has no vfio-pci loaded")
        #expect(refusal?.advice == "modprobe vfio-pci")
        #expect(refusal?.blame == .host)
    }

    @Test func matches() async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            try host.add("0000:03:00.0", driver: "e1000e", group: 7)
            try host.add("net", "eth1", below: "0000:03:00.0")
            try host.put("proc/net/route", "Iface\neth1\t00000000\t0\t3\t0\t0\t0\t00000000\t0\t0\t0\n")
            func check() -> PassthroughCheck { PassthroughCheck(PCIBus(host.tree())) }
            // The only one is needed: its own reason is told.
            let needed = #expect(throws: Failure.self) { try check().choose([.match(vendor: 0x8086, device: 0x10d3)]) }
            #expect(needed?.what.contains("default route") == true)
            try host.add("0000:04:00.0", driver: "e1000e", group: 8)
            let second = PCIAddress("0000:04:00.0")!
            #expect(try check().choose([.match(vendor: 0x8086, device: 0x10d3)]).map(\.address) == [second])
            let absent = #expect(throws: Failure.self) { try check().choose([.match(vendor: 0x8086, device: 0x100e)]) }
            #expect(absent?.what == "no function 8086:100e on this host")
            #expect(absent?.advice.hasPrefix("of that vendor: 0000:03:00.0 is 8086:10d3") == true)
        }
    }

    /// Both ports of a card, neither of which can be given away without the other.
    @Test func twoFunctionsOfOneGroupByMatch() async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            for (address, group) in [("0000:03:00.0", 7), ("0000:04:00.0", 8), ("0000:04:00.1", 8)] {
                try host.add(address, driver: "igb", group: group)
            }
            // The first is of a group that cannot be given away.
            try host.add("0000:03:00.1", driver: "e1000e", group: 7, identity: (0x8086, 1))
            let check = PassthroughCheck(PCIBus(host.tree()))
            let any = PassthroughCheck.Choice.match(vendor: 0x8086, device: 0x10d3)
            #expect(try check.choose([any, any]).map(\.address.description) == ["0000:04:00.0", "0000:04:00.1"])
            #expect(
                try check.choose([any, .address(PCIAddress("0000:04:00.0")!)]).map(\.address.description)
                    == ["0000:04:00.1", "0000:04:00.0"])
            // One alone cannot be had.
            let alone = #expect(throws: Failure.self) { try check.choose([any]) }
            #expect(alone?.what == "IOMMU group 8 is not viable: 0000:04:00.1 (igb) in it belongs to the host")
            let tooMany = #expect(throws: Failure.self) { try check.choose([any, any, any]) }
            #expect(tooMany?.what == "every function 8086:10d3 is taken already")
        }
    }

    @Test func aMatchIsNotWhatAnotherRunHolds() async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            try host.add("0000:03:00.0", driver: "e1000e", group: 7)
            try await LockTests.whileHeld("run/vmharness", "group-7", on: host) { _ in
                let check = PassthroughCheck(PCIBus(host.tree()))
                let any = PassthroughCheck.Choice.match(vendor: 0x8086, device: 0x10d3)
                let refusal = #expect(throws: Failure.self) { try check.choose([any]) }
                #expect(refusal?.what.hasPrefix("IOMMU group 7 is held by vmharness (pid ") == true)
                try host.add("0000:04:00.0", driver: "e1000e", group: 8)
                #expect(try check.choose([any]).map(\.address.description) == ["0000:04:00.0"])
            }
        }
    }

    @Test func aPhysicalFunctionWhoseVirtualOnesAGuestHas() async throws {
        func change(_ driver: String) -> (MadeUpHost) throws -> Void {
            { host in
                try host.add("0000:03:10.0", behind: ["0000:00:01.0"], driver: driver, group: 9)
                try host.link(
                    "sys/devices/pci0000:00/0000:00:01.0/0000:03:00.0/virtfn0",
                    to: "sys/devices/pci0000:00/0000:00:01.0/0000:03:10.0")
            }
        }
        #expect(try await refusal(change("igbvf")) == nil)
        let taken = try await refusal(change("vfio-pci"))
        #expect(
            taken?.what
                == "the host needs this Ethernet controller: it has the virtual function 0000:03:10.0, which vfio-pci "
                + "may have given to a guest")
    }

    /// Whose virtual function would be gone as soon as it is bound.
    @Test func aPhysicalFunctionAndItsOwnVirtualOne() async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            try host.add("0000:03:00.0", driver: "igb", group: 7)
            for (number, address) in ["0000:03:10.0", "0000:03:10.2"].enumerated() {
                try host.add(address, driver: "igbvf", group: 9 + number, identity: (0x8086, 0x10ca))
                try host.link(
                    "sys/devices/pci0000:00/0000:03:00.0/virtfn\(number)", to: "sys/devices/pci0000:00/\(address)")
            }
            let check = PassthroughCheck(PCIBus(host.tree()))
            let virtual = PassthroughCheck.Choice.match(vendor: 0x8086, device: 0x10ca)
            let second = PCIAddress("0000:03:10.2")!
            for order in [[Self.nic, second], [second, Self.nic]] {
                let refusal = #expect(throws: Failure.self) { try check.choose(order.map { .address($0) }) }
                #expect(
                    refusal?.what == "it is a virtual function of 0000:03:00.0, which goes to the same guest")
                #expect(refusal?.subject == "0000:03:10.2")
                #expect(refusal?.blame == .request)
            }
            let matched = #expect(throws: Failure.self) { try check.choose([.address(Self.nic), virtual]) }
            #expect(matched?.what.hasPrefix("it is a virtual function of 0000:03:00.0") == true)
            // Each without the other.
            #expect(try check.choose([.address(Self.nic)]).count == 1)
            #expect(try check.choose([virtual, virtual]).count == 2)
            // One of another card is found.
            try host.add("0000:04:10.0", driver: "igbvf", group: 20, identity: (0x8086, 0x10ca))
            #expect(
                try check.choose([virtual, .address(Self.nic)]).map(\.address.description)
                    == ["0000:04:10.0", "0000:03:00.0"])
        }
    }

    @Test func whatARunWouldLoadIsNoObstacle() async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            try host.add("0000:03:00.0", driver: "e1000e", group: 7)
            try host.remove("sys/bus/pci/drivers/vfio-pci")
            func words(_ isOurs: Bool = true) async -> String {
                switch await PassthroughCheck(PCIBus(host.tree(isOurs: isOurs))).answer(for: Self.nic) {
                case .free(let modules): "free \(modules)"
                case .refused(let failure): failure.what
                }
            }
            #expect(await words() == "the kernel has no vfio-pci loaded")
            try host.put("modules/vfio-pci", "")
            #expect(await words() == #"free ["vfio-pci"]"#)
            #expect(await words(false) == "the kernel has no vfio-pci loaded")
            try host.make("sys/bus/pci/drivers/vfio-pci")
            #expect(await words() == "free []")
        }
    }

    @Test func aMissingDriverIsLoaded() async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            try host.add("0000:03:00.0", driver: "e1000e", group: 7)
            try host.remove("sys/bus/pci/drivers/vfio-pci")
            try host.remove("sys/module/vfio_iommu_type1")
            func load(_ isOurs: Bool) async throws -> [String] {
                try await PassthroughCheck(PCIBus(host.tree(isOurs: isOurs))).checkAndLoad([Self.nic]).loaded
            }
            let absent = await #expect(throws: Failure.self) { try await load(true) }
            #expect(absent?.what == "the kernel has no vfio-pci loaded")
            for module in ["vfio-pci", "vfio_iommu_type1"] { try host.put("modules/\(module)", "") }
            let ordinary = await #expect(throws: Failure.self) { try await load(false) }
            #expect(ordinary?.what == "the kernel has no vfio-pci loaded")
            #expect(try await load(true) == ["vfio-pci", "vfio_iommu_type1"])
            #expect(try await load(true) == [])
        }
    }

    @Test func lockedMemory() throws {
        try MemoryLock(limit: 64 << 10, isExempt: true).check(memory: 1 << 30, for: "guest")
        try MemoryLock(limit: nil, isExempt: false).check(memory: 1 << 30, for: "guest")
        try MemoryLock(limit: 2 << 30, isExempt: false).check(memory: 1 << 30, for: "guest")
        let refusal = #expect(throws: Failure.self) {
            try MemoryLock(limit: 64 << 10, isExempt: false).check(memory: 1 << 30, for: "guest")
        }
        #expect(refusal?.what == "the limit on locked memory is 64 KiB, the guest needs 1052672 KiB for vfio")
        #expect(refusal?.advice.contains("ulimit -l 1052672") == true)
        // Each function behind an emulated IOMMU maps it all for itself.
        #expect(throws: Failure.self) {
            try MemoryLock(limit: 2 << 30, isExempt: false).check(memory: 1 << 30, containers: 2, for: "guest")
        }
    }
}
