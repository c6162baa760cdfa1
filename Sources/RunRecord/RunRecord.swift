public import Foundation

/// All the cells of one invocation: the document `run.json`.
///
/// Its schema is `docs/run.schema.json`.
public struct RunRecord: Sendable, Hashable, Codable {
    /// The version of the format; readers refuse a higher one.
    public static let currentFormat = 1

    /// The version of the format.
    public var format: Int
    /// Unique: the time it began and four random digits.
    public var id: String
    /// The version of vmharness.
    public var vmharness: String
    /// The command line as it was typed.
    public var command: [String]
    /// The cells that were asked for, in their order; nil in documents from before they were kept.
    public var asked: [AskedCell]?
    /// The matrix that it is of; nil if it is of none.
    public var matrix: MatrixRecord?
    /// True if expunged cases are run too; nil if not.
    public var runsExpunged: Bool?
    /// What was asked of all its guests; nil if nothing was.
    public var wish: GuestWish?
    /// When it began.
    public var started: Date
    /// When it was gone on with after an interruption; nil if it never was.
    public var resumed: [Date]?
    /// When it ended; nil while it runs, and for ever if it was killed.
    public var ended: Date?
    /// When its evidence was judged again (`results rejudge --write`), oldest first; nil if it never was.
    public var rejudged: [Date]?
    /// Over its cells.
    public var verdict: Verdict
    /// Why it ended early (`interrupted by SIGINT`); nil if it did not.
    public var interruption: String?
    /// Why no more of its cells were needed; nil if all were run, or it ended early for another reason.
    public var decided: String?
    /// What `ab` and `bisect` found, in words; nil for other runs, and until they have.
    public var answer: String?
    /// Its cells, in the order in which they were asked for.
    public var cells: [CellRecord]

    /// A run that has just begun.
    public init(id: String, vmharness: String, command: [String], asked: [AskedCell]? = nil, started: Date) {
        self.format = Self.currentFormat
        self.id = id
        self.vmharness = vmharness
        self.command = command
        self.asked = asked
        self.started = started
        self.verdict = .error
        self.cells = []
    }

    /// Sets the verdict over the cells.
    ///
    /// - Parameter isWhole: false if something that was asked for did not come to its end.
    public mutating func conclude(isWhole: Bool) {
        verdict = isWhole && isEmptyShard ? .skip : .over(cells.map(\.verdict) + (isWhole ? [] : [.error]))
    }

    /// True for a shard to which no cell of its matrix falls: there was nothing to run.
    public var isEmptyShard: Bool { matrix?.shard != nil && asked?.isEmpty == true }

    /// What the run weighs: its verdict, unless something was expected of its cells. Then it is over what each of them
    /// weighs, and an `error` if it was interrupted.
    public var weight: Verdict {
        guard cells.contains(where: { $0.expected != nil }) else { return verdict }
        return .over(cells.map(\.weight) + (ended == nil || interruption != nil ? [.error] : []))
    }

    /// The exit status of the command line: that of what the run weighs.
    public var exitStatus: Int32 { weight.exitStatus }

    /// The cells that did not do what was expected of them.
    public var unmet: [CellRecord] { cells.filter { $0.expected?.isMet == false } }

    /// The document, with sorted keys, so that two runs can be compared by `diff`.
    ///
    /// - Throws: `EncodingError`, for a number that JSON cannot hold.
    public func json() throws -> Data { try Self.encoder.encode(self) }

    /// Reads a document.
    ///
    /// - Throws: `DecodingError`.
    public init(json: Data) throws { self = try Self.decoder.decode(RunRecord.self, from: json) }

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
