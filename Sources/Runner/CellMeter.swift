import HostProcess
import RunRecord
import Synchronization

/// What the guests of a cell take of the host, looked at as long as they live.
final class CellMeter: Sendable {
    private struct State {
        /// What each guest that runs takes now.
        var guests: [Int: ProcessCost] = [:]
        var peak: Int?
        var next = 0
    }
    private let state = Mutex(State())

    /// Between two looks, at first and then: a guest gets its memory while it boots. One look at a QEMU of 1 GiB costs
    /// some milliseconds.
    private static let intervals: [Duration] = [.seconds(1), .seconds(1), .seconds(2), .seconds(2), .seconds(5)]

    /// Bytes that all guests of the cell have now.
    var memory: Int { state.withLock { $0.guests.values.map(\.memory).reduce(0, +) } }

    /// Bytes that they had at most at one time; nil if none was seen.
    var peakMemory: Int? { state.withLock { $0.peak } }

    /// Runs `body` and looks at processes meanwhile, and once more behind it.
    ///
    /// - Parameters:
    ///   - processes: those of one guest, asked for at each look.
    ///   - sharedFile: bytes of the file in memory that they share, asked for likewise.
    ///   - ended: told what they took, if that could be seen; whether or not `body` throws.
    /// - Throws: what `body` throws.
    func watch<Value: Sendable>(
        _ processes: @Sendable @escaping () -> [Int], sharedFile: @Sendable @escaping () -> Int,
        ended: (ProcessCost) -> Void,
        _ body: @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        let key = state.withLock { state in
            state.next += 1
            return state.next
        }
        defer {
            look(at: processes(), sharedFile(), key)
            let last = state.withLock { $0.guests.removeValue(forKey: key) }
            if let last { ended(last) }
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var intervals = Self.intervals[...]
                while true {
                    try await Task.sleep(for: intervals.first ?? .seconds(5))
                    if intervals.count > 1 { intervals.removeFirst() }
                    self.look(at: processes(), sharedFile(), key)
                }
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    private func look(at processes: [Int], _ sharedFile: Int, _ key: Int) {
        guard let cost = ProcessCost.now(of: processes, sharedFile: sharedFile) else { return }
        state.withLock { state in
            // What a daemon took that has ended since stays counted.
            let before = state.guests[key] ?? ProcessCost()
            state.guests[key] = cost.atLeast(before)
            let sum = state.guests.values.map(\.peakMemory).reduce(0, +)
            state.peak = max(state.peak ?? 0, sum)
        }
    }
}
