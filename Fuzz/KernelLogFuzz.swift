// Compiled by ci/fuzz.sh into one module with Sources/KernelLog, so nothing is imported.

/// What libFuzzer calls with each input (llvm.org/docs/LibFuzzer.html). Promises of the reader that are broken
/// end the process, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let log = UnsafeRawBufferPointer(start: data, count: size)
    var dice = Dice(seed: log)

    let whole = KernelLogReader.reports(in: Array(log))
    for report in whole { check(report, size) }

    let pieces = read(log, &dice).sorted { $0.range.startByte < $1.range.startByte }
    if pieces != whole { fatalError("cuts matter:\n\(pieces)\nin pieces, but\n\(whole)\nas a whole") }

    flush(log, &dice)
    return 0
}

/// What every report promises, whatever the input.
private func check(_ report: KernelReport, _ size: Int) {
    func promise(_ kept: Bool, _ what: String) {
        if !kept { fatalError("\(what): \(report)") }
    }
    let range = report.range
    promise(!report.title.isEmpty && report.title.utf8.count <= 120, "title of 1 to 120 bytes")
    promise(report.title.utf8.allSatisfy { (0x20..<0x7f).contains($0) }, "title of printable ASCII")
    promise(0 <= range.startByte && range.startByte < range.endByte && range.endByte <= size, "bytes in the log")
    promise(1 <= range.startLine && range.startLine < range.endLine, "lines in the log")
    promise(report.frames.count <= KernelReport.frameLimit, "frames within the limit")
    promise(report.registers.count <= KernelReport.registerLimit, "registers within the limit")
    // JSON has no other numbers.
    promise(report.timestamp?.isFinite ?? true, "a finite time")
}

/// The reports of the log cut at pseudo-random places and fetched at some of them.
private func read(_ log: UnsafeRawBufferPointer, _ dice: inout Dice) -> [KernelReport] {
    var reader = KernelLogReader()
    var reports: [KernelReport] = []
    let largest = [1, 7, 100, 5000].randomElement(using: &dice)!
    var start = 0
    while start < log.count {
        let end = min(log.count, start + Int.random(in: 0...largest, using: &dice))
        reader.read(UnsafeRawBufferPointer(rebasing: log[start..<end]))
        if Bool.random(using: &dice) { reports += reader.nextReports() }
        start = end
    }
    return reports + reader.finish()
}

/// A console that falls silent now and then: other reports, but sound ones.
private func flush(_ log: UnsafeRawBufferPointer, _ dice: inout Dice) {
    var reader = KernelLogReader()
    var start = 0
    while start < log.count {
        let end = min(log.count, start + Int.random(in: 1...2000, using: &dice))
        reader.read(UnsafeRawBufferPointer(rebasing: log[start..<end]))
        for report in reader.flush() { check(report, log.count) }
        start = end
    }
    for report in reader.finish() { check(report, log.count) }
}

/// Pseudo-random numbers that depend on nothing but the input (FNV-1a, splitmix64), so that findings repeat.
private struct Dice: RandomNumberGenerator {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    init(seed: UnsafeRawBufferPointer) {
        for byte in seed { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
