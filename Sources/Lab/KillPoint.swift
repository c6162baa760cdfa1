import Foundation
import Synchronization

/// For tests that no point between two writes is a wrong one to be killed at: with `VMHARNESS_TEST_KILL_AT_WRITE=N`
/// the process kills itself just before its Nth write to sysfs. Nothing happens without the variable.
enum KillPoint {
    private static let left = Mutex<Int?>(
        ProcessInfo.processInfo.environment["VMHARNESS_TEST_KILL_AT_WRITE"].flatMap { Int($0) })

    /// Called before each write.
    static func pass() {
        let isHere = left.withLock { left in
            guard let count = left else { return false }
            left = count - 1
            return count == 1
        }
        if isHere { kill(getpid(), SIGKILL) }
    }
}
