/// Makes the report out of its lines, once they are all there.
struct ReportMaker {
    private let open: OpenReport
    private let text: ReportText.Reader

    static func make(_ open: OpenReport) -> KernelReport {
        open.text.read { ReportMaker(open: open, text: $0).report() }
    }

    private func report() -> KernelReport {
        let title = TitleMaker.make(rules: open.rules, text: text)
        var report = KernelReport(
            title: title.text, kind: title.kind, function: title.function, kernel: open.kernel,
            corrupted: title.isDamaged, panicked: open.panicked, forged: open.isForged, range: open.range,
            timestamp: open.timestamp)
        readHeadline(&report, title.facts)
        for index in 1..<max(text.count, 1) {
            // The trace of a panic that follows is that of the one who looked, not of the culprit.
            if !report.frames.isEmpty, text[index].hasPrefix("Kernel panic") { break }
            readLine(index, &report)
        }
        // A timestamp in the title belongs to another message.
        if !report.corrupted { report.corrupted = isDamaged(title) || title.text.contains("NUM.NUM]") }
        return report
    }
}

// MARK: - The lines

extension ReportMaker {
    private func readHeadline(_ report: inout KernelReport, _ facts: [Pattern.Hole: String]) {
        report.location = facts[.source]
        report.cpu = facts[.cpu].flatMap { Int($0) }
        report.pid = facts[.pid].flatMap { Int($0) }
        report.comm = facts[.comm]
        let headline = text[0]
        if let at = headline.find(" at ") ?? headline.find(" in "), report.location == nil {
            let source = Pattern("{source}").captures(headline.dropFirst(at + 4))?.ranges[.source]
            report.location = source.map { headline.dropFirst(at + 4).slice($0.start, $0.end).string }
        }
    }

    private func readLine(_ index: Int, _ report: inout KernelReport) {
        let message = text[index]
        switch text.lines[index].shape {
        case .frame: readFrame(message, &report)
        case .process: readProcess(message, &report)
        case .registers:
            guard report.registers.count < KernelReport.registerLimit else { return }
            for register in RegisterLine.parse(message.trimmed())
            where !report.registers.contains(where: { $0.name == register.name }) {
                report.registers.append(register)
            }
        case .other, .furniture:
            if report.location == nil,
                message.contains("suspicious rcu_dereference") || message.contains(" suspicious ")
            {
                let source = Pattern("{source}").captures(message)?.ranges[.source]
                report.location = source.map { message.slice($0.start, $0.end).string }
            }
            if report.comm == nil { readTask(message, &report) }
        case .instructionPointer:
            // Behind frames stand those of an interrupted function, or of user space.
            guard report.instructionPointer == nil, report.frames.isEmpty else { return }
            report.instructionPointer = InstructionPointer.parse(message)?.symbol.map(frame)
        case .traceStart, .end: break
        }
    }

    private func readFrame(_ message: ByteView, _ report: inout KernelReport) {
        guard report.frames.count < KernelReport.frameLimit, let frame = FrameLine.parse(message) else { return }
        if let callee = frame.callee, report.frames.isEmpty {
            report.frames.append(Frame(function: callee.string))
        }
        report.frames.append(self.frame(frame))
    }

    private func frame(_ line: FrameLine) -> Frame {
        Frame(
            function: line.name.string, offset: line.offset, size: line.size, module: line.module?.string,
            isUnreliable: line.isUnreliable, isInlined: line.isInlined)
    }

    private func readProcess(_ message: ByteView, _ report: inout KernelReport) {
        guard let process = ProcessLine.parse(message) else { return }
        if report.cpu == nil { report.cpu = process.cpu }
        if report.pid == nil { report.pid = process.pid }
        if report.comm == nil { report.comm = process.comm }
        if report.taint == nil { report.taint = process.taint }
        if let kernel = process.kernel { report.kernel = kernel }
    }

    /// `Read of size 8 at addr ffff8881 by task insmod/105`.
    private func readTask(_ message: ByteView, _ report: inout KernelReport) {
        guard let by = message.find(" by task ") else { return }
        guard let captures = Pattern("{comm}/{pid}").captures(message.dropFirst(by + 9)) else { return }
        let rest = message.dropFirst(by + 9)
        report.comm = captures.ranges[.comm].map { rest.slice($0.start, $0.end).string }
        report.pid = captures.ranges[.pid].flatMap { Int(rest.slice($0.start, $0.end).string) }
    }

    /// A trace without frames, or none at all where one belongs, tells of lines that got lost.
    private func isDamaged(_ title: TitleMaker.Title) -> Bool {
        guard title.needsTrace else { return false }
        var hasTrace = text.hasArmTrace
        for index in 0..<text.count where text.lines[index].shape == .traceStart {
            let next = (index + 1)..<min(index + 16, text.count)
            let hasFrames = next.contains {
                text.lines[$0].shape == .frame || text[$0].contains("(stack is not available)")
            }
            if hasFrames { hasTrace = true } else if !text[index].hasPrefix("status: ") { return true }
        }
        return !hasTrace
    }
}
