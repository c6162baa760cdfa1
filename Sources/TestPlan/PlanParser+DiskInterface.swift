extension PlanParser {
    static let interfaceKeys = ["interface", "behind", "zone", "errors"]
    private static let faultKeys = ["on", "sector", "errno", "once"]
    /// blkdebug looks through all of them for each request.
    private static let mostFaults = 32
    /// What is read of every disk before a step runs: the first sector by QEMU, to guess a geometry
    /// (hw/block/hd-geometry.c), and its page by the kernel's search for partitions.
    private static let scannedSectors = 8
    /// Kernels before 6.13 want zones of a power of two (block/blk-zoned.c); smaller ones are of no use.
    private static let zones = ByteCount.mebibytes(1) ... .gibibytes(16)

    /// The keys that say how the guest reaches a disk, and how it fails.
    func diskInterface(_ reader: MappingReader, _ disk: inout DiskRequest) {
        disk.place = pciPlace(reader)
        disk.interface = reader.choice("interface", of: DiskRequest.Interface.self) ?? .virtio
        if let node = reader.node("zone") {
            if disk.interface != .nvme {
                problems.report(
                    "\(reader.label("zone")) is for NVMe", at: node.location, advice: "add `interface: nvme`")
            }
            disk.zone = zone(node, reader.label("zone"), of: disk.size)
        }
        if let node = reader.node("errors") { disk.faults = faults(node, reader.label("errors"), of: disk.size) }
    }

    private func zone(_ node: LocatedNode, _ label: String, of size: ByteCount) -> ByteCount? {
        guard let zone = node.byteCount(label, in: Self.zones, problems) else { return nil }
        guard zone.bytes.nonzeroBitCount == 1 else {
            problems.report("\(label) must be a power of two, not \(zone)", at: node.location)
            return nil
        }
        guard size.bytes % zone.bytes == 0 else {
            problems.report(
                "the size of the disk, \(size), is not a multiple of its zone, \(zone)", at: node.location,
                advice: "QEMU would cut the rest off")
            return nil
        }
        return zone
    }

    private func faults(_ node: LocatedNode, _ label: String, of size: ByteCount) -> [DiskFaultRequest] {
        guard let items = node.items(label, problems) else { return [] }
        if items.count > Self.mostFaults {
            problems.report("\(label) has more than \(Self.mostFaults) items", at: node.location)
        }
        return items.compactMap { item in
            guard let reader = MappingReader(item, of: "an item of errors", keys: Self.faultKeys, problems) else {
                return nil
            }
            let request = reader.required("on")
                .flatMap { $0.choice(reader.label("on"), of: DiskFaultRequest.Request.self, problems) }
            let error = reader.choice("errno", of: DiskFaultRequest.ErrorName.self) ?? .io
            let sector = reader.integer("sector", in: 0...(size.bytes / 512 - 1))
            if let sector, request == .flush {
                problems.report(
                    "a flush touches no sector, \(sector) as little as another", at: reader.place(of: "sector"),
                    advice: "leave 'sector' out")
            }
            let once = reader.boolean("once") ?? false
            if once, request == .read, (sector ?? 0) < Self.scannedSectors {
                problems.report(
                    "the one read that fails would be QEMU's own or the kernel's, in search of partitions",
                    at: reader.place(of: "once"),
                    advice: "add a 'sector' from \(Self.scannedSectors) that only the test reads, or leave 'once' out")
            }
            return request.map { DiskFaultRequest(request: $0, error: error, sector: sector, once: once) }
        }
    }
}
