import HostProcess
import RunRecord
import Runner
import Synchronization

/// Tells on standard error what a run is doing, a line each.
final class EventPrinter: Sendable {
    private let isQuiet: Bool
    private let began = ContinuousClock.now
    /// Tasks report at the same time; a line is printed whole.
    private let lock = Mutex(())

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    func show(_ event: RunEvent) {
        let line: String? =
            switch event {
            case .preparing(let what): what
            case .cellStarted(let id): "\(id): starting"
            case .guestUp(let id, let seconds): "\(id): guest up after \(seconds.formatted1) s"
            case .stepStarted(let id, let name): "\(id): \(name)"
            case .caseStarted(let id, let name): "\(id): \(name)"
            case .caseEnded(let id, let record):
                "\(id): \(record.name) \(record.verdict.rawValue) after \(record.seconds.formatted1) s"
                    + (record.reason.map { ": \($0)" } ?? "")
            case .freshGuest(let id, let reason): "\(id): \(reason); going on in a fresh guest"
            case .found(let id, let finding) where finding.severity == .notice: "\(id): note: \(finding.title)"
            case .found(let id, let finding):
                "\(id): found: \(finding.title)" + (finding.location.map { " at \($0)" } ?? "")
            case .climbing(let id, let reason): "\(id): \(reason); gathering evidence"
            case .unrestored(let id, let failure): "\(id): error: not put back: \(failure)"
            case .cellEnded(let cell):
                "\(cell.id): \(cell.verdict.rawValue.uppercased()) after \(cell.seconds.formatted1) s"
                    + (cell.expectationWords.map { ", \($0)" } ?? "")
                    + (cell.reason.map { ": \($0)" } ?? "")
            case .kept(let id, let command):
                "\(id): the guest is kept. Another terminal gets in by\n    \(command)\nEnter or Ctrl-C ends it."
            }
        // What a person must act on is printed even when quiet.
        switch event {
        case .kept, .unrestored: break
        default: if isQuiet { return }
        }
        guard let line else { return }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        lock.withLock { _ in Terminal.error("[\(seconds.formatted1.leftPadded(6))] \(line)") }
    }
}

extension Double {
    /// With one digit behind the point.
    var formatted1: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}

extension String {
    func leftPadded(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
