/// The keys of a section of fstests, its own before those that it inherits from the step.
struct SectionReader {
    let reader: MappingReader
    let inherited: MappingReader?

    func node(_ key: String) -> LocatedNode? { reader.node(key) ?? inherited?.node(key) }

    func label(_ key: String) -> String { owner(of: key).label(key) }

    func place(of key: String) -> SourceLocation { owner(of: key).place(of: key) }

    private func owner(of key: String) -> MappingReader {
        if reader.node(key) == nil, let inherited, inherited.node(key) != nil { inherited } else { reader }
    }

    /// A pool that stands beside a scratch device.
    var contradictedPool: LocatedNode? {
        [reader, inherited].compactMap(\.self).compactMap { $0.node("scratch") == nil ? nil : $0.node("scratch-pool") }
            .first
    }

    /// fstests takes a scratch device or a pool, of which it takes the first as the scratch device. A pool of the
    /// section's own is instead of an inherited device, and the other way round.
    func isReplaced(_ role: FstestsRequest.Role) -> Bool {
        switch role {
        case .scratch: reader.node("scratch") == nil && node("scratch-pool") != nil
        case .scratchPool: reader.node("scratch-pool") == nil && reader.node("scratch") != nil
        default: false
        }
    }
}
