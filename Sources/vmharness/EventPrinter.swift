import RunRecord
import Runner
import Synchronization

/// Tells on standard error what a run is doing, a line each.
final class EventPrinter: RunDisplay {
    private let isQuiet: Bool
    private let began = ContinuousClock.now
    /// Tasks report at the same time; a line is printed whole.
    private let lock = Mutex(())

    /// - Parameter isQuiet: only what a person must act on.
    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    func show(_ event: RunEvent) {
        guard !isQuiet || event.mustBeActedOn, let words = Self.words(of: event) else { return }
        lock.withLock { _ in Terminal.error(words.stamped(ContinuousClock.now - began)) }
    }

    /// What a person reads of an event; nil for what only a live display shows.
    static func words(of event: RunEvent) -> String? {
        let words: String? =
            switch event {
            case .preparing(let what): what
            case .cellStarted(let id): "\(id): starting"
            case .guestUp(let id, let seconds): "\(id): guest up after \(seconds.formatted1) s"
            case .stepStarted(let id, let name): "\(id): \(name)"
            case .casesPlanned: nil
            case .caseStarted(let id, let name): "\(id): \(name)"
            case .caseEnded(let id, let record):
                "\(id): \(record.name) \(record.verdict.rawValue) after \(record.seconds.formatted1) s"
                    + (record.reason.map { ": \($0)" } ?? "")
            case .freshGuest(let id, let reason): "\(id): \(reason); going on in a fresh guest"
            case .retrying(let id, let attempt, let reason):
                "\(id): \(reason ?? "failed"); attempt \(attempt) in fresh guests"
            case .found(let id, let finding) where finding.severity == .notice: "\(id): note: \(finding.title)"
            case .found(let id, let finding):
                "\(id): found: \(finding.title)" + (finding.location.map { " at \($0)" } ?? "")
            case .climbing(let id, let reason): "\(id): \(reason); gathering evidence"
            case .unrestored(let id, let failure): "\(id): error: not put back: \(failure)"
            case .cellEnded(let cell):
                "\(cell.id): \(cell.verdict.rawValue.uppercased()) after \(cell.seconds.formatted1) s"
                    + (cell.reason.map { ": \($0)" } ?? "")
            case .kept(let id, let command):
                "\(id): the guest is kept. Another terminal gets in by\n    \(command)\nEnter or Ctrl-C ends it."
            }
        return words
    }

    func resume(_ cells: [CellRecord]) {}

    func expect(_ seconds: () -> [String: Double]) {}

    func tick() async {}

    func end() {}
}

extension String {
    /// With the time since a run began in front.
    func stamped(_ time: Duration) -> String {
        "[\((time / .seconds(1)).formatted1.leftPadded(6))] \(self)"
    }

    func leftPadded(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

extension Double {
    /// With one digit behind the point.
    var formatted1: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
