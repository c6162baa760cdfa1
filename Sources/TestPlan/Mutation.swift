/// A change to one of the kernel's own modules that puts a bug back or makes one: for plans whose bug no released
/// kernel has. The module is built of the kernel's own source with a patch, and loaded in place of the stock one.
public struct Mutation: Sendable, Hashable {
    /// Its name: lower-case letters, digits and `-`.
    public var name: String
    /// The module as the kernel names it, such as `vfio_iommu_type1`.
    public var module: String
    /// The directory of the module's source in the kernel's tree, such as `drivers/vfio`.
    public var source: String
    /// The patch, for patch(1) with `-p1`: an absolute path below the plan's directory.
    public var patch: String
    /// Where the plan declares it.
    public var location: SourceLocation

    /// Creates a mutation.
    public init(name: String, module: String, source: String, patch: String, location: SourceLocation) {
        self.name = name
        self.module = module
        self.source = source
        self.patch = patch
        self.location = location
    }
}

extension TestPlan {
    /// The mutation of a name.
    ///
    /// - Throws: a ``Diagnostic`` with the nearest spelling if the plan has none of that name.
    public func mutation(named name: String) throws(Diagnostic) -> Mutation {
        if let found = mutations.first(where: { $0.name == name }) { return found }
        throw Mutation.unknown(name, among: mutations)
    }
}

extension Mutation {
    static func unknown(_ name: String, among mutations: [Mutation]) -> Diagnostic {
        Diagnostic(
            message: "the plan has no mutation \(quoted(name))",
            advice: mutations.isEmpty
                ? "declare it under 'mutations'" : spellingAdvice(for: name, among: mutations.map(\.name)))
    }
}
