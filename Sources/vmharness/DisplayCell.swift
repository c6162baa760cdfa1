import RunRecord
import Runner
import TestPlan

/// A cell as a live display knows it.
struct DisplayCell: Sendable, Hashable {
    /// How far it has come.
    enum Phase: Sendable, Hashable {
        /// Nothing of it has begun.
        case waiting
        /// Its guest is being started.
        case booting
        /// What its guest is doing: a step, a case.
        case running(String)
        /// It has its verdict.
        case ended(Verdict)
    }

    /// As in the record.
    let id: String
    /// Its plan, with the parameters that vary.
    let row: String
    /// The kernel that its result is about.
    let column: String
    /// How far it has come.
    var phase = Phase.waiting
    /// When it began, in seconds on the display's clock.
    var began: Double?
    /// How many seconds it took; nil until it has ended.
    var seconds: Double?
    /// How many seconds such cells took in the past; nil if nobody knows.
    var expected: Double?
    /// Cases of the suite that it is in, and how many of them have a record; nil outside of suites.
    var cases: (total: Int, recorded: Int)? {
        get { total.map { ($0, recorded) } }
        set { (total, recorded) = (newValue?.total, newValue?.recorded ?? 0) }
    }
    /// How many cases of suites somebody has to look at.
    var badCases = 0
    /// Why its verdict is what it is, in a few words; nil if that needs none.
    var reason: String?

    private var total: Int?
    private var recorded = 0

    init(id: String, row: String, column: String) {
        self.id = id
        self.row = row
        self.column = column
    }

    init(_ cell: Cell) {
        self.init(
            id: cell.id, row: ([cell.plan.name] + cell.plan.variation).joined(separator: " "),
            column: cell.testedKernel)
    }

    /// What its guest does, in the words of its steps and cases; nil if it does nothing.
    var activity: String? {
        guard case .running(let what) = phase else { return nil }
        guard let cases else { return what }
        let failed = badCases == 0 ? "" : ", \(badCases) failed"
        return "\(what) (\(min(cases.recorded + 1, cases.total)) of \(cases.total)\(failed))"
    }

    /// Its verdict; nil until it has ended.
    var verdict: Verdict? {
        if case .ended(let verdict) = phase { verdict } else { nil }
    }

    var isRunning: Bool {
        switch phase {
        case .booting, .running: true
        case .waiting, .ended: false
        }
    }
}
