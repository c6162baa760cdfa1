/// A plan's file with whatever values its parameters are given: read once, however many cells it has.
final class PlanVariants {
    /// The file, as the caller spelled it.
    let file: String
    private let root: LocatedNode
    private let parser: ([String: String]) -> PlanParser
    private var plans: [[String: String]: TestPlan] = [:]

    /// - Throws: ``InvalidFile`` if the file is no YAML that can be read.
    init(_ file: String, guests: GuestLibrary?) throws(InvalidFile) {
        self.file = file
        root = try LocatedYAML.read(file)
        let directory = file.lastIndex(of: "/").map { $0 == file.startIndex ? "/" : String(file[..<$0]) } ?? "."
        let name = canonicalPath(directory)?.split(separator: "/").last.map(String.init)
        parser = {
            PlanParser(file: file, directory: directory, expectedName: name, guests: guests, settings: $0)
        }
    }

    /// The plan with these values.
    ///
    /// - Throws: ``InvalidFile`` with every problem found.
    func plan(_ settings: [String: String]) throws(InvalidFile) -> TestPlan {
        if let plan = plans[settings] { return plan }
        let plan = try parser(settings).parse(root)
        plans[settings] = plan
        return plan
    }
}
