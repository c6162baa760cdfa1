/// One report format: the line that begins it, what its text must hold, and how it is titled.
///
/// The rules are data, one table a family (`Rule+Faults.swift` and so on). Within the
/// lines that share a beginning the first rule that fits wins.
struct Rule: Sendable {
    /// What to do with a line that fits.
    enum Action: Sendable {
        /// It begins a report.
        case report
        /// It begins a report when the kernel's prefix stands before it, and as `reportWithTrace` otherwise.
        case reportFromKernel
        /// It begins a report unless one is open, of which it is then a part (`Kernel panic` after an oops).
        case reportUnlessOpen
        /// It begins a report unless one is open that has no trace yet (`unreferenced object` after `BUG: memory leak`).
        case reportUnlessFresh
        /// It begins a report if a stack trace follows, and is only a message otherwise.
        case reportWithTrace
        /// It looks like a report and is none.
        case ignore
    }

    let kind: KernelReport.Kind
    let headline: Pattern
    /// Lines that must follow, in this order, for the rule to fit when the title is made.
    let details: [Pattern]
    /// The title, with the holes of headline and details, `{guilty}` (whom ``blame`` finds), `{line}`
    /// (the whole headline) and `{message}` (the line behind it).
    let title: String
    let blame: Blame
    let action: Action
    /// Only damaged reports look like this.
    let isDamage: Bool
    /// An undamaged report of this kind holds a stack trace.
    let needsTrace: Bool
    /// It fits whatever begins with the same word.
    let isCatchAll: Bool

    init(
        _ kind: KernelReport.Kind, _ headline: StaticString, _ title: String, _ blame: Blame = .nobody,
        details: [StaticString] = [], action: Action = .report, isDamage: Bool = false, needsTrace: Bool? = nil,
        isCatchAll: Bool = false
    ) {
        self.init(
            kind, Pattern(headline), title, blame, details: details, action: action, isDamage: isDamage,
            needsTrace: needsTrace, isCatchAll: isCatchAll)
    }

    init(
        _ kind: KernelReport.Kind, _ headline: Pattern, _ title: String, _ blame: Blame = .nobody,
        details: [StaticString] = [], action: Action = .report, isDamage: Bool = false, needsTrace: Bool? = nil,
        isCatchAll: Bool = false
    ) {
        self.kind = kind
        self.headline = headline
        self.details = details.map { Pattern($0) }
        self.title = title
        self.blame = blame
        self.action = action
        self.isDamage = isDamage
        self.needsTrace = needsTrace ?? (kind.severity == .failure)
        self.isCatchAll = isCatchAll
    }

    /// A line that is no report although it begins like one.
    static func ignore(_ headline: StaticString) -> Rule {
        Rule(.infoMisc, headline, "", action: .ignore)
    }
}

/// How the function to blame is found: a walk over the lines of a report.
struct Blame: Sendable {
    /// A station of the walk. Each consumes lines until it is satisfied.
    enum Step: Sendable {
        /// The function that the headline names.
        case headline
        /// The processor's position.
        case instructionPointer
        /// The same, or the interrupted function as powerpc tells it.
        case position
        /// The header of a call trace.
        case callTrace
        /// A line of one of these shapes; a `{function}` hole in it is a candidate.
        case line([Pattern])
        /// The frames up to the next header.
        case frames
    }

    /// Which of the candidates is blamed.
    enum Choice: Sendable {
        /// The first that is no helper.
        case top
        /// What the CPU was busy with, told by the entry point below (see ``StallFrames``).
        case stall
        /// What the task waits for (see ``HangFrames``).
        case hang
    }

    /// The walks to try, one after the other.
    let walks: [[Step]]
    /// Helpers of this report kind beside ``HelperFunctions``.
    let skip: FunctionSet
    /// Functions to blame although ``HelperFunctions`` lists them, when the processor is in them.
    let keep: FunctionSet
    let choice: Choice

    init(
        _ steps: [Step], otherwise: [[Step]] = [], skip: [StaticString] = [], keep: [StaticString] = [],
        choice: Choice = .top
    ) {
        walks = [steps] + otherwise
        self.keep = FunctionSet(keep)
        self.skip = FunctionSet(skip)
        self.choice = choice
    }

    /// The title names no function.
    static let nobody = Blame([])
    /// The top of the call trace.
    static let trace = Blame([.callTrace, .frames])
    static func trace(skip: [StaticString], choice: Choice = .top) -> Blame {
        Blame([.callTrace, .frames], skip: skip, choice: choice)
    }
    /// Where the processor was, then the call trace.
    static let fault = Blame([.instructionPointer, .callTrace, .frames])
    static func fault(skip: [StaticString] = [], choice: Choice = .top) -> Blame {
        Blame([.instructionPointer, .callTrace, .frames], skip: skip, choice: choice)
    }
    /// Where the processor was, and nothing else.
    static let position = Blame([.instructionPointer])
}
