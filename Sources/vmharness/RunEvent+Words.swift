import RunRecord
import Runner

extension RunEvent {
    /// What a person reads of it; nil for what only a live display shows.
    var words: String? {
        switch self {
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
    }

    /// True for what a person must act on: it is told whatever else is not.
    var mustBeActedOn: Bool {
        switch self {
        case .kept, .unrestored: true
        default: false
        }
    }

    /// True for what stays on the terminal above a live display: what failed, and what it was.
    var isLasting: Bool {
        switch self {
        // What a step says itself is said again at its end.
        case .found(_, let finding): finding.severity != .notice && finding.source != .step
        case .caseEnded(_, let record): record.verdict.isBad
        case .cellEnded(let cell): cell.verdict.isBad
        case .freshGuest: true
        default: mustBeActedOn
        }
    }

    /// The cell it is about; nil for what is done for all of them.
    var cell: String? {
        switch self {
        case .preparing: nil
        case .cellStarted(let id), .guestUp(let id, _), .stepStarted(let id, _), .casesPlanned(let id, _, _),
            .caseStarted(let id, _), .caseEnded(let id, _), .freshGuest(let id, _), .found(let id, _),
            .climbing(let id, _), .unrestored(let id, _), .kept(let id, _):
            id
        case .cellEnded(let cell): cell.id
        }
    }
}

extension Verdict {
    /// True if somebody has to look at it.
    var isBad: Bool {
        switch self {
        case .fail, .error, .flaky: true
        case .pass, .known, .skip: false
        }
    }
}
