internal import Foundation

/// Guests that several plans extend: the files `NAME.yaml` of a directory, each with a `summary` and a `guest` as in a
/// plan.
public struct GuestLibrary: Sendable, Hashable {
    /// The directory, such as `guests`.
    public let directory: String

    private static let keys = ["summary", "guest"]

    /// Creates a library over `directory`, which is read when asked for.
    public init(directory: String) {
        self.directory = directory
    }

    /// The names of the guests, sorted; none where there is no such directory.
    public func names() -> [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return entries.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.filter(PlanLibrary.isPlanName)
            .sorted()
    }

    /// The file of a definition.
    func file(_ name: String) -> String { "\(directory)/\(name).yaml" }

    /// The `guest` of a definition, each value with its place in that file.
    ///
    /// - Parameter node: the name, as a plan has it.
    func guest(_ node: LocatedNode, _ label: String, _ problems: DiagnosticList) -> LocatedNode? {
        guard let name = node.string(label, problems) else { return nil }
        let names = names()
        // The name becomes part of a path: nothing but a name that is there may.
        guard names.contains(name) else {
            problems.report(
                "\(label): there is no guest \(quoted(name)) in \(quoted(directory))", at: node.location,
                advice: spellingAdvice(for: name, among: names))
            return nil
        }
        do throws(InvalidFile) {
            let root = try LocatedYAML.read(file(name))
            guard let reader = MappingReader(root, of: "the guest's definition", keys: Self.keys, problems) else {
                return nil
            }
            if reader.required("summary") != nil { _ = reader.string("summary") }
            guard let guest = reader.required("guest"), case .mapping(let entries) = guest.content else { return nil }
            if let nested = entries.first(where: { $0.key == "extends" }) {
                problems.report(
                    "a guest's definition extends no other", at: nested.location, advice: "write it out")
                return nil
            }
            return guest
        } catch {
            for problem in error.diagnostics { problems.report(problem) }
            return nil
        }
    }
}
