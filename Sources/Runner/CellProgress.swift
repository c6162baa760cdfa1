import Synchronization

/// How far the suites of a cell have come: what its guests, which follow one
/// another or run side by side, know of each other.
final class CellProgress: Sendable {
    private struct State {
        /// All cases of a suite's step, once a guest has told them.
        var planned: [Int: [String]] = [:]
        /// Which part each of them belongs to, from 1. Divided once: what remains would be divided otherwise.
        var parts: [Int: [String: Int]] = [:]
        /// When a guest was first ready for it.
        var began: [Int: ContinuousClock.Instant] = [:]
        /// Those that have a record.
        var recorded: [Int: Set<String>] = [:]
        /// How many guests were lost in a test.
        var losses: [String: Int] = [:]
        /// Cases that were lost without evidence against the kernel, and how: they are tried once more.
        var firstTries: [String: String] = [:]
    }
    private let state: Mutex<State>

    /// A test that took so many guests with it is not run again.
    static let mostLosses = 2

    /// - Parameter recorded: the cases by step that have a record already, from a run that is resumed.
    init(recorded: [Int: Set<String>] = [:]) {
        state = Mutex(State(recorded: recorded))
    }

    /// Keeps the names of a step's cases, of which the first are about to
    /// begin, and divides them, the first time.
    ///
    /// - Parameters:
    ///   - shards: into how many parts.
    ///   - seconds: how long each took in the past.
    func plan(_ names: [String], step: Int, shards: Int = 1, seconds: [String: Double] = [:]) {
        state.withLock { state in
            state.planned[step] = names
            state.began[step] = state.began[step] ?? .now
            state.parts[step] = state.parts[step] ?? Shard.division(of: names, into: shards, seconds: seconds)
        }
    }

    /// True once a guest has told the cases of a step.
    func isPlanned(step: Int) -> Bool {
        state.withLock { $0.planned[step] != nil }
    }

    /// How long a step has been going on, over all its guests.
    func elapsed(step: Int) -> Duration {
        state.withLock { $0.began[step] }.map { ContinuousClock.now - $0 } ?? .zero
    }

    /// The cases of a step without a record, in their order; none if no guest has told them yet.
    ///
    /// - Parameter shard: the number of the part that they belong to.
    func remaining(step: Int, shard: Int = 1) -> [String] {
        state.withLock { state in
            let recorded = state.recorded[step] ?? []
            let parts = state.parts[step] ?? [:]
            // A name that a later guest told first is the first part's.
            return (state.planned[step] ?? []).filter { !recorded.contains($0) && parts[$0, default: 1] == shard }
        }
    }

    /// How many cases a step has, and how many of them have a record; over all its parts and guests.
    func counts(step: Int) -> (total: Int, recorded: Int) {
        state.withLock { state in
            let planned = state.planned[step] ?? []
            let recorded = state.recorded[step] ?? []
            return (planned.count, planned.count { recorded.contains($0) })
        }
    }

    /// Notes that a case has a record.
    func record(_ name: String, step: Int) {
        state.withLock { _ = $0.recorded[step, default: []].insert(name) }
    }

    /// Counts a guest that was lost in a case.
    ///
    /// - Returns: how many there were now.
    func lose(in name: String) -> Int {
        state.withLock { state in
            state.losses[Self.test(name), default: 0] += 1
            return state.losses[Self.test(name)]!
        }
    }

    /// True for a test that has taken too many guests with it, in whatever section.
    func isSetAside(_ name: String) -> Bool {
        state.withLock { $0.losses[Self.test(name), default: 0] >= Self.mostLosses }
    }

    /// Lets a case be tried once more, since its first try says nothing of the kernel.
    func retry(_ name: String, because reason: String) {
        state.withLock { $0.firstTries[name] = reason }
    }

    /// How the first try of a case ended; nil if there was none.
    func firstTry(of name: String) -> String? {
        state.withLock { $0.firstTries[name] }
    }

    /// Grows with everything that brings the cell nearer to its end. A guest
    /// in which it stays the same would be followed by others like it.
    var advance: Int {
        state.withLock { $0.recorded.values.map(\.count).reduce(0, +) + $0.firstTries.count }
    }

    /// `generic/475` of `xfs-quota/generic/475`: what kills in one section may kill in the next.
    private static func test(_ name: String) -> String {
        name.split(separator: "/").suffix(2).joined(separator: "/")
    }
}
