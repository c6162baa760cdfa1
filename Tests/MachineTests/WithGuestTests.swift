import Foundation
import HostProcess
import SystemPackage
import TestSupport
import Testing

@testable import Machine

/// Real QEMU, no guest worth the name: what happens around it.
@Suite struct WithGuestTests {
    @Test func bootsAndAnswersQMP() async throws {
        try await SmallestGuest.with { specification, logs in
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
        let pid = Locked(0)
        try await SmallestGuest.with { specification, logs in
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
        try await SmallestGuest.with { specification, logs in
            let trouble = try await withGuest(specification, logs: logs, console: { _ in }) { guest in
                ProcessTable.signal(guest.pid, 9)
                return try await guest.waitForTrouble()
            }
            #expect(trouble == [.qemuEnded(.signaled(9))])
        }
    }

    @Test func tellsThatVirtiofsdDied() async throws {
        try await withScratchDirectory { share in
            guard let daemon = await VirtiofsdProgram.installed().programs.first else { return }
            try await SmallestGuest.with { specification, logs in
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

    /// The daemon must serve the directory of that name, and see no second option in it.
    @Test(arguments: ["a,source=/no/such/directory", #"a\,b"#, "a b", "ä"])
    func aShareMayHaveAnyName(name: String) async throws {
        try await withScratchDirectory { parent in
            let share = parent.appending(name)
            try FileManager.default.createDirectory(atPath: share.string, withIntermediateDirectories: true)
            for daemon in await VirtiofsdProgram.installed().programs {
                try await SmallestGuest.with { specification, logs in
                    var specification = specification
                    specification.shares = [Share(tag: "data", directory: share, daemon: daemon, cache: .auto)]
                    let trouble = try await withGuest(specification, logs: logs, console: { _ in }) { $0.trouble }
                    #expect(trouble == [])
                }
            }
        }
    }

    @Test(
        arguments: [
            ([.virtiofsdEnded(tag: "a", .exited(0)), .qemuEnded(.signaled(9))], .qemuEnded(.signaled(9))),
            (
                [.virtiofsdEnded(tag: "a", .signaled(9)), .qemuEnded(.exited(1))],
                .virtiofsdEnded(tag: "a", .signaled(9))
            ),
            ([.virtiofsdEnded(tag: "a", .exited(0))], .virtiofsdEnded(tag: "a", .exited(0))),
            ([.panicked, .qemuEnded(.exited(0))], .panicked),
        ] as [([Guest.Trouble], Guest.Trouble)])
    func theCauseIsNotAnOrderlyEnd(trouble: [Guest.Trouble], cause: Guest.Trouble) {
        #expect(trouble.cause == cause)
    }

    @Test func refusesWhatQEMUCannotStart() async throws {
        try await SmallestGuest.with { specification, logs in
            var specification = specification
            specification.disks = [.init(serial: "root", image: "/no/such/image", access: .readOnly)]
            let failure = await #expect(throws: Failure.self) {
                try await withGuest(specification, logs: logs, console: { _ in }) { _ in }
            }
            #expect(failure?.what.contains("QEMU did not start") == true)
            #expect(failure?.what.contains("/no/such/image") == true)
        }
    }

    /// As events stand in the record.
    @Test func aDocumentIsShownAsJSON() {
        let event = JSONValue.object(["nospace": .bool(true), "device": .string("disk-a/b"), "code": .int(28)])
        #expect("\(event)" == #"{"code":28,"device":"disk-a/b","nospace":true}"#)
    }

    /// Written through the guest's device and lost to no flush: what a killed QEMU wrote is in the file.
    @Test func aKilledQEMULosesNothingOfAWritableDisk() async throws {
        try await SmallestGuest.with { specification, logs in
            try await withScratchDirectory { directory in
                let specification = try Self.with(disk: directory.appending("disk"), specification)
                try await withGuest(specification, logs: logs, console: { _ in }) { guest in
                    let words = try await guest.monitor("qemu-io disk-data \"write -P 0xab 4096 8192\"")
                    #expect(!words.contains("failed"))
                    ProcessTable.signal(guest.pid, 9)
                    #expect(try await guest.waitForTrouble() == [.qemuEnded(.signaled(9))])
                }
                let file = try Data(contentsOf: URL(filePath: directory.appending("disk").string))
                #expect(file[4096..<12288].allSatisfy { $0 == 0xab } && file[12288] == 0)
            }
        }
    }

    @Test func everyLimitIsQEMUs() async throws {
        try await SmallestGuest.with { specification, logs in
            try await withScratchDirectory { directory in
                var specification = try Self.with(disk: directory.appending("disk"), specification)
                specification.disks[0].limits = [
                    "iops-read": 1, "iops-write": 150, "bps-read": 1 << 20, "bps-write": 1_000_000_000_000_000,
                ]
                var totals = specification
                totals.disks[0].limits = ["iops-total": 150, "bps-total": 1 << 20]
                for specification in [specification, totals] {
                    let known = try await withGuest(specification, logs: logs, console: { _ in }) { guest in
                        try await guest.execute("query-block")
                    }
                    guard case .array(let drives) = known else { throw Failure("no list", on: "\(known)", advice: "") }
                    let inserted = try #require(drives.first?["inserted"])
                    for (key, value) in specification.disks[0].limits {
                        // QMP's words: iops_wr, bps_rd, iops.
                        let word = key.replacing("-total", with: "").replacing("-", with: "_")
                            .replacing("_read", with: "_rd").replacing("_write", with: "_wr")
                        #expect(inserted[word]?.number == value, "\(key)")
                    }
                }
            }
        }
    }

    private static func with(
        disk: FilePath, _ specification: GuestSpecification
    ) throws -> GuestSpecification {
        try Data(count: 1 << 20).write(to: URL(filePath: disk.string))
        var specification = specification
        specification.disks = [.init(serial: "data", image: disk, access: .writable)]
        return specification
    }

    @Test func nothingOfTheConsoleIsLost() async throws {
        let text = Locked("")
        try await SmallestGuest.with { specification, logs in
            try await withGuest(
                specification, logs: logs,
                console: { bytes in text.set(text.get() + String(decoding: bytes, as: UTF8.self)) }
            ) { _ in
                for _ in 0..<400 where text.get().isEmpty { try await Task.sleep(for: .milliseconds(50)) }
            }
        }
        #expect(text.get() == "K")
    }
}
