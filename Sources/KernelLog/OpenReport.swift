/// A report that is still being read.
struct OpenReport {
    /// The rules whose headline fits, first choice first.
    let rules: [Int]
    let speaker: Speaker
    let isForged: Bool
    let timestamp: Double?
    /// The number of the line with the headline.
    let headlineNumber: Int
    /// The kernel of the boot it belongs to.
    let kernel: KernelIdentity?
    private(set) var range: LogRange
    private(set) var text = ReportText()
    private(set) var panicked = false
    /// Handed out already; stays only to swallow what still belongs to it.
    var isDelivered = false
    /// Waits for a trace that tells whether it is a report at all.
    private(set) var isTentative: Bool
    /// Other processors were asked for their traces, which belong to the report too.
    private var includesProcessors = false
    /// A trace has begun to arrive.
    private(set) var hasFrames = false
    /// Another dump has begun that cannot be told from this one.
    private var isBlurred = false
    private var hasEnded = false
    private var linesSinceRelevant = 0
    private var foreignLines = 0

    init(
        rules: [Int], isTentative: Bool, line: LogLine, headline: ByteView, start: LogRange?, kernel: KernelIdentity?
    ) {
        self.rules = rules
        self.isTentative = isTentative
        speaker = line.speaker
        isForged = line.isForged
        timestamp = line.timestamp
        headlineNumber = line.number
        self.kernel = kernel
        range = LogRange(
            startByte: start?.startByte ?? line.startByte, endByte: line.endByte,
            startLine: start?.startLine ?? line.number, endLine: line.number + 1)
        text.append(headline, shape: .other, isUnreliable: false)
        if headline.hasPrefix("Kernel panic") { panicked = true }
    }

    /// Worth handing out.
    var isReport: Bool { !isTentative && !isDelivered }
}

// MARK: - Reading on

extension OpenReport {
    /// How many lines without news an open report waits, by how much of it is there.
    private static let patience = (ended: 24, complete: 48, incomplete: 400, foreign: 2000)

    /// Messages with a trace of their own. Without callers in the prefix, what follows may be theirs.
    private static let foreignDumps: [StaticString] = [
        "vmalloc: allocation failure:", "FAULT_INJECTION: forcing a failure", "FAULT_FLAG_ALLOW_RETRY missing",
    ]

    /// Whether a line was written by the same task or processor.
    func hears(_ line: LogLine) -> Bool {
        line.speaker == speaker || includesProcessors && line.speaker.kind == .processor
    }

    /// Takes a line of the report. Returns false when the report is over.
    ///
    /// A message that lost its end shares the line with the next one, `A[    1.234567] B`.
    mutating func take(_ line: LogLine) -> Bool {
        var message = line.message
        var from = 0
        var isMine = true
        while let bracket = message.firstIndex(of: .bracket, from: from) {
            from = bracket + 1
            guard bracket > 0, let prefix = LinePrefix.embedded(message, at: bracket) else { continue }
            // Of glued frames everybody reads the first, and titles are compared.
            if FrameLine.parse(message) != nil { break }
            if isMine { take(message.slice(0, bracket), of: line) }
            isMine = prefix.speaker == line.speaker
            message = message.dropFirst(prefix.end)
            from = 0
        }
        if isMine { take(message, of: line) }
        foreignLines = 0
        return linesSinceRelevant < patience
    }

    private mutating func take(_ whole: ByteView, of line: LogLine) {
        let message = LeadIn.vendorPrefix(whole, 0).map { whole.dropFirst($0) } ?? whole
        let shape = LineShape.of(message)
        let isUnreliable = shape == .frame && (FrameLine.parse(message)?.isUnreliable ?? false)
        if shape == .other, !speaker.isNamed, Self.foreignDumps.contains(where: { message.contains($0) }) {
            isBlurred = true
        }
        if !isBlurred { text.append(message, shape: shape, isUnreliable: isUnreliable) }
        switch shape {
        case .frame:
            hasFrames = hasFrames || !isUnreliable
        case .traceStart:
            isTentative = false
        case .end:
            hasEnded = true
        default:
            if message.hasPrefix("Kernel panic - not syncing") { panicked = true }
            if message.contains("Sending NMI from CPU") { includesProcessors = true }
        }
        if shape == .other {
            linesSinceRelevant += 1
        } else {
            linesSinceRelevant = 0
        }
        if shape != .other || !hasFrames { extend(line) }
    }

    /// Notes a line that somebody else wrote. Returns false when the report is over.
    mutating func overhear() -> Bool {
        foreignLines += 1
        return foreignLines < Self.patience.foreign
    }

    private var patience: Int {
        if isTentative { return 8 }
        return hasEnded ? Self.patience.ended : hasFrames ? Self.patience.complete : Self.patience.incomplete
    }

    private mutating func extend(_ line: LogLine) {
        range.endByte = line.endByte
        range.endLine = line.number + 1
    }
}
