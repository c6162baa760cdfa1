import RunRecord
import Runner

extension RunEvent {
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
        case .freshGuest, .retrying: true
        default: mustBeActedOn
        }
    }

    /// The cell it is about; nil for what is done for all of them.
    var cell: String? {
        switch self {
        case .preparing: nil
        case .cellStarted(let id), .guestUp(let id, _), .stepStarted(let id, _), .casesPlanned(let id, _, _),
            .caseStarted(let id, _), .caseEnded(let id, _), .freshGuest(let id, _), .found(let id, _),
            .climbing(let id, _), .unrestored(let id, _), .kept(let id, _), .retrying(let id, _, _):
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
