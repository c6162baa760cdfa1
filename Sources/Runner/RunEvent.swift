public import HostProcess
public import RunRecord

/// What a person who watches a run is told.
public enum RunEvent: Sendable {
    /// Something that takes time is being prepared: an image, a kernel.
    case preparing(String)
    /// A cell's guest is being started.
    case cellStarted(id: String)
    /// The guest answered its first command, so many seconds after QEMU was started.
    case guestUp(cell: String, seconds: Double)
    /// A step began.
    case stepStarted(cell: String, name: String)
    /// A guest is about to go on with the cases of a suite: so many in all its guests, so many of which have a record.
    case casesPlanned(cell: String, total: Int, recorded: Int)
    /// A case of a suite began.
    case caseStarted(cell: String, name: String)
    /// A case of a suite has its verdict.
    case caseEnded(cell: String, CaseRecord)
    /// What remains goes on in a fresh guest, for this reason.
    case freshGuest(cell: String, reason: String)
    /// The cell failed, and is run again: its attempt number, from 2, and why the one before failed.
    case retrying(cell: String, attempt: Int, String?)
    /// The console, a daemon or the ladder told something.
    case found(cell: String, Finding)
    /// A step does not end; evidence is being gathered.
    case climbing(cell: String, reason: String)
    /// A function of the host could not be put back after a guest.
    case unrestored(cell: String, Failure)
    /// A cell has its verdict.
    case cellEnded(CellRecord)
    /// A guest is kept for a look; the command leads into it.
    case kept(cell: String, command: String)
}
