extension PlanParser {
    private static let diskKeys = ["name", "size"] + interfaceKeys + DiskRequest.Limit.allCases.map(\.rawValue)
    /// Serial numbers of disks that every guest has.
    private static let takenNames = ["root", "modules"]
    /// What begins the names of the harness's own disks.
    private static let ownPrefix = "vmharness"
    /// 16 TiB is what a file of ext4 with blocks of 4 KiB can hold (Documentation/filesystems/ext4/overview.rst).
    private static let diskSizes = ByteCount.mebibytes(1) ... .tebibytes(16)
    /// THROTTLE_VALUE_MAX of QEMU's include/qemu/throttle.h.
    private static let limits = 1...1_000_000_000_000_000

    func disk(_ entry: LocatedNode.Entry) -> DiskRequest? {
        guard let reader = MappingReader(entry.value, of: "disk", keys: Self.diskKeys, problems) else { return nil }
        let name = reader.required("name").flatMap { deviceName($0, reader.label("name")) }
        let size = reader.required("size").flatMap { diskSize($0, reader.label("size")) }
        let limits = diskLimits(reader)
        // What depends on a size that is wrong is looked at all the same.
        var disk = DiskRequest(
            name: name ?? "", size: size ?? Self.diskSizes.upperBound, limits: limits, location: entry.location)
        diskInterface(reader, &disk)
        return name == nil || size == nil ? nil : disk
    }

    /// The name of a disk, or of anything else that the guest knows by a name, such as `/dev/vmharness/NAME`.
    func deviceName(_ node: LocatedNode, _ label: String) -> String? {
        guard let name = node.string(label, problems) else { return nil }
        // It becomes a serial number, a file's name and a part of an id in QEMU's options.
        guard let first = name.first, isLetterOrDigit(first), name.utf8.count <= DiskRequest.longestName,
            name.allSatisfy({ isLetterOrDigit($0) || $0 == "-" || $0 == "_" })
        else {
            problems.report(
                "\(label) must be 1 to \(DiskRequest.longestName) letters, digits, '-' and '_', not \(quoted(name))",
                at: node.location, advice: "begin it with a letter or a digit")
            return nil
        }
        guard !Self.takenNames.contains(name), !name.hasPrefix(Self.ownPrefix) else {
            problems.report(
                "\(label): \(quoted(name)) is the harness's own", at: node.location, advice: "give it another name")
            return nil
        }
        return name
    }

    private func diskSize(_ node: LocatedNode, _ label: String) -> ByteCount? {
        guard let size = node.byteCount(label, in: Self.diskSizes, problems) else { return nil }
        guard size.bytes & ((1 << 20) - 1) == 0 else {
            problems.report(
                "\(label) must be a multiple of 1MiB, not \(size)", at: node.location,
                advice: "did you mean \(ByteCount.mebibytes((size.bytes >> 20) + 1))?")
            return nil
        }
        return size
    }

    private func diskLimits(_ reader: MappingReader) -> [DiskRequest.Limit: Int] {
        var limits: [DiskRequest.Limit: Int] = [:]
        for limit in DiskRequest.Limit.allCases {
            let key = limit.rawValue
            if limit.countsBytes {
                let range = ByteCount(bytes: Self.limits.lowerBound)...ByteCount(bytes: Self.limits.upperBound)
                limits[limit] = reader.byteCount(key, in: range)?.bytes
            } else {
                limits[limit] = reader.integer(key, in: Self.limits)
            }
        }
        // QEMU refuses a total beside one of its parts (throttle_is_valid of util/throttle.c).
        for (total, parts) in [
            (DiskRequest.Limit.totalOperations, [DiskRequest.Limit.readOperations, .writeOperations]),
            (.totalBytes, [.readBytes, .writeBytes]),
        ] {
            guard limits[total] != nil, let part = parts.first(where: { limits[$0] != nil }) else { continue }
            problems.report(
                "disk has both '\(total.rawValue)' and '\(part.rawValue)'", at: reader.place(of: part.rawValue),
                advice: "limit reads and writes together or each for itself")
        }
        return limits
    }
}

extension DiskRequest.Limit {
    /// Whether it counts bytes a second, and not operations.
    var countsBytes: Bool {
        switch self {
        case .totalBytes, .readBytes, .writeBytes: true
        case .totalOperations, .readOperations, .writeOperations: false
        }
    }
}
