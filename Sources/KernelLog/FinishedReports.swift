/// Reports that wait to be fetched, within a budget.
///
/// A log made of nothing but headlines must not fill the memory of a reader that is fed
/// gigabytes at once: beyond the budget new reports are counted instead of kept.
struct FinishedReports {
    private var reports: [KernelReport] = []
    private var weight = 0
    private(set) var dropped = 0

    /// About what 8 MB hold.
    static let budget = 8_000_000

    mutating func append(_ report: KernelReport) {
        let cost = 400 + 100 * report.frames.count + 50 * report.registers.count
        guard weight + cost <= Self.budget else {
            dropped += 1
            return
        }
        weight += cost
        reports.append(report)
    }

    mutating func drain() -> [KernelReport] {
        defer {
            reports = []
            weight = 0
        }
        return reports
    }
}
