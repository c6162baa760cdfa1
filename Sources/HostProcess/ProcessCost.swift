import Foundation

/// What processes take of the host, as `/proc` shows it (Documentation/filesystems/proc.rst).
public struct ProcessCost: Sendable, Hashable {
    /// Bytes of memory now: the proportional set size, in which what several share counts once over all.
    public private(set) var memory = 0
    /// Bytes of memory at most so far. The kernel keeps the peak of the resident set alone: what of it is shared now is
    /// taken for shared then.
    public private(set) var peakMemory = 0
    /// Seconds on the host's CPUs.
    public private(set) var cpuSeconds = 0.0
    /// Seconds in which threads that live now were ready to run and had no CPU.
    public private(set) var waitSeconds = 0.0

    /// Bytes of files in memory that are mapped, each page by the share of it.
    private var mappedShared = 0

    /// Nothing yet.
    public init() {}

    /// Processes and all that descends from them.
    ///
    /// - Parameters:
    ///   - pids: those that are gone, or that we may not look at, count nothing.
    ///   - sharedFile: bytes of a file in memory that they share (a memfd): all of them are taken, whoever has mapped
    ///     or touched them.
    /// - Returns: nil if nothing could be seen of any.
    public static func now(of pids: [Int], sharedFile: Int = 0) -> ProcessCost? {
        var cost = ProcessCost()
        var mapped = 0
        var seen = Set<Int>()
        var waiting = pids.filter { $0 > 1 }
        var isSeen = false
        // Nobody's guest has so many.
        while let pid = waiting.popLast(), seen.count < 1000 {
            guard seen.insert(pid).inserted else { continue }
            waiting += ProcessTable.children(of: pid)
            guard let own = ProcessCost(pid) else { continue }
            isSeen = true
            mapped += own.mappedShared
            cost.memory += own.memory
            cost.peakMemory += own.peakMemory
            cost.cpuSeconds += own.cpuSeconds
            cost.waitSeconds += own.waitSeconds
        }
        // What of the file is mapped has been counted.
        cost.memory += max(0, sharedFile - mapped)
        cost.peakMemory += max(0, sharedFile - mapped)
        return isSeen ? cost : nil
    }

    /// With the peaks and sums of an earlier look where those were greater: processes end.
    public func atLeast(_ before: ProcessCost) -> ProcessCost {
        var cost = self
        cost.peakMemory = max(peakMemory, before.peakMemory)
        cost.cpuSeconds = max(cpuSeconds, before.cpuSeconds)
        cost.waitSeconds = max(waitSeconds, before.waitSeconds)
        return cost
    }

    private init?(_ pid: Int) {
        let sizes = Self.sizes("/proc/\(pid)/smaps_rollup")
        guard let shared = sizes["Pss"], let resident = sizes["Rss"] else { return nil }
        memory = shared
        // Without the line (before Linux 5.4) nothing can be told apart, and all counts as mapped.
        mappedShared = sizes["Pss_Shmem"] ?? shared
        let most = Self.sizes("/proc/\(pid)/status")["VmHWM"] ?? resident
        peakMemory = shared + max(0, most - resident)
        if let stat = ProcessTable.read("/proc/\(pid)/stat"), let end = stat.lastIndex(of: UInt8(ascii: ")")) {
            // Behind the name: state is the third field of proc(5), utime the 14th, stime the 15th, and those of
            // children that were waited for the two after.
            let fields = String(decoding: stat[(end + 1)...], as: UTF8.self).split(separator: " ")
            let ticks = fields.dropFirst(11).prefix(4).compactMap { Double($0) }.reduce(0, +)
            cpuSeconds = ticks / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        }
        for thread in ProcessTable.entries("/proc/\(pid)/task") {
            // The second field of Documentation/scheduler/sched-stats.rst, nanoseconds.
            let text = ProcessTable.read("/proc/\(pid)/task/\(thread)/schedstat").map {
                String(decoding: $0, as: UTF8.self)
            }
            let fields = text?.split(separator: " ") ?? []
            if fields.count > 1, let waited = Double(fields[1]) { waitSeconds += waited / 1e9 }
        }
    }

    /// Lines as `Pss:  1234 kB`, in bytes.
    private static func sizes(_ path: String) -> [String: Int] {
        guard let bytes = ProcessTable.read(path) else { return [:] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").reduce(into: [:]) { sizes, line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count == 3, words[2] == "kB", words[0].hasSuffix(":"), let number = Int(words[1]) else {
                return
            }
            sizes[String(words[0].dropLast())] = number << 10
        }
    }
}
