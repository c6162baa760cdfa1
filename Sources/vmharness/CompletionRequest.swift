import ArgumentParser
import Foundation
import HostProcess
import TestPlan

/// What was typed so far.
struct CompletionRequest: Sendable {
    /// The words of the command line, the program's name first.
    let words: [String]
    /// Which of them is to be completed.
    let index: Int
    /// Its beginning, up to the cursor.
    let prefix: String

    /// The most entries of a directory that are looked at.
    private static let mostEntries = 2000

    /// The data directory that the command would use.
    ///
    /// - Throws: what the option would.
    func data() throws -> DataOptions {
        let named =
            words.indices.dropLast().last { words[$0] == "--data" }.map { words[$0 + 1] }
            ?? words.last { $0.hasPrefix("--data=") }.map { String($0.dropFirst("--data=".count)) }
        return try DataOptions.parse(named.map { ["--data", $0] } ?? [])
    }

    /// The plans among the words. Those that cannot be read are left out.
    var namedPlans: [TestPlan] {
        guard let data = try? data(), let names = try? data.library().names() else { return [] }
        return words.enumerated().compactMap { number, word in
            guard number != index, number > 0, names.contains(word) || word.contains("/") else { return nil }
            return try? data.plan(word)
        }
    }

    /// Directories, with a `/` behind them, and files whose path begins with what was typed; none until that looks like
    /// a path.
    ///
    /// - Parameters:
    ///   - form: what stands before the path; without one, names of plans and the like are meant until there is a `/`.
    ///   - isWanted: whether a file is offered, by its name.
    func paths(behind form: String = "", _ isWanted: (String) -> Bool) -> [Completion] {
        let typed = String(prefix.dropFirst(form.count))
        guard !form.isEmpty || typed.contains("/") || typed.hasPrefix(".") || typed.hasPrefix("~") else { return [] }
        guard let slash = typed.lastIndex(of: "/") else {
            let starts = ["./", "../", "~/"] + (form.isEmpty ? [] : ["/"])
            return starts.filter { $0.hasPrefix(typed) }.map { Completion(form + $0) }
        }
        let parent = typed[...slash]
        let directory = parent.hasPrefix("~/") ? homeDirectory() + parent.dropFirst() : String(parent)
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let beginning = typed[slash...].dropFirst()
        return entries.filter { $0.hasPrefix(beginning) && (beginning.hasPrefix(".") || !$0.hasPrefix(".")) }
            .prefix(Self.mostEntries).sorted().compactMap { entry in
                var isDirectory: ObjCBool = false
                let exists = FileManager.default.fileExists(atPath: directory + entry, isDirectory: &isDirectory)
                guard exists, isDirectory.boolValue || isWanted(entry) else { return nil }
                return Completion(form + parent + entry + (isDirectory.boolValue ? "/" : ""))
            }
    }
}
