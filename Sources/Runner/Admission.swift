/// Decides whether a cell may start beside those that run: the one place where that is decided.
///
/// A value that is asked when a cell ends, never in between: what a running cell takes more of the host's memory, it
/// takes of what was set aside for it, so nothing changes for those that wait.
struct Admission: Sendable {
    /// What keeps a cell from starting.
    enum Obstacle: Sendable, Hashable {
        /// As many run as may.
        case jobs
        /// A running cell has what only one can have.
        case exclusive(String)
        /// The CPUs are busy.
        case cores
        /// The memory is taken or set aside; so many bytes are lacking.
        case memory(lacking: Int)
    }

    /// A cell that runs.
    private struct Running: Sendable {
        var need: CellNeed
        /// Bytes that its guests have now.
        var memory: @Sendable () -> Int
    }

    /// How many cells may run.
    let jobs: Schedule.Jobs
    private var running: [String: Running] = [:]

    init(jobs: Schedule.Jobs) {
        self.jobs = jobs
    }

    /// How many cells run.
    var count: Int { running.count }

    /// What keeps a cell from starting now; nil if nothing does.
    ///
    /// - Parameters:
    ///   - need: the cell's.
    ///   - room: the host's, now.
    func obstacle(for need: CellNeed, on room: HostRoom) -> Obstacle? {
        if case .most(let most) = jobs, count >= most { return .jobs }
        for thing in need.exclusive.sorted() where running.values.contains(where: { $0.need.exclusive.contains(thing) })
        {
            return .exclusive(thing)
        }
        guard count > 0 else {
            // Alone, nothing is kept back for others. What was never measured may touch less than it could, and there is
            // no better moment to find out.
            return need.isMeasured && need.memory > room.available
                ? .memory(lacking: need.memory - room.available) : nil
        }
        // Half a CPU too little for the last of them is better than one that idles. Who names a number wants that many.
        let busy = running.values.map(\.need.cores).reduce(0, +)
        if jobs == .auto, busy + need.cores / 2 > room.cores { return .cores }
        let promised = running.values.map { max(0, $0.need.memory - $0.memory()) }.reduce(0, +)
        let lacking = need.memory + promised + room.reserve - room.available
        return lacking > 0 ? .memory(lacking: lacking) : nil
    }

    /// Notes that a cell starts.
    ///
    /// - Parameters:
    ///   - id: the cell's.
    ///   - need: what is set aside for it.
    ///   - memory: bytes that its guests have at the moment.
    mutating func start(_ id: String, _ need: CellNeed, memory: @Sendable @escaping () -> Int) {
        running[id] = Running(need: need, memory: memory)
    }

    /// Notes that a cell has ended.
    mutating func end(_ id: String) {
        running[id] = nil
    }
}
