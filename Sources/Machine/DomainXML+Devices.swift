import SystemPackage

extension DomainXML {
    /// Every device has its slot on the root bus, as QEMU deals them out to raw guests; left to itself, libvirt would
    /// put each behind a root port. One slot is kept for the network card, which libvirt has no model for.
    var devices: [Markup] {
        let disks = specification.disks.filter(isModelled)
        let first = disks.count + 2
        let shares = specification.shares.enumerated().map { share($0.element, at: first + 1 + $0.offset) }
        let next = first + 1 + shares.count
        return [
            Markup("emulator", text: identity.emulator),
            Markup("controller", ["type": "usb", "model": "none"]),
            Markup("controller", ["type": "pci", "index": "0", "model": "pcie-root"]),
        ] + disks.enumerated().map { disk($0.element, number: $0.offset) } + shares + [
            // QEMU connects to us, and waits for that; the guest is paused until we read.
            Markup(
                "serial", ["type": "unix"],
                [
                    Markup("source", ["mode": "connect", "path": paths.console.string]),
                    Markup("target", ["type": "isa-serial", "port": "0"]),
                ]),
            Markup(
                "rng", ["model": "virtio"],
                [Markup("backend", ["model": "builtin"]), Self.address(slot: first)]),
            Markup("watchdog", ["model": "i6300esb", "action": "none"], [Self.address(slot: next)]),
            Markup("panic", ["model": "isa"]), Markup("memballoon", ["model": "none"]),
            Markup("audio", ["id": "1", "type": "none"]),
        ] + pmem(from: next + 1) + passthrough(from: next + 1 + specification.pmem.count)
            + iommu(at: next + 1 + specification.pmem.count + specification.passthrough.count)
    }

    /// A place on the root bus.
    static func address(slot: Int) -> Markup {
        let slot = "0x" + (slot < 16 ? "0" : "") + String(slot, radix: 16)
        return Markup(
            "address", ["type": "pci", "domain": "0x0000", "bus": "0x00", "slot": slot, "function": "0x0"])
    }

    private func share(_ share: Share, at slot: Int) -> Markup {
        Markup(
            "filesystem", ["type": "mount"],
            [
                Markup("driver", ["type": "virtiofs", "queue": "1024"]),
                Markup("source", ["socket": paths.shares[share.tag]!.string]),
                Markup("target", ["dir": share.tag]), Self.address(slot: slot),
            ])
    }

    /// Bound to vfio-pci by us, not by libvirt: ours puts the drivers back on every ending.
    private func passthrough(from slot: Int) -> [Markup] {
        specification.passthrough.enumerated().map { number, function in
            let parts = function.address.split { $0 == ":" || $0 == "." }.map { "0x\($0)" }
            let address: KeyValuePairs =
                parts.count == 4
                ? ["domain": parts[0], "bus": parts[1], "slot": parts[2], "function": parts[3]] : [:]
            return Markup(
                "hostdev", ["mode": "subsystem", "type": "pci", "managed": "no"],
                [
                    Markup("driver", ["name": "vfio"]), Markup("source", [:], [Markup("address", address)]),
                    Self.address(slot: slot + number),
                ])
        }
    }

    private func iommu(at slot: Int) -> [Markup] {
        switch specification.iommu {
        case nil: []
        case .virtio: [Markup("iommu", ["model": "virtio"], [Self.address(slot: slot)])]
        case .intel(let interruptRemapping, let cachingMode):
            [
                Markup(
                    "iommu", ["model": "intel"],
                    [
                        Markup(
                            "driver",
                            [
                                "intremap": interruptRemapping ? "on" : "off",
                                "caching_mode": cachingMode ? "on" : "off",
                            ])
                    ])
            ]
        }
    }

    /// Interrupt remapping wants the I/O APIC in QEMU, also with KVM.
    var iommuFeatures: [Markup] {
        if case .intel(interruptRemapping: true, _) = specification.iommu { [Markup("ioapic", ["driver": "qemu"])] } else { [] }
    }
}
