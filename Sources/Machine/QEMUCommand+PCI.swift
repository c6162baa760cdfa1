/// The PCI topology: the IOMMU, root ports and bridges, and the functions behind them (QEMU's docs/pcie.txt).
extension QEMUCommand {
    /// Interrupt remapping wants the I/O APIC in QEMU, also with KVM.
    var machineOptions: String {
        if case .intel(interruptRemapping: true, _) = specification.iommu { ",kernel-irqchip=split" } else { "" }
    }

    /// Before all devices: those that QEMU makes earlier are not behind it.
    var iommu: [String] {
        switch specification.iommu {
        case nil: []
        case .virtio: ["-device", "virtio-iommu-pci"]
        case .intel(let interruptRemapping, let cachingMode):
            [
                "-device",
                "intel-iommu,intremap=\(interruptRemapping ? "on" : "off"),caching-mode=\(cachingMode ? "on" : "off")",
            ]
        }
    }

    /// The bridges that the guest's devices name, in the order in which they are first named.
    var bridges: [String] {
        var names: [String] = []
        for place in specification.disks.map(\.place) + specification.functions.map(\.place) {
            if case .bridge(let name) = place, !names.contains(name) { names.append(name) }
        }
        return names.flatMap { ["-device", "pcie-pci-bridge,id=\(Self.bridgeID(of: $0))"] }
    }

    /// Functions beside those that every guest has.
    var functions: [String] {
        specification.functions.enumerated().flatMap { number, function in
            let (port, bus) = slot(of: function.name, plugged: "function-\(function.name)", at: function.place)
            switch function.kind {
            case .plain(let model):
                return port + ["-device", "\(model),id=pci-\(function.name)\(bus)"]
            case .nic(let model, let usesIOMMU):
                // A network of its own: QEMU answers DHCP and ARP there, and nothing leads out of it.
                let network = "user,id=net-\(function.name),restrict=on,ipv6=off,net=10.1.\(number).0/24"
                let dma = usesIOMMU ? ",disable-legacy=on,iommu_platform=on" : ""
                return port + [
                    "-netdev", network,
                    "-device",
                    "\(model),id=pci-\(function.name),netdev=net-\(function.name),mac=\(Self.address(ofNIC: number)),"
                        + "romfile=\(dma)\(bus)",
                ]
            }
        }
    }

    /// The MAC address of the card that carries SSH, by which the guest's init knows it (images/init/network).
    static let controlAddress = "52:54:00:76:6d:00"

    /// The MAC address of another card: locally administered, as QEMU's own.
    private static func address(ofNIC number: Int) -> String {
        let digits = String(number + 1, radix: 16)
        return "52:54:00:76:6e:" + (digits.count == 1 ? "0" : "") + digits
    }

    /// What a device at a place needs before itself, and the option that puts it there.
    ///
    /// - Parameter plugged: its name among what is plugged in; where it is, each has a root port of its own.
    func slot(of name: String, plugged: String, at place: PCIPlace) -> (port: [String], bus: String) {
        if isFromTemplate, !Self.commonDisks.contains(name) { return ([], plugBus(of: plugged)) }
        switch place {
        case .rootBus: return ([], "")
        case .bridge(let bridge): return ([], ",bus=\(Self.bridgeID(of: bridge))")
        case .rootPort:
            // Chassis and slot tell ports apart; no two may have the same (pcie_chassis_add_slot of hw/pci/pcie_port.c).
            let number = portNumber(of: name)
            return (
                ["-device", "pcie-root-port,id=port-\(name),chassis=\(number),slot=\(number)"], ",bus=port-\(name)"
            )
        }
    }

    /// What puts a device that is plugged in into its port; nothing for one that is there from the start.
    func plugBus(of plugged: String) -> String { isFromTemplate ? ",bus=\(pluggedPort(of: plugged))" : "" }

    /// From 1, in the order of the devices.
    private func portNumber(of name: String) -> Int {
        let names =
            specification.disks.filter { $0.place == .rootPort }.map(\.serial)
            + specification.functions.filter { $0.place == .rootPort }.map(\.name)
        return (names.firstIndex(of: name) ?? names.count) + 1
    }

    private static func bridgeID(of name: String) -> String { "bridge-\(name)" }
}
