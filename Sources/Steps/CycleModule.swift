import HostProcess
import RemoteShell
import TestPlan

/// `module.cycle`: insert and remove a module many times, under load if the
/// plan says so, and compare taint, memory and lockdep before and after.
func cycleModule(
    _ source: ModuleSource, parameters: [String], times: Int, load: GuestCommand?, _ timeout: Duration,
    in context: StepContext
) async throws -> StepResult {
    let insert = GuestWord.quoted(source.insertion(parameters))
    let remove = GuestWord.quoted(["rmmod", source.moduleName])
    let work: String
    switch load {
    case .arguments(let words): work = GuestWord.quoted(words)
    case .shell(let text): work = "sh -c \(GuestWord.quoted(text))"
    case nil: work = ""
    }
    let background = work.isEmpty ? "load=" : "(while :; do \(work); done) >/dev/null 2>&1 </dev/null & load=$!"
    // The first cycle fills caches that stay, so the comparison begins after it.
    let script = """
        \(announcement)
        state() {
            echo "@state $1 taint $(cat /proc/sys/kernel/tainted)"
            awk -v s="$1" '/^(SUnreclaim|VmallocUsed|Percpu):/ {print "@state", s, $1, $2}' /proc/meminfo
            awk -v s="$1" '\(lockdepCounters)' /proc/lockdep_stats 2>/dev/null
        }
        once() {
            \(insert) || { echo "@failed $1 insert"; return 1; }
            \(remove) || { echo "@failed $1 remove"; return 1; }
        }
        \(background)
        status=0
        state start
        n=1
        while [ $n -le \(times) ]; do
            once $n || { status=1; break; }
            [ $n != 1 ] || state first
            n=$((n + 1))
        done
        state end
        [ -z "$load" ] || { kill $load; wait $load; } 2>/dev/null
        exit $status
        """
    let result = try await context.shell.run(script, timeout: timeout)
    let said = result.transcript
    guard result.status == 0 else {
        let words = result.text.split(separator: "\n").last { $0.hasPrefix("@failed ") }?.split(separator: " ") ?? []
        let where_ = words.count == 3 ? "cycle \(words[1]) of \(times), \(words[2])" : "cycle"
        let lines = try await KernelLines.read(in: context).lines
        let trouble = InsertionTrouble(said: result.errorText, lines: lines)
        return StepResult(
            .failed(
                reason:
                    "\(where_): \(words.last == "insert" ? trouble.text : lastLines(result.errorText, 1).first ?? "")",
                evidence: lastLines(said)), output: said)
    }
    let comparison = CycleComparison(result.text, times: times)
    guard comparison.problems.isEmpty else {
        return StepResult(
            .failed(reason: comparison.problems.joined(separator: "; "), evidence: comparison.lines), output: said)
    }
    return StepResult(.passed, output: said + comparison.lines.joined(separator: "\n") + "\n")
}

/// The awk program that makes states of `/proc/lockdep_stats` (kernel/locking/lockdep_proc.c), of the moment `s`.
let lockdepCounters = """
    /^ lock-classes:/ {print "@state", s, "lock-classes", $2}
    /^ dependency chains:/ {print "@state", s, "dependency-chains", $3}
    """

/// The guest before, after the first and after the last of many cycles.
struct CycleComparison {
    /// What each counter did, a line each.
    private(set) var lines: [String] = []
    /// What must not happen, a clause each.
    private(set) var problems: [String] = []

    /// Out-of-tree (O, bit 12) and unsigned (E, bit 13) are what our modules are (kernel/panic.c, taint_flags).
    private static let expectedTaint = 1 << 12 | 1 << 13
    private static let letters = Array("GFSRMBUDAWCIOELKXTNJ").map(String.init)
    /// KiB: below that the rest of the system makes as much noise.
    private static let noise = 2048

    /// - Parameters:
    ///   - text: lines `@state MOMENT COUNTER VALUE`; memory in KiB (proc(5), meminfo).
    ///   - times: the number of cycles.
    init(_ text: String, times: Int) {
        var states: [Substring: [Substring: Int]] = [:]
        var names: [Substring] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 4, words[0] == "@state", let value = Int(words[3]) else { continue }
            states[words[1], default: [:]][words[2]] = value
            if !names.contains(words[2]) { names.append(words[2]) }
        }
        for name in names {
            let isTaint = name == "taint"
            guard let before = states[isTaint ? "start" : "first"]?[name], let after = states["end"]?[name] else {
                continue
            }
            lines.append("\(name) \(before) → \(after)")
            if isTaint {
                let new = after & ~before & ~Self.expectedTaint
                if new != 0 { problems.append("the kernel is tainted: \(Self.flags(new))") }
            } else if name.hasSuffix(":"), times > 1, after - before >= max(Self.noise, 4 * (times - 1)) {
                problems.append("\(name.dropLast()) grew by \((after - before) / (times - 1)) KiB a cycle: a leak")
            } else if name.hasPrefix("lock-classes"), times > 1, after - before >= times - 1 {
                problems.append("lockdep's classes grew by \((after - before) / (times - 1)) a cycle")
            }
        }
    }

    private static func flags(_ bits: Int) -> String {
        (0..<63).filter { bits & 1 << $0 != 0 }.map { $0 < letters.count ? letters[$0] : "bit \($0)" }
            .joined(separator: " ")
    }
}
