import HostProcess
import Machine

/// What can be seen from outside of a guest that works: its disks' requests,
/// the bytes of its console and what its virtiofsd do. A case that neither writes, reads nor speaks may
/// still compute, so silence alone ends nothing before its limit.
struct Heartbeat: Sendable {
    /// Requests of all disks, kilobytes of the console and hundredths of a second of the daemons' time.
    private var count = 0
    private var last = ContinuousClock.now
    /// Seconds the guest's CPUs had waited for one of the host's, at the beginning.
    private let waited: Double
    private let began = ContinuousClock.now
    private let load = HostLoad.now()

    /// Less than this between two looks is a clock's ticking: a journal's commit, a daemon's poll.
    private static let least = 8

    /// Begins to listen.
    init(_ guest: Guest) {
        waited = Self.waited(guest)
    }

    /// Seconds since something was done.
    var idle: Double { (ContinuousClock.now - last) / .seconds(1) }

    /// Seconds since the beginning that the guest's CPUs had none of the host's: they waited for one, the most starved
    /// counts, or a hypervisor beneath the host took it away.
    func starvation(_ guest: Guest) -> Double {
        let stolen = (load.steal ?? 0) / 100 * ((ContinuousClock.now - began) / .seconds(1))
        return max(0, Self.waited(guest) - waited) + stolen
    }

    /// Looks again.
    ///
    /// - Throws: `CancellationError`.
    mutating func look(_ guest: Guest, console: ConsoleRecorder) async throws {
        guard let requests = try await Self.requests(guest) else { return }
        let served = HostThread.all(of: Array(guest.daemons.values)).map(\.ran).reduce(0, +)
        let now = requests + console.count / 1024 + Int(served * 100)
        if now - count >= Self.least { last = .now }
        count = now
    }

    private static func waited(_ guest: Guest) -> Double {
        HostThread.all(of: [guest.pid]).filter(\.runsGuest).map(\.waited).max() ?? 0
    }

    /// Requests of the guest's disks (QAPI `query-blockstats`); nil if QEMU does not answer.
    private static func requests(_ guest: Guest) async throws -> Int? {
        do {
            let answer = try await guest.execute("query-blockstats", timeout: .seconds(5))
            return (answer.list ?? []).reduce(0) { sum, device in
                let stats = device["stats"]
                return sum + (stats?["rd_operations"]?.number ?? 0) + (stats?["wr_operations"]?.number ?? 0)
            }
        } catch {
            try Task.checkCancellation()
            return nil
        }
    }
}
