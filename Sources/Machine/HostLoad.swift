import HostProcess

/// How busy the host was between two moments: pressure stall information
/// (Documentation/accounting/psi.rst) and stolen time (`/proc/stat`, proc(5)).
public struct HostLoad: Sendable {
    private let taken: ContinuousClock.Instant
    private let stalls: [String: Double]
    private let ticks: [Double]

    private init() {
        taken = .now
        stalls = ["cpu", "io", "memory"].reduce(into: [:]) { $0[$1] = Self.stall($1) }
        ticks = Self.cpuTicks()
    }

    /// The state now.
    public static func now() -> HostLoad { HostLoad() }

    /// Percent of the time since then in which some task waited for `cpu`,
    /// `io` or `memory`; nil where the kernel does not tell.
    public func pressure(_ resource: String) -> Double? {
        guard let before = stalls[resource], let after = Self.stall(resource) else { return nil }
        let microseconds = (ContinuousClock.now - taken) / .microseconds(1)
        return microseconds > 0 ? min(100, 100 * (after - before) / microseconds) : nil
    }

    /// Percent of CPU time since then that a hypervisor beneath us took.
    public var steal: Double? {
        let now = Self.cpuTicks()
        // user nice system idle iowait irq softirq steal …
        guard now.count > 7, ticks.count > 7 else { return nil }
        let total = zip(now, ticks).prefix(8).reduce(0) { $0 + $1.0 - $1.1 }
        return total > 0 ? 100 * (now[7] - ticks[7]) / total : nil
    }

    private static func stall(_ resource: String) -> Double? {
        guard let bytes = ProcessTable.read("/proc/pressure/\(resource)") else { return nil }
        let some = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("some") }
        return some?.split(separator: "=").last.flatMap { Double($0) }
    }

    private static func cpuTicks() -> [Double] {
        guard let bytes = ProcessTable.read("/proc/stat") else { return [] }
        let first = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }
        return first.split(separator: " ").dropFirst().compactMap { Double($0) }
    }
}
