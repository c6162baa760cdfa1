/// Sorts lines into reports: opens them at headlines, feeds them, closes them.
struct ReportAssembler {
    private var open: [OpenReport] = []
    private var notices: [OpenNotice] = []
    private var finished = FinishedReports()
    private var kernel: KernelIdentity?
    /// Where the ruler before a headline stood.
    private var ruler: (range: LogRange, speaker: Speaker)?
    /// Whether a reset would be news.
    var power = PowerState()

    /// Reports being read at the same time: one a speaker. More are closed, oldest first.
    private static let openLimit = 16

    /// Nothing is open, so lines that are no headline need no further look.
    var isIdle: Bool { open.isEmpty && notices.isEmpty }

    mutating func drain() -> [KernelReport] { finished.drain() }

    /// Reports that nobody fetched in time.
    var dropped: Int { finished.dropped }

    mutating func take(_ line: LogLine) {
        if line.speaker != .unknown { power.hasSpoken = true }
        if !notices.isEmpty { closeOldNotices(line) }
        let start = LeadIn.skip(line.message)
        let headline = line.message.dropFirst(start)
        if let milestone = Milestone.parse(line.message, speaker: line.speaker) {
            pass(milestone, line)
        }
        if ReportStart.isOne(line.message) { noteRuler(line) }
        // The line before was cut short and comes again, as a whole.
        if line.message.hasPrefix("** replaying previous printk message **") {
            open.removeAll { $0.headlineNumber == line.number - 1 }
        }
        let rules = RuleBook.shared.match(headline)
        if let first = rules.first, begin(rules, RuleBook.shared.rules[first], line, headline) {
            return
        }
        feed(line)
    }

    /// Closes everything.
    mutating func finish() {
        for report in open { close(report) }
        open = []
        closeNotices()
    }

    /// Hands out what is open, and keeps listening for what belongs to it.
    mutating func flush() {
        for index in open.indices where open[index].isReport {
            finished.append(ReportMaker.make(open[index]))
            open[index].isDelivered = true
        }
        closeNotices()
    }
}

// MARK: - Beginning and ending

extension ReportAssembler {
    /// Begins a report at a headline. Returns false when the line is only part of an open one.
    private mutating func begin(_ rules: [Int], _ first: Rule, _ line: LogLine, _ headline: ByteView) -> Bool {
        if first.kind.severity == .notice {
            notice(first, line, headline)
            return false
        }
        // The end of a panic that has been told already, far behind it.
        if power.isExpected, LeadIn.endsPanic(line.message) { return false }
        let own = open.firstIndex { $0.hears(line) }
        // What may still turn out to be only a message does not swallow a report.
        let certain = own.flatMap { open[$0].isTentative ? nil : $0 }
        switch first.action {
        case .ignore: return false
        case .reportUnlessOpen where certain != nil: return false
        case .reportUnlessFresh where certain.map({ !open[$0].hasFrames }) ?? false: return false
        // A warning without a place is more likely a message in the middle of a report.
        case .reportWithTrace where own != nil: return false
        case .reportFromKernel where own != nil && line.speaker == .unknown: return false
        default: break
        }
        if let own { close(open.remove(at: own)) }
        if open.count >= Self.openLimit { close(open.removeFirst()) }
        let needsProof =
            first.action == .reportWithTrace || first.action == .reportFromKernel && line.speaker == .unknown
        let start = ruler.flatMap {
            $0.speaker == line.speaker && line.number - $0.range.startLine <= 8 ? $0.range : nil
        }
        ruler = nil
        open.append(
            OpenReport(
                rules: rules, isTentative: needsProof, line: line, headline: headline, start: start, kernel: kernel))
        return true
    }

    private mutating func feed(_ line: LogLine) {
        var index = 0
        while index < open.count {
            let goesOn = open[index].hears(line) ? open[index].take(line) : open[index].overhear()
            if goesOn {
                index += 1
            } else {
                close(open.remove(at: index))
            }
        }
    }

    private mutating func close(_ report: OpenReport) {
        if report.panicked { power.panicked() }
        if report.isReport { finished.append(ReportMaker.make(report)) }
    }

    private mutating func closeOldNotices(_ line: LogLine) {
        for notice in notices where !notice.isRecent(line) { finished.append(notice.report) }
        notices.removeAll { !$0.isRecent(line) }
    }

    private mutating func closeNotices() {
        for notice in notices { finished.append(notice.report) }
        notices = []
    }

    private mutating func noteRuler(_ line: LogLine) {
        if let ruler, ruler.speaker == line.speaker, line.number - ruler.range.startLine <= 3 { return }
        ruler = (line.range, line.speaker)
    }
}

// MARK: - Notices and milestones

extension ReportAssembler {
    private static let noticeLimit = 16

    private mutating func notice(_ rule: Rule, _ line: LogLine, _ headline: ByteView) {
        let report = OpenNotice.make(rule, line, headline, kernel: kernel)
        if let index = notices.firstIndex(where: { $0.report.title == report.title }) {
            notices[index].extend(line)
            return
        }
        if notices.count >= Self.noticeLimit { finished.append(notices.removeFirst().report) }
        notices.append(OpenNotice(report: report, line: line))
    }

    private mutating func pass(_ milestone: Milestone, _ line: LogLine) {
        switch milestone {
        case .kernelStart(let identity):
            finish()
            kernel = identity
            power.kernelStarted()
        case .firmware:
            finish()
            if power.firmwareStarted() { finished.append(Self.reboot(line, kernel)) }
            kernel = nil
        case .orderlyEnd:
            power.endsOrderly()
        case .requestedDump:
            finish()
        }
    }

    private static func reboot(_ line: LogLine, _ kernel: KernelIdentity?) -> KernelReport {
        KernelReport(title: "unexpected kernel reboot", kind: .reboot, kernel: kernel, range: line.range)
    }
}
