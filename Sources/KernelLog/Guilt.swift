/// Finds the function to blame: walks the lines of a report as its ``Blame`` says.
struct Guilt {
    /// The candidates from top to bottom, with helpers left out and compiler suffixes cut.
    private var candidates: [String] = []
    /// A line that never belongs to a report was in the way.
    private(set) var isDamaged = false
    private let blame: Blame

    private init(_ blame: Blame) {
        self.blame = blame
    }

    /// The function, or nil when the trace is missing or holds helpers only.
    static func find(
        _ blame: Blame, headline: String?, in text: ReportText.Reader
    ) -> (function: String?, isDamaged: Bool) {
        var isDamaged = false
        for (index, steps) in blame.walks.enumerated() {
            var guilt = Guilt(blame)
            guilt.walk(steps, headline: headline, text: text)
            isDamaged = guilt.isDamaged
            // Damage makes the next walk the better bet, if there is one.
            if guilt.isDamaged, index + 1 < blame.walks.count { continue }
            if let function = guilt.choose(blame.choice) { return (function, isDamaged) }
        }
        // 32-bit arm writes its traces without a header.
        if !isDamaged, text.hasArmTrace, !text.hasPosition {
            var guilt = Guilt(blame)
            guilt.walk([.frames], headline: headline, text: text)
            return (guilt.choose(blame.choice), guilt.isDamaged)
        }
        return (nil, isDamaged)
    }

    private func choose(_ choice: Blame.Choice) -> String? {
        let names = candidates.map(Self.withoutEntryPrefix)
        return switch choice {
        case .top: names.first
        case .stall: StallFrames.choose(names)
        case .hang: HangFrames.choose(names)
        }
    }
}

// MARK: - The walk

extension Guilt {
    private mutating func walk(_ steps: [Blame.Step], headline: String?, text: ReportText.Reader) {
        var line = 0
        var hasTrace = false
        var index = 0
        while index < steps.count {
            guard case .frames = steps[index] else {
                seek(steps[index], headline, text, &line)
                index += 1
                continue
            }
            // The first trace is the one that counts.
            if hasTrace { return }
            hasTrace = true
            let next = index + 1 < steps.count ? steps[index + 1] : nil
            index += collect(until: next, headline, text, &line) ? 2 : 1
        }
    }

    /// Goes on to the line that a step waits for.
    private mutating func seek(
        _ step: Blame.Step, _ headline: String?, _ text: ReportText.Reader, _ line: inout Int
    ) {
        while line < text.count {
            defer { line += 1 }
            if text.lines[line].isUnreliable { continue }
            if isIntruder(text, line) || satisfies(step, text, line, headline) { return }
        }
    }

    /// Takes the frames up to the next header. Returns true if a line came up that the next step waits for.
    private mutating func collect(
        until next: Blame.Step?, _ headline: String?, _ text: ReportText.Reader, _ line: inout Int
    ) -> Bool {
        while line < text.count {
            defer { line += 1 }
            if text.lines[line].isUnreliable { continue }
            if isIntruder(text, line) || text.lines[line].shape == .traceStart { return false }
            if let next, satisfies(next, text, line, headline) { return true }
            if text.lines[line].shape == .frame { take(text[line]) }
        }
        return false
    }

    /// Whether a line is what a step waits for; takes the candidate it holds.
    private mutating func satisfies(
        _ step: Blame.Step, _ text: ReportText.Reader, _ line: Int, _ headline: String?
    ) -> Bool {
        let message = text[line]
        switch step {
        case .headline:
            if let headline { headline.withView { add($0) } }
            return true
        case .instructionPointer:
            return takePosition(message, text.lines[line].shape)
        case .position:
            if takePosition(message, text.lines[line].shape) { return true }
            return message.hasPrefix("--- interrupt: ") && takeFunction(message, Self.interrupted)
        case .callTrace:
            return text.lines[line].shape == .traceStart && !message.hasPrefix("Allocated")
                && !message.hasPrefix("Freed") && message.find("backtrace") == nil
        case .line(let patterns):
            for pattern in patterns {
                if let captures = pattern.captures(message) {
                    if let function = captures.ranges[.function] {
                        add(message.slice(function.start, function.end))
                    }
                    return true
                }
            }
            return false
        case .frames:
            return false
        }
    }

    private static let interrupted = Pattern("--- interrupt: {hex} at {function}")

    private mutating func takePosition(_ message: ByteView, _ shape: LineShape) -> Bool {
        guard shape == .instructionPointer, let position = InstructionPointer.parse(message) else { return false }
        if let symbol = position.symbol { add(symbol.name, isPosition: true) }
        return true
    }

    private mutating func takeFunction(_ message: ByteView, _ pattern: Pattern) -> Bool {
        guard let function = pattern.captures(message)?.ranges[.function] else { return false }
        add(message.slice(function.start, function.end))
        return true
    }

    private mutating func take(_ message: ByteView) {
        guard let frame = FrameLine.parse(message), !frame.isInlined else { return }
        if let callee = frame.callee { add(callee) }
        add(frame.name)
    }

    private mutating func add(_ name: ByteView, isPosition: Bool = false) {
        let base = Self.base(name)
        if base.at(0) == UInt8(ascii: "_"), let rust = RustSymbol.demangle(base) {
            let isHelper = rust.withView { HelperFunctions.all.matches($0) || blame.skip.matches($0) }
            if !isHelper { candidates.append(rust) }
            return
        }
        guard !base.isEmpty, !blame.skip.matches(base) else { return }
        guard !HelperFunctions.all.matches(base) || isPosition && blame.keep.matches(base) else { return }
        candidates.append(base.string)
    }

    /// Without `.isra.0`, `.part.1`, `.cold`.
    static func base(_ name: ByteView) -> ByteView {
        name.slice(0, name.firstIndex(of: UInt8(ascii: ".")) ?? name.count)
    }

    /// Fault injection dumps its stack into the middle of other reports, which are damaged then.
    private mutating func isIntruder(_ text: ReportText.Reader, _ line: Int) -> Bool {
        guard text.lines[line].shape == .frame, let frame = FrameLine.parse(text[line]) else { return false }
        let base = Self.base(frame.name)
        guard base.equals("should_fail") || base.equals("should_failslab") else { return false }
        isDamaged = true
        return true
    }
}

// MARK: - Names

extension Guilt {
    private static let entryPrefixes = [
        "SYSC_", "SyS_", "sys_", "__x64_", "__ia32_", "__arm64_", "____sys_", "___sys_", "__sys_", "__se_", "__se_sys_",
        "__do_sys_", "compat_SYSC_", "compat_SyS_", "ksys_",
    ]

    /// System calls have other prefixes on every architecture; titles must not.
    static func withoutEntryPrefix(_ name: String) -> String {
        var shortest = name
        for prefix in entryPrefixes where name.hasPrefix(prefix) {
            let rest = String(name.dropFirst(prefix.count))
            if rest.utf8.count < shortest.utf8.count { shortest = rest }
        }
        return shortest.isEmpty ? name : shortest
    }
}
