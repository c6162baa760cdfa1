/// The libraries that all programs of a tree together want of the guest, with the newest version of each.
public struct ProgramNeeds: Sendable, Hashable {
    /// Library → symbol versions: `libc.so.6` → `GLIBC_2.38`.
    public private(set) var libraries: [String: Set<String>] = [:]

    /// None.
    public init() {}

    mutating func add(_ program: ELFProgram) {
        for (library, versions) in program.needs { libraries[library, default: []].formUnion(versions) }
    }

    /// A line a library, with the newest version of each kind behind it, for the guest's preflight.
    public var text: String {
        libraries.sorted { $0.key < $1.key }.map { library, versions in
            let kinds = Dictionary(grouping: versions) { $0.prefix { $0 != "_" } }
            let newest = kinds.values.compactMap { $0.max { Self.isOlder($0, $1) } }.sorted()
            return ([library] + newest).joined(separator: " ")
        }.joined(separator: "\n") + "\n"
    }

    /// `GLIBC_2.4` is older than `GLIBC_2.38`.
    private static func isOlder(_ one: String, _ other: String) -> Bool {
        func numbers(_ text: String) -> [Int] { text.split { !$0.isNumber }.map { Int($0) ?? 0 } }
        return numbers(one).lexicographicallyPrecedes(numbers(other))
    }
}
