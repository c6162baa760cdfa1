internal import Foundation

/// The plans of a directory: each is a directory of its own with a `plan.yaml`.
public struct PlanLibrary: Sendable, Hashable {
    /// The directory, such as `testplans`.
    public let directory: String
    /// The name of a plan's file.
    public static let fileName = "plan.yaml"

    /// The guests that the plans can extend.
    public let guests: GuestLibrary?

    /// Creates a library over `directory`, which is read when asked for.
    public init(directory: String, guests: GuestLibrary? = nil) {
        self.directory = directory
        self.guests = guests
    }

    /// The names of the plans, sorted. Directories without a plan file and hidden ones are no plans.
    ///
    /// - Throws: ``InvalidFile`` if the directory cannot be read.
    public func names() throws(InvalidFile) -> [String] {
        let entries: [String]
        do {
            entries = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            let reason = Diagnostic(
                message: "cannot read the plans in \(quoted(directory))",
                advice: "name the directory which holds the plans"
            )
            throw InvalidFile(diagnostics: [reason])
        }
        return entries.filter { entry in
            !entry.hasPrefix(".") && FileManager.default.fileExists(atPath: file(of: entry))
        }.sorted()
    }

    /// Reads the plan called `name`, with `settings` in place of its parameters' defaults.
    ///
    /// - Throws: ``InvalidFile`` with every problem found; for an unknown plan with the nearest spelling.
    public func plan(named name: String, settings: [String: String] = [:]) throws(InvalidFile) -> TestPlan {
        // The name becomes part of a path: nothing but a plan's name may.
        guard Self.isPlanName(name), FileManager.default.fileExists(atPath: file(of: name)) else {
            let names = try names()
            let unknown = Diagnostic(
                message: "there is no plan \(quoted(name)) in \(quoted(directory))",
                advice: spellingAdvice(for: name, among: names)
            )
            throw InvalidFile(diagnostics: [unknown])
        }
        return try TestPlan.read(file(of: name), settings: settings, guests: guests)
    }

    func file(of name: String) -> String { "\(directory)/\(name)/\(Self.fileName)" }

    /// Whether `name` is `[a-z0-9][a-z0-9-]*` of at most 64 characters.
    static func isPlanName(_ name: String) -> Bool {
        guard let first = name.first, isLowerCaseOrDigit(first) else { return false }
        return name.utf8.count <= 64 && name.allSatisfy { isLowerCaseOrDigit($0) || $0 == "-" }
    }
}
