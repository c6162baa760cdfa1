/// What programs of kselftest count themselves: `# Totals: pass:3 fail:0 xfail:0 xpass:0 skip:0 error:0`
/// (tools/testing/selftests/kselftest.h, `ksft_print_cnts()`). Some count without a line for each result, and
/// kcmp_test ends with status 0 whatever its count.
struct SelftestTotals: Hashable {
    /// Results of all kinds.
    private(set) var counted = 0
    /// Those that failed or were errors.
    private(set) var failed = 0

    /// Adds up the lines of a program's output.
    ///
    /// - Returns: nil if it has none. KUnit's has other words, and stands beside the results themselves.
    init?(_ lines: [String]) {
        var hasLine = false
        for line in lines where line.hasPrefix("# Totals: ") {
            let counts = line.dropFirst("# Totals: ".count).split(separator: " ").map { $0.split(separator: ":") }
            guard counts.allSatisfy({ $0.count == 2 && Self.number($0[1]) != nil }),
                Set(counts.map { String($0[0]) }) == ["pass", "fail", "xfail", "xpass", "skip", "error"]
            else { continue }
            hasLine = true
            for count in counts {
                let number = Self.number(count[1]) ?? 0
                counted = min(counted + number, Self.most)
                if ["fail", "error"].contains(count[0]) { failed = min(failed + number, Self.most) }
            }
        }
        guard hasLine else { return nil }
    }

    private static let most = 1_000_000

    private static func number(_ text: Substring) -> Int? {
        Int(text).flatMap { (0...most).contains($0) ? $0 : nil }
    }
}
