import SystemPackage

extension DomainXML {
    /// Every device has its slot on the root bus, in the order in which QEMU deals them out to raw guests; left to
    /// itself, libvirt would put each behind a root port.
    var devices: [Markup] {
        let numbered = slotted.enumerated().map { $0.element(Self.address(slot: $0.offset + 1)) }
        return [
            Markup("emulator", text: identity.emulator),
            Markup("controller", ["type": "usb", "model": "none"]),
            Markup("controller", ["type": "pci", "index": "0", "model": "pcie-root"]),
            // QEMU connects to us, and waits for that; the guest is paused until we read.
            Markup(
                "serial", ["type": "unix"],
                [
                    Markup("source", ["mode": "connect", "path": paths.console.string]),
                    Markup("target", ["type": "isa-serial", "port": "0"]),
                ]),
            Markup("panic", ["model": "isa"]), Markup("memballoon", ["model": "none"]),
            Markup("audio", ["id": "1", "type": "none"]),
        ] + numbered + nvdimms + passthrough
    }

    /// The first slot of the root bus that none of `devices` has.
    var firstFreeSlot: Int { slotted.count + 1 }

    /// The PCI devices, each waiting for its address.
    private var slotted: [(Markup) -> Markup] {
        let disks = specification.disks.filter(isModelled).enumerated().map { number, disk in
            { (address: Markup) in self.disk(disk, number: number, at: address) }
        }
        let shares = specification.shares.map { share in { (address: Markup) in self.share(share, at: address) } }
        let ports = specification.passthrough.indices.map { number in
            { (address: Markup) in self.port(number, at: address) }
        }
        return disks + [
            { Markup("rng", ["model": "virtio"], [Markup("backend", ["model": "builtin"]), $0]) }
        ] + shares + [
            { Markup("watchdog", ["model": "i6300esb", "action": "none"], [$0]) }
        ] + virtioPmem + ports
    }

    /// A place on a bus; 0 is the root bus.
    static func address(bus: Int = 0, slot: Int) -> Markup {
        func digits(_ number: Int) -> String { "0x" + (number < 16 ? "0" : "") + String(number, radix: 16) }
        return Markup(
            "address",
            ["type": "pci", "domain": "0x0000", "bus": digits(bus), "slot": digits(slot), "function": "0x0"])
    }

    private func share(_ share: Share, at address: Markup) -> Markup {
        Markup(
            "filesystem", ["type": "mount"],
            [
                Markup("driver", ["type": "virtiofs", "queue": "1024"]),
                Markup("source", ["socket": paths.shares[share.tag]!.string]),
                Markup("target", ["dir": share.tag]), address,
            ])
    }

    /// The root port of a function of the host; those that are passed on have lower chassis numbers.
    private func port(_ number: Int, at address: Markup) -> Markup {
        Markup(
            "controller", ["type": "pci", "index": "\(number + 1)", "model": "pcie-root-port"],
            [Markup("target", ["chassis": "\(200 + number)", "port": "0x0"]), address])
    }

    /// Bound to vfio-pci by us, not by libvirt: ours puts the drivers back on every ending. Each is behind a port of
    /// its own, as with raw QEMU.
    private var passthrough: [Markup] {
        specification.passthrough.enumerated().map { number, function in
            let parts = function.address.split { $0 == ":" || $0 == "." }.map { "0x\($0)" }
            let address: KeyValuePairs =
                parts.count == 4
                ? ["domain": parts[0], "bus": parts[1], "slot": parts[2], "function": parts[3]] : [:]
            return Markup(
                "hostdev", ["mode": "subsystem", "type": "pci", "managed": "no"],
                [
                    Markup("driver", ["name": "vfio"]), Markup("source", [:], [Markup("address", address)]),
                    Markup("rom", ["bar": "off"]), Self.address(bus: number + 1, slot: 0),
                ])
        }
    }
}
