/// A run of like notices, handed out as one.
struct OpenNotice {
    private(set) var report: KernelReport
    private var lastLine: Int
    private var lastTimestamp: Double?

    /// A pause of this many lines or seconds ends the run.
    private static let patience = (lines: 200, seconds: 5.0)

    init(report: KernelReport, line: LogLine) {
        self.report = report
        lastLine = line.number
        lastTimestamp = line.timestamp
    }

    /// Another line of the run.
    mutating func extend(_ line: LogLine) {
        report.range.endByte = line.endByte
        report.range.endLine = line.number + 1
        lastLine = line.number
        lastTimestamp = line.timestamp ?? lastTimestamp
    }

    func isRecent(_ line: LogLine) -> Bool {
        if let last = lastTimestamp, let now = line.timestamp, now - last > Self.patience.seconds { return false }
        return line.number - lastLine < Self.patience.lines
    }

    static func make(_ rule: Rule, _ line: LogLine, _ headline: ByteView, kernel: KernelIdentity?) -> KernelReport {
        var text = ReportText()
        text.append(headline, shape: .other, isUnreliable: false)
        let index = RuleBook.shared.match(headline)
        let title = text.read { TitleMaker.make(rules: index, text: $0) }
        return KernelReport(
            title: title.text, kind: rule.kind, function: title.function, kernel: kernel, forged: line.isForged,
            range: line.range, timestamp: line.timestamp)
    }
}
