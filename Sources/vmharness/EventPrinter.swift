import RunRecord
import Runner
import Synchronization

/// Tells on standard error what a run is doing, a line each.
final class EventPrinter: RunDisplay {
    private let isQuiet: Bool
    private let began = ContinuousClock.now
    /// Tasks report at the same time; a line is printed whole.
    private let lock = Mutex(())

    /// - Parameter isQuiet: only what a person must act on.
    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    func show(_ event: RunEvent) {
        guard !isQuiet || event.mustBeActedOn, let words = event.words else { return }
        lock.withLock { _ in Terminal.error(words.stamped(ContinuousClock.now - began)) }
    }

    func resume(_ cells: [CellRecord]) {}

    func expect(_ seconds: () -> [String: Double]) {}

    func tick() async {}

    func end() {}
}

extension String {
    /// With the time since a run began in front.
    func stamped(_ time: Duration) -> String {
        "[\((time / .seconds(1)).formatted1.leftPadded(6))] \(self)"
    }

    func leftPadded(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

extension Double {
    /// With one digit behind the point.
    var formatted1: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
