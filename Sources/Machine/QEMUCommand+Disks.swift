import SystemPackage

extension QEMUCommand {
    /// `cache=unsafe` leaves out flushes to the host's disk. Writes are in the host's page cache all the same, so a
    /// QEMU that is killed loses nothing of a raw image; only a crash of the host could, and then the run is over.
    var disks: [String] { arguments(of: specification.disks) }

    /// The disks that every guest has.
    var commonDisks: [String] { arguments(of: specification.disks.filter { Self.commonDisks.contains($0.serial) }) }

    /// The disks that only some guests have.
    var ownDisks: [String] { arguments(of: specification.disks.filter { !Self.commonDisks.contains($0.serial) }) }

    private func arguments(of disks: [GuestSpecification.Disk]) -> [String] {
        disks.flatMap { disk in
            let limits = disk.limits.sorted { $0.key < $1.key }.map { ",throttling.\($0.key)=\($0.value)" }.joined()
            let id = Self.driveID(of: disk.serial)
            let (port, bus) = slot(of: disk.serial, plugged: "disk-\(disk.serial)", at: disk.place)
            return ["-drive", "if=none,id=\(id),\(file(of: disk))\(limits)"] + port + front(of: disk, drive: id, bus)
        }
    }

    private func front(of disk: GuestSpecification.Disk, drive: String, _ bus: String) -> [String] {
        switch disk.interface {
        case .virtio: ["-device", "virtio-blk-pci,drive=\(drive),serial=\(disk.serial)\(bus)"]
        case .nvme(nil): ["-device", "nvme,drive=\(drive),serial=\(disk.serial)\(bus)"]
        case .nvme(let zone?):
            [
                "-device", "nvme,id=nvme-\(disk.serial),serial=\(disk.serial)\(bus)",
                "-device",
                "nvme-ns,drive=\(drive),bus=nvme-\(disk.serial),nsid=1,zoned=on,zoned.zone_size=\(zone)",
            ]
        }
    }

    private func file(of disk: GuestSpecification.Disk) -> String {
        switch disk.access {
        case .readOnly: "file=\(escaped(disk.image)),format=raw,readonly=on,file.locking=off"
        case .layered: "file=\(escaped(paths.layers[disk.serial]!)),format=qcow2,cache=unsafe"
        case .writable where disk.faults.isEmpty:
            "file=\(escaped(disk.image)),format=raw,cache=unsafe,discard=unmap"
        case .writable: faultyFile(of: disk)
        }
    }

    /// blkdebug between the format and the file, with rules that hold for every request of a kind: the event `none`.
    /// Flushes must come down to it, so only the file below leaves them out.
    private func faultyFile(of disk: GuestSpecification.Disk) -> String {
        let rules = disk.faults.enumerated().map { number, fault in
            let rule = "file.inject-error.\(number)"
            return ",\(rule).event=none,\(rule).iotype=\(fault.request),\(rule).errno=\(fault.errno)"
                + (fault.sector.map { ",\(rule).sector=\($0)" } ?? "")
                + ",\(rule).once=\(fault.once ? "on" : "off")"
        }
        return "format=raw,cache=writeback,discard=unmap,file.driver=blkdebug,file.image.driver=file,"
            + "file.image.filename=\(escaped(disk.image)),file.image.cache.no-flush=on" + rules.joined()
    }

    /// How QEMU calls a disk, in its events too; an id begins with a letter, a serial need not.
    static func driveID(of serial: String) -> String { "disk-\(serial)" }

    /// The serial of a disk by QEMU's name; the name itself if it is none of ours.
    static func serial(ofDrive id: String) -> String { id.hasPrefix("disk-") ? String(id.dropFirst(5)) : id }
}
