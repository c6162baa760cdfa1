import GuestImage
import HostProcess
import KernelLog
import RunRecord
import Symbolizer
import SystemPackage

/// Gives the findings of a cell their places in the kernel's sources, once its guest is gone: where there is
/// debug information of the kernel that ran.
struct SourceLines {
    let kernel: Kernel
    /// The modules that were built for the cell.
    let built: [FilePath]

    /// How long it may take. Lines are a help: no verdict waits for them longer.
    static let limit = Duration.seconds(90)

    /// - Parameter journal: gets them, or a note why there are none.
    /// - Throws: `CancellationError`.
    func add(to journal: CellJournal) async throws {
        let cell = journal.record
        let reports = cell.cases.map { $0.findings.map(Self.report) }
        guard reports.joined().contains(where: { $0 != nil }), let symbols = KernelSymbols(of: kernel) else { return }
        if let ran = cell.environment?.kernel.buildID, let there = symbols.buildID?.text, ran != there {
            journal.note(
                "findings have no lines of the sources: \(symbols.vmlinux) is another build than the kernel that ran")
            return
        }
        do {
            let places = try await withTimeout(Self.limit) {
                let symbolizer = try await Symbolizer(
                    kernel: symbols.vmlinux, modules: symbols.directory, moduleFiles: built + symbols.modules)
                let found = try await symbolizer.symbolize(reports.joined().compactMap { $0 })
                return (found, await symbolizer.notices)
            }
            guard let (found, notices) = places else {
                journal.note("findings have no lines of the sources: looking them up took more than \(Self.limit)")
                return
            }
            for notice in notices { journal.note("findings lack lines of the sources: \(notice)") }
            var rest = found[...]
            journal.update { cell in
                for (caseIndex, reports) in reports.enumerated() {
                    for (index, report) in reports.enumerated() where report != nil {
                        cell.cases[caseIndex].findings[index].locate(rest.removeFirst().frames)
                    }
                }
            }
        } catch let failure as Failure {
            journal.note("findings have no lines of the sources: \(failure)")
        }
    }

    /// The report that a finding is, or for a hang one of the stack that the ladder saw; nil without a stack.
    private static func report(_ finding: Finding) -> KernelReport? {
        if let report = finding.report {
            return report.frames.isEmpty && report.instructionPointer == nil ? nil : report
        }
        let frames = finding.stack.compactMap(frame)
        guard !frames.isEmpty else { return nil }
        return KernelReport(
            title: finding.title, kind: .hungTask, function: finding.function, frames: frames,
            range: LogRange(startByte: 0, endByte: 0, startLine: 1, endLine: 1))
    }

    /// A line of `/proc/PID/stack`: `request_wait_answer+0x12b/0x210 [fuse]`; nil for anything else.
    static func frame(_ text: String) -> Frame? {
        let words = text.split(separator: " ")
        guard let first = words.first, let plus = first.lastIndex(of: "+") else { return nil }
        let numbers = first[first.index(after: plus)...].split(separator: "/")
        guard numbers.count == 2, numbers.allSatisfy({ $0.hasPrefix("0x") }),
            let offset = UInt64(numbers[0].dropFirst(2), radix: 16),
            let size = UInt64(numbers[1].dropFirst(2), radix: 16)
        else { return nil }
        let module = words.dropFirst().first { $0.hasPrefix("[") }.map { $0.dropFirst().prefix { $0 != "]" } }
        return Frame(function: String(first[..<plus]), offset: offset, size: size, module: module.map(String.init))
    }
}

extension Finding {
    /// Takes the places of its stack, and the place of the function blamed unless the kernel itself named one.
    mutating func locate(_ frames: [SymbolizedFrame]) {
        let reliable = frames.filter { !$0.frame.isUnreliable }
        guard reliable.contains(where: { $0.location != nil }) else { return }
        sources = reliable.map {
            SourceFrame(
                function: $0.frame.function, module: $0.frame.module, location: $0.location, isInlined: $0.isInlined)
        }
        location = location ?? reliable.first { $0.frame.function == function && $0.location != nil }?.location
    }
}
