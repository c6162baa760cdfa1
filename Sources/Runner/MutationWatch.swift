import Foundation
import GuestImage
import HostProcess
import Machine
import RemoteShell
import RunRecord
import SystemPackage

/// Whether a guest really had the mutated module: a plan that ran on the stock one, or without any, has shown nothing.
struct MutationWatch: Sendable {
    let mutated: MutatedKernel

    /// What a guest says of the module.
    enum Sighting: Sendable, Hashable {
        /// It has it, or had it.
        case loaded
        /// It has another of its name.
        case foreign(String)
        /// It neither has nor had any.
        case none
    }

    /// An instance of the kernel's tracing of our own: a plan that traces does not disturb it.
    private static let instance = "/sys/kernel/tracing/instances/vmharness"
    private static let tracePrefix = " module_load: "
    private static let limit = Duration.seconds(20)

    /// Has the guest remember the module being loaded, for a plan that removes it again. A kernel without tracing does
    /// not; what is loaded when it is asked counts all the same.
    func begin(_ shell: RemoteShell) async throws {
        let script = "mkdir \(Self.instance) && echo 1 >\(Self.instance)/events/module/module_load/enable"
        _ = try await shell.run(script, timeout: Self.limit)
    }

    /// Asks the guest.
    func look(_ shell: RemoteShell) async throws -> Sighting {
        // The words of the trace: include/trace/events/module.h.
        let script = """
            if [ -d /sys/module/\(mutated.module) ]
            then od -An -v -tx1 /sys/module/\(mutated.module)/notes/.note.gnu.build-id | tr -d ' \\n'; echo ' loaded'
            else echo; fi
            grep -s -F \(GuestWord.quoted("\(Self.tracePrefix)\(mutated.module) ")) \(Self.instance)/trace
            true
            """
        let result = try await shell.run(script, outputLimit: 1 << 20, timeout: Self.limit)
        return Self.sighting(in: result.text, of: mutated)
    }

    /// - Parameter text: the note with the build id and `loaded`, or a blank line if the module is not loaded; then the
    ///   trace's lines.
    static func sighting(in text: String, of mutated: MutatedKernel) -> Sighting {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // Read when the event came: out of tree (O), which no stock module is (kernel/module/main.c, module_flags_taint).
        for line in lines.dropFirst() {
            guard let range = line.firstRange(of: "\(tracePrefix)\(mutated.module) ") else { continue }
            let flags = line[range.upperBound...]
            if !flags.contains("O") { return .foreign("the kernel's own, as the taint flags '\(flags)' show") }
        }
        let wasLoaded = lines.dropFirst().contains { $0.contains(tracePrefix) }
        let words = (lines.first ?? "").split(separator: " ")
        guard words.last == "loaded" else { return wasLoaded ? .loaded : .none }
        // The note is the id behind a header of 16 bytes (elf(5)).
        let id = words.count == 2 ? words[0].dropFirst(32) : ""
        return id == mutated.buildID
            ? .loaded : .foreign(id.isEmpty ? "one without a build id" : "one with build id \(id)")
    }

    /// Whether the console of a guest, which may be gone, shows the module: the kernel says so of the first module from
    /// out of the tree, and in the list of modules that comes with every report.
    static func isShown(in console: String, module: String) -> Bool {
        console.split(whereSeparator: \.isNewline).contains { line in
            if line.contains("\(module): loading out-of-tree module taints kernel") { return true }
            guard let list = line.firstRange(of: "Modules linked in:") else { return false }
            return line[list.upperBound...].split(separator: " ").contains { word in
                word.hasPrefix("\(module)(") && word.dropFirst(module.count + 1).contains("O")
            }
        }
    }
}

extension GuestSession {
    /// Asks the guest for the mutated module and records what it says.
    ///
    /// - Parameter begins: nothing of the plan has been done yet.
    /// - Throws: `CancellationError`.
    func watchMutation(_ shell: RemoteShell, begins: Bool = false) async throws {
        guard let mutated = runner.prepared.mutated, guest.trouble.isEmpty else { return }
        let watch = MutationWatch(mutated: mutated)
        do {
            if begins { try await watch.begin(shell) }
            let sighting = try await watch.look(shell)
            journal.update { cell in
                switch sighting {
                case .loaded: cell.markMutation(in: directory.guest)
                case .foreign(let what): cell.environment?.mutation?.foreign = what
                case .none: break
                }
            }
        } catch {
            // A guest that does not answer is told of by the step in which it happened.
            try Task.checkCancellation()
        }
    }
}

extension CellRunner {
    /// Makes the cell an error if its guests did not have the mutated module.
    func judgeMutation(_ journal: CellJournal, in directory: FilePath) {
        guard let mutated = prepared.mutated, !Task.isCancelled else { return }
        let record = journal.record
        let state = record.environment?.mutation
        if let foreign = state?.foreign {
            fail(journal, "a guest had another module '\(mutated.module)' than the mutated one: \(foreign)")
            return
        }
        for guest in record.guestsWithoutMutation {
            let console = EvidenceDirectory(cell: directory, guest: guest).path("console.log")
            let text = try? BoundedRead.text(of: console, limit: Self.consoleLimit + 4096)
            if text.map({ MutationWatch.isShown(in: $0, module: mutated.module) }) == true {
                journal.update { $0.markMutation(in: guest) }
            }
        }
        let lacking = journal.record.guestsWithoutMutation
        guard !lacking.isEmpty || journal.record.environment?.mutation?.loaded != true else { return }
        let which = (record.guests?.count ?? 1) > 1 ? lacking.map { "guest \($0)" }.joined(separator: ", ") : ""
        fail(
            journal,
            "the mutated module '\(mutated.module)' was never loaded in "
                + (which.isEmpty ? "a guest" : which) + ": what ran there says nothing of it")
    }

    private func fail(_ journal: CellJournal, _ reason: String) {
        journal.add(CaseRecord(name: CellRecord.mutationCase, verdict: .error, reason: reason, seconds: 0))
    }
}

extension CellRecord {
    /// Notes that a guest had the mutated module.
    mutating func markMutation(in guest: Int) {
        environment?.mutation?.loaded = true
        if let index = guests?.firstIndex(where: { $0.number == guest }) { guests?[index].hadMutation = true }
    }

    /// The guests that have results of the plan's and were not seen to have the mutated module.
    var guestsWithoutMutation: [Int] {
        (guests ?? []).filter { guest in
            guest.hadMutation != true
                && cases.contains { record in
                    record.guest == guest.number && record.step != nil && record.verdict != .skip
                }
        }.map(\.number)
    }
}
