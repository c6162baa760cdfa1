import SystemPackage

extension DomainXML {
    /// libvirt has no model for emulated NVMe, none for injected errors, and behind a bridge or port the addresses
    /// would be its own: such disks go past it.
    func isModelled(_ disk: GuestSpecification.Disk) -> Bool {
        disk.interface == .virtio && disk.faults.isEmpty && disk.place == .rootBus
    }

    /// The arguments for the disks that libvirt has no model for.
    var rawDisks: [String] {
        var rest = specification
        rest.disks.removeAll(where: isModelled)
        return QEMUCommand(specification: rest, paths: paths).disks
    }

    func disk(_ disk: GuestSpecification.Disk, number: Int, at address: Markup) -> Markup {
        let driver: KeyValuePairs =
            switch disk.access {
            case .readOnly: ["name": "qemu", "type": "raw"]
            case .layered: ["name": "qemu", "type": "qcow2", "cache": "unsafe"]
            case .writable: ["name": "qemu", "type": "raw", "cache": "unsafe", "discard": "unmap"]
            }
        let file = disk.access == .layered ? paths.layers[disk.serial]! : disk.image
        return Markup(
            "disk", ["type": "file", "device": "disk"],
            [
                Markup("driver", driver), Markup("source", ["file": file.string]),
                // Only for libvirt's own order: guests find disks by their serial numbers.
                Markup("target", ["dev": "vd" + Self.letters(number), "bus": "virtio"]),
            ] + limits(of: disk) + (disk.access == .readOnly ? [Markup("readonly")] : []) + [
                Markup("serial", text: disk.serial),
                Markup("alias", ["name": Self.alias(of: disk.serial)]), address,
            ])
    }

    /// `iops-write` is libvirt's `write_iops_sec`, `bps-total` its `total_bytes_sec`.
    private func limits(of disk: GuestSpecification.Disk) -> [Markup] {
        let limits = disk.limits.sorted { $0.key < $1.key }.compactMap { key, value -> Markup? in
            let parts = key.split(separator: "-")
            guard parts.count == 2 else { return nil }
            return Markup("\(parts[1])_\(parts[0] == "bps" ? "bytes" : "iops")_sec", text: "\(value)")
        }
        return limits.isEmpty ? [] : [Markup("iotune", [:], limits)]
    }

    /// QEMU's id of a disk of libvirt's; only such as begin so are ours to choose.
    private static func alias(of serial: String) -> String { "ua-\(QEMUCommand.driveID(of: serial))" }

    /// The serial of a disk by its path in QEMU, `/machine/peripheral/ua-disk-root/virtio-backend`; nil if it is none
    /// of ours.
    static func serial(ofDevice path: String) -> String? {
        path.split(separator: "/").first { $0.hasPrefix("ua-") }.map { QEMUCommand.serial(ofDrive: String($0.dropFirst(3))) }
    }

    /// a … z, aa …
    private static func letters(_ number: Int) -> String {
        let last = String(Character(Unicode.Scalar(UInt8(ascii: "a") + UInt8(number % 26))))
        return number < 26 ? last : letters(number / 26 - 1) + last
    }
}
