import Foundation
import HostProcess
import SystemPackage
import TestSupport
import Testing

@Suite struct HostScopeTests {
    @Test func leavesNothingWhenItEnds() async throws {
        let (directory, pid) = try await HostScope.with { scope in
            try await withChild(Command("sleep", ["1000"])) { child in
                #expect(ProcessTable.isRunning(child.pid))
                #expect(FileManager.default.fileExists(atPath: scope.directory.string))
                return (scope.directory, child.pid)
            }
        }
        #expect(!ProcessTable.isRunning(pid))
        #expect(!FileManager.default.fileExists(atPath: directory.string))
        #expect(!FileManager.default.fileExists(atPath: directory.string + ".lock"))
    }

    @Test func endsADaemonThatLeftItsSession() async throws {
        let marker = "86398.\(UInt32.random(in: 0 ... .max))"
        try await HostScope.with { _ in
            try await Command("setsid", ["-f", "sleep", marker]).check()
            // setsid returns before its child has become sleep.
            let deadline = ContinuousClock.now + .seconds(30)
            while running(marker).isEmpty && ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(running(marker).count == 1)
        }
        #expect(running(marker) == [])
    }

    @Test func endsWithAnErrorToo() async throws {
        struct Stop: Error {}
        let directory = Locked("")
        await #expect(throws: Stop.self) {
            try await HostScope.with { scope in
                directory.set(scope.directory.string)
                throw Stop()
            }
        }
        #expect(!FileManager.default.fileExists(atPath: directory.get()))
    }

    @Test func cancellationEndsTheChild() async throws {
        let started = Signal()
        let marker = "86397.\(UInt32.random(in: 0 ... .max))"
        let task = Task {
            try await withChild(Command("sleep", [marker])) { child in
                started.fire()
                try await child.waitForEnd()
            }
        }
        try await started.wait()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(running(marker) == [])
    }

    @Test func tellsHowAChildEnded() async throws {
        let termination = try await withChild(Command("sleep", ["1000"])) { child in
            child.send(SIGKILL)
            return try await child.waitForEnd()
        }
        #expect(termination == .signaled(Int(SIGKILL)))
    }

    private func running(_ marker: String) -> [Int] {
        ProcessTable.pids().filter { pid in
            guard let line = ProcessTable.read("/proc/\(pid)/cmdline") else { return false }
            return String(decoding: line, as: UTF8.self).hasPrefix("sleep\0\(marker)") && ProcessTable.isRunning(pid)
        }
    }
}
