import Foundation
import HostProcess
import KernelLog
import RunRecord
import Steps
import Synchronization

/// Reads a guest's console: keeps its bytes, gives them to `KernelLog`, and
/// tells who waits for a line that it came. Constant memory on any length.
final class ConsoleRecorder: Sendable {
    private struct Waiter {
        let text: String
        let signal: Signal
    }
    private struct State {
        var reader = KernelLogReader()
        var reports: [KernelReport] = []
        var dropped = 0
        /// The line being received, cut at `lineLimit`.
        var line: [UInt8] = []
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
        var count = 0
        var lastByte = ContinuousClock.now
        var initFailure: String?
        var stepProcess: Int?
        /// The lines that begin cases, and where they end.
        var caseMarks: [(byte: Int, line: String)] = []
    }
    private let state = Mutex(State())
    private static let lineLimit = 1024
    private static let ownMark = Array("vmharness".utf8)
    /// Marks kept: those before are of cases that were recorded long ago.
    private static let caseMarkLimit = 2000
    /// Reports kept between two drains; a guest that oopses in a loop would fill our memory.
    private static let reportLimit = 500

    /// The file of the bytes, bounded.
    let log: BoundedFile
    /// Its name in the cell's directory.
    let file: String

    init(log: BoundedFile, file: String) {
        self.log = log
        self.file = file
    }

    /// Takes bytes as they come.
    func receive(_ bytes: UnsafeRawBufferPointer) {
        log.write(bytes)
        let fired = state.withLock { state in
            state.lastByte = .now
            state.reader.read(bytes)
            keep(state.reader.nextReports(), in: &state)
            return scanLines(bytes, &state)
        }
        for signal in fired { signal.fire() }
    }

    /// The findings since the last drain. `all` includes a report that is
    /// still being printed: for when the console has gone quiet.
    func drain(all: Bool) -> [Finding] {
        let (reports, dropped) = state.withLock { state in
            if all { keep(state.reader.flush(), in: &state) }
            defer {
                state.reports = []
                state.dropped = 0
            }
            return (state.reports, state.dropped)
        }
        var findings = reports.map { Finding($0, source: .console, file: file) }
        if dropped > 0 {
            findings.append(
                Finding(
                    source: .console, severity: .notice, kind: "flood",
                    title: "\(dropped) more reports on the console, not kept"))
        }
        return findings
    }

    /// Bytes received so far.
    var count: Int { state.withLock { $0.count } }
    /// The reason that our init gave for giving up; nil if it did not.
    var initFailure: String? { state.withLock { $0.initFailure } }

    /// The id that the running step's process has in the guest, as it said itself.
    var stepProcess: Int? { state.withLock { $0.stepProcess } }

    /// Waits until a line contains `text`, which must hold the word `vmharness`.
    ///
    /// - Throws: `CancellationError`.
    func waitForLine(containing text: String, after action: () async throws -> Void = {}) async throws {
        let signal = Signal()
        let id = state.withLock { state in
            state.nextWaiter += 1
            state.waiters[state.nextWaiter] = Waiter(text: text, signal: signal)
            return state.nextWaiter
        }
        defer { _ = state.withLock { $0.waiters.removeValue(forKey: id) } }
        try await action()
        try await signal.wait()
    }

    /// Waits until a line contains `text`, which an action makes the guest say.
    ///
    /// - Returns: what the action returned.
    /// - Throws: `CancellationError`; what the action throws.
    func valueAfterLine<Value: Sendable>(
        containing text: String, after action: () async throws -> Value
    ) async throws -> Value {
        var value: Value?
        try await waitForLine(containing: text) { value = try await action() }
        return value!
    }

    /// Waits until nothing has come for `silence`, at most until `limit`.
    ///
    /// - Throws: `CancellationError`.
    func waitForQuiet(_ silence: Duration, limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            let last = state.withLock { $0.lastByte }
            let next = min(last + silence, deadline)
            if ContinuousClock.now >= next { return }
            try await Task.sleep(until: next, clock: .continuous)
        }
    }

    /// Waits for the answer to a question: for more bytes than `count`, at most
    /// 3 s, and then until nothing has come for `silence`.
    ///
    /// - Throws: `CancellationError`.
    func waitForAnswer(beyond count: Int, _ silence: Duration, limit: Duration) async throws {
        let deadline = ContinuousClock.now + .seconds(3)
        while self.count <= count && ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(50)) }
        try await waitForQuiet(silence, limit: limit)
    }

    private func keep(_ reports: [KernelReport], in state: inout State) {
        let room = max(0, Self.reportLimit - state.reports.count)
        state.reports += reports.prefix(room)
        state.dropped += max(0, reports.count - room)
    }

    private func scanLines(_ bytes: UnsafeRawBufferPointer, _ state: inout State) -> [Signal] {
        var fired: [Signal] = []
        for byte in bytes {
            state.count += 1
            guard byte == UInt8(ascii: "\n") else {
                if state.line.count < Self.lineLimit { state.line.append(byte) }
                continue
            }
            // Whatever is waited for, we have asked the guest to say.
            if state.line.firstRange(of: Self.ownMark) != nil {
                fired += scan(String(decoding: state.line, as: UTF8.self), &state)
            }
            state.line.removeAll(keepingCapacity: true)
        }
        return fired
    }

    private func markCase(_ line: String, _ state: inout State) {
        if state.caseMarks.count >= Self.caseMarkLimit { state.caseMarks.removeFirst(Self.caseMarkLimit / 2) }
        state.caseMarks.append((state.count, line))
    }

    /// The line that began the case which ran when the console was at `byte`; nil before the first.
    func lineOfMark(before byte: Int) -> String? {
        state.withLock { $0.caseMarks.last { $0.byte <= byte }?.line }
    }

    private func scan(_ line: String, _ state: inout State) -> [Signal] {
        if line.contains(caseMark) { markCase(line, &state) }
        if let mark = line.range(of: InitMarks.failed) {
            state.initFailure = state.initFailure ?? String(line[mark.upperBound...]).trimmed
            return state.waiters.values.filter { [InitMarks.ready, InitMarks.asleep].contains($0.text) }.map(\.signal)
        }
        if let mark = line.range(of: stepProcessMark) {
            state.stepProcess = Int(line[mark.upperBound...].trimmed)
        }
        return state.waiters.values.filter { line.contains($0.text) }.map(\.signal)
    }
}

/// What our init says on the console (images/init).
enum InitMarks {
    /// The SSH server accepts connections.
    static let ready = "vmharness-init: ready"
    /// The guest waits to be saved as a template.
    static let asleep = "vmharness-init: asleep"
    /// It gave up; the reason follows.
    static let failed = "vmharness-init: FAILED"
}
