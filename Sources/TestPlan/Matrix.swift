/// A checked matrix: many plans, on many kernels, with many values of their parameters, as single cells.
///
/// The format is in `docs/matrix.md`. A value of this type has passed every check that needs no kernel: its plans are
/// read, each with the values of its cell.
public struct Matrix: Sendable, Hashable {
    /// One plan on one kernel with one set of values.
    public struct Cell: Sendable, Hashable {
        /// The plan, with its parameters filled in.
        public var plan: TestPlan
        /// The kernel.
        public var kernel: KernelName
        /// The plan's change to the kernel; nil for the kernel as it is.
        public var mutation: Mutation?
        /// What starts its guests; nil leaves it to the plan and to the command line.
        public var backend: GuestRequest.Backend?
        /// Which repetition, from 1; nil if it runs once.
        public var repetition: Int?
        /// What is expected of it; nil if nothing is.
        public var expectation: Expectation?
        /// Where the matrix asks for it.
        public var location: SourceLocation
    }

    /// What is expected of a cell.
    public struct Expectation: Sendable, Hashable {
        /// What can be expected, by the word of the file.
        public enum Outcome: String, Sendable, Hashable, CaseIterable {
            /// It passes.
            case pass
            /// It fails, be it as a known issue says.
            case fail
            /// It fails as a known issue says.
            case known
            /// It is skipped.
            case skip
        }

        /// What is expected.
        public var outcome: Outcome
        /// A part of the title that a finding must have; nil if any failure will do.
        public var finding: String?
        /// True if the plan's calibration says it.
        public var isOfCalibration = false
        /// Where it is said: in the matrix, or in the plan's calibration.
        public var location: SourceLocation
    }

    /// A cell that the matrix asks for more than once. It is run once.
    public struct Repeated: Sendable, Hashable {
        /// In words.
        public var cell: String
        /// Where it was asked for first.
        public var first: SourceLocation
        /// Where it was asked for again.
        public var again: SourceLocation
    }

    /// The most cells of a matrix.
    public static let mostCells = 100_000

    /// The name: as a plan's.
    public var name: String
    /// One line about it, or nil.
    public var summary: String?
    /// The file, as the caller spelled it.
    public var file: String
    /// Its cells, each once, in the order of the file.
    public var cells: [Cell]
    /// What was asked for more than once.
    public var repeated: [Repeated]

    /// Reads the matrix at `path`, of at most 1 MiB, and the plans that it names.
    ///
    /// - Parameter plans: those that it can name without a path; nil where nobody knows of any.
    /// - Throws: ``InvalidFile`` with every problem found, in the matrix and in its plans.
    public static func read(_ path: String, plans: PlanLibrary?) throws(InvalidFile) -> Matrix {
        try MatrixParser(file: path, plans: plans).parse(try LocatedYAML.read(path))
    }

    /// Parses the bytes of a matrix called `file`, beside which its paths are looked for. Parameters and errors as for
    /// ``read(_:plans:)``.
    public static func parse(_ bytes: [UInt8], file: String, plans: PlanLibrary?) throws(InvalidFile) -> Matrix {
        try MatrixParser(file: file, plans: plans).parse(try LocatedYAML.parse(bytes, file: file))
    }
}

extension Matrix.Cell {
    /// What tells it from every other cell, and what it is called in messages.
    var subject: String {
        ([plan.name, "on \(kernel)"] + plan.variation + [mutation.map { "mutate=\($0.name)" }].compactMap(\.self)
            + [backend.map { "backend=\($0.rawValue)" }, repetition.map { "repetition \($0)" }].compactMap(\.self))
            .joined(separator: " ")
    }
}
