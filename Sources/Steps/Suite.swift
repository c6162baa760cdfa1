public import RunRecord
public import TestPlan

/// A step that runs cases of its own, one after the other, and can go on in another guest with those that remain.
public protocol Suite: Sendable {
    /// How its cases are run.
    var options: SuiteOptions { get }

    /// Makes a guest ready and tells the cases in the order in which they run. Asked anew in each guest.
    ///
    /// - Throws: `Failure` with everything that is missing; `RemoteShell.Lost`; `RemoteShell.TimedOut`.
    func prepare(in context: StepContext) async throws -> [SuiteCase]

    /// Runs cases, which ``prepare(in:)`` named, and reports each as it begins and ends: `ended` comes once for each,
    /// before the next case's `began`. Returns when all have ended, or after a result with `damage`, which is the last
    /// one in this guest: what remains is for another.
    ///
    /// A report returns once it has been taken: what the kernel said until then belongs to the case. A suite that can
    /// holds the next case back meanwhile.
    ///
    /// Cancelling the task leaves the guest unusable for more: it is ended then.
    ///
    /// - Throws: `Failure` if a case that remains can have no result; `RemoteShell.Lost`; `RemoteShell.TimedOut`; `CancellationError`.
    func run(
        _ names: [String], in context: StepContext, report: @Sendable @escaping (SuiteEvent) async -> Void
    ) async throws

    /// A text that the guest's kernel log has in the line that begins a case: what the kernel says after that line and
    /// before the next such line belongs to the case.
    func mark(of name: String) -> String

    /// Where a case leaves its files on the results disk; nil if it does not. They are taken from there when the guest
    /// did not live to hand them over.
    func resultFiles(of name: String) -> ResultFiles?
}

/// What stands before the case's name in the mark of suites that have none of their own.
public let caseMark = "vmharness: case "

/// The files of a case on the results disk.
public struct ResultFiles: Sendable, Hashable {
    /// Their directory on the disk: `/fstests/ext4/generic`.
    public var directory: String
    /// How their names begin: `001.`
    public var stem: String
    /// Where they go, relative to the cell's directory.
    public var place: String
    /// How many are taken.
    public var most: Int
    /// Bytes of each.
    public var largest: Int

    /// Files of a case.
    public init(directory: String, stem: String, place: String, most: Int, largest: Int) {
        self.directory = directory
        self.stem = stem
        self.place = place
        self.most = most
        self.largest = largest
    }
}

/// A case that a suite knows.
public struct SuiteCase: Sendable, Hashable {
    /// Unique in its suite: `generic/208`; with several sections `SECTION/generic/208`.
    public var name: String
    /// Why it is not run; nil if it is.
    public var skip: String?

    /// A case.
    public init(name: String, skip: String? = nil) {
        self.name = name
        self.skip = skip
    }
}

/// What a suite reports while it runs.
public enum SuiteEvent: Sendable {
    /// A case began.
    case began(String)
    /// A case ended.
    case ended(SuiteResult)
    /// It said something that is not understood; kept with the step's output.
    case said(String)
}

/// How a case of a suite ended.
public struct SuiteResult: Sendable, Hashable {
    /// The case.
    public var name: String
    /// `pass`, `fail`, `skip` or `error`, before the kernel's findings are added.
    public var verdict: Verdict
    /// Why, in one sentence; nil for a plain pass.
    public var reason: String?
    /// Seconds as the suite measured them; nil if it did not.
    public var seconds: Double?
    /// The lines that show a failure, at most a few.
    public var evidence: [String]
    /// Its files, relative to the cell's directory.
    public var files: [String]
    /// Results inside it, each a case of its own by the name `CASE/RESULT`.
    public var subcases: [StepCase]
    /// It left something behind (a mount that is stuck) that would spoil the next case.
    public var damage: String?
    /// It failed for nothing but what the kernel said meanwhile (fstests' `_check_dmesg`).
    public var isOfKernelLog = false

    /// A result.
    public init(
        name: String, verdict: Verdict, reason: String? = nil, seconds: Double? = nil, evidence: [String] = [],
        files: [String] = [], subcases: [StepCase] = [], damage: String? = nil
    ) {
        self.name = name
        self.verdict = verdict
        self.reason = reason
        self.seconds = seconds
        self.evidence = evidence
        self.files = files
        self.subcases = subcases
        self.damage = damage
    }
}

/// The serial numbers of the disks that a cell with suites has besides those of the plan; the guest finds each below
/// `/dev/vmharness`.
public enum SuiteDisk {
    /// The built tree, an ext4 image that can only be read.
    public static let tree = "vmharness-tree"
    /// The results, an ext4 file system that each guest of the cell mounts `sync`, so that they outlive it.
    public static let results = "vmharness-results"

    /// `stage SERIAL PLACE OPTIONS` for a guest's script: mounts one, unless something is mounted there already.
    static let staging = """
        stage() {
            mkdir -p "$2"
            ! mountpoint -q "$2" || return 0
            [ -e "/dev/vmharness/$1" ] || { echo "the guest has no disk $1" >&2; exit 1; }
            mount -t ext4 -o "$3" "$(readlink -e "/dev/vmharness/$1")" "$2"
        }
        """
}
