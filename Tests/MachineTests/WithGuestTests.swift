import HostProcess
import Synchronization
import SystemPackage
import Testing

@testable import Machine

/// Real QEMU, no guest worth the name: what happens around it.
@Suite struct WithGuestTests {
    @Test func bootsAndAnswersQMP() async throws {
        try await withSpecification { specification, logs in
            let status = try await withGuest(specification, logs: logs, console: { _ in }) { guest in
                #expect(guest.sshPort > 0)
                #expect(ProcessTable.isRunning(guest.pid))
                await #expect(throws: Failure.self) { try await guest.execute("no-such-command") }
                return try await guest.execute("query-status")["status"]?.text
            }
            #expect(status == "running")
        }
    }

    @Test func endsQEMUWhenTheBodyThrows() async throws {
        struct Stop: Error {}
        let pid = Mutexed(0)
        try await withSpecification { specification, logs in
            await #expect(throws: Stop.self) {
                try await withGuest(specification, logs: logs, console: { _ in }) { guest in
                    pid.set(guest.pid)
                    throw Stop()
                }
            }
        }
        #expect(pid.get() > 0)
        #expect(!ProcessTable.isRunning(pid.get()))
    }

    @Test func tellsThatQEMUDied() async throws {
        try await withSpecification { specification, logs in
            let trouble = try await withGuest(specification, logs: logs, console: { _ in }) { guest in
                ProcessTable.signal(guest.pid, 9)
                return try await guest.waitForTrouble()
            }
            #expect(trouble == [.qemuEnded(.signaled(9))])
        }
    }

    @Test func tellsThatVirtiofsdDied() async throws {
        try await withScratchDirectory { share in
            guard let daemon = await VirtiofsdProgram.installed().first else { return }
            try await withSpecification { specification, logs in
                var specification = specification
                specification.shares = [Share(tag: "data", directory: share, daemon: daemon, cache: .auto)]
                let trouble = try await withGuest(specification, logs: logs, console: { _ in }) { guest in
                    let daemon = try #require(guest.daemons["data"])
                    for pid in ProcessTable.children(of: daemon) + [daemon] { ProcessTable.signal(pid, 9) }
                    return try await guest.waitForTrouble()
                }
                guard case .virtiofsdEnded("data", _)? = trouble.first else {
                    Issue.record("not told: \(trouble)")
                    return
                }
            }
        }
    }

    @Test func refusesWhatQEMUCannotStart() async throws {
        try await withSpecification { specification, logs in
            var specification = specification
            specification.disks = [.init(serial: "root", image: "/no/such/image", copyOnWrite: false)]
            let failure = await #expect(throws: Failure.self) {
                try await withGuest(specification, logs: logs, console: { _ in }) { _ in }
            }
            #expect(failure?.what.contains("QEMU did not start") == true)
            #expect(failure?.what.contains("/no/such/image") == true)
        }
    }

    @Test func nothingOfTheConsoleIsLost() async throws {
        let text = Mutexed("")
        try await withSpecification { specification, logs in
            try await withGuest(
                specification, logs: logs,
                console: { bytes in text.set(text.get() + String(decoding: bytes, as: UTF8.self)) }
            ) { _ in
                for _ in 0..<200 where !text.get().contains("SeaBIOS") {
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
        }
        #expect(text.get().contains("SeaBIOS"))
    }

    /// A machine whose kernel and initramfs are junk: the firmware still runs.
    private func withSpecification(
        _ body: (GuestSpecification, GuestLogs) async throws -> Void
    ) async throws {
        try await withScratchDirectory { directory in
            let junk = directory.appending("junk")
            let file = try BoundedFile(junk, limit: 1 << 20)
            file.write(String(repeating: "not a kernel ", count: 1000))
            file.finish()
            let specification = GuestSpecification(
                memory: 64 << 20, cpus: 1, accelerator: .tcg, kernel: junk, initrd: junk, commandLine: [], disks: [],
                shares: [])
            let logs = GuestLogs(
                qemu: try BoundedFile(directory.appending("qemu.log"), limit: 1 << 20),
                virtiofsd: ["data": try BoundedFile(directory.appending("fs.log"), limit: 1 << 20)])
            try await body(specification, logs)
        }
    }
}

/// A value that a `@Sendable` closure can set.
private final class Mutexed<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func set(_ new: Value) { value.withLock { $0 = new } }
    func get() -> Value { value.withLock { $0 } }
}
