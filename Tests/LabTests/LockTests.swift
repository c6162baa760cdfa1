import Foundation
import HostProcess
import SystemPackage
import TestSupport
import Testing

@testable import Lab

/// Who may have a device of the host, and what is said of who has it.
@Suite("Locks on devices")
struct LockTests {
    /// `/dev/null` in the place of a device-dax node: a character device that every machine has.
    static func withNode(_ body: (MadeUpHost, DaxDevice) async throws -> Void) async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            try host.make("sys/devices/dax0.0")
            try host.put("sys/devices/dax0.0/size", "1073741824\n")
            try host.put("sys/devices/dax0.0/align", "2097152\n")
            try host.link("sys/dev/char/1:3", to: "sys/devices/dax0.0")
            try host.link("sys/bus/dax/devices/dax0.0", to: "sys/devices/dax0.0")
            try await body(host, try DaxDevice("/dev/null", sysfs: scratch.appending("sys")))
        }
    }

    @Test(arguments: [true, false])
    func twoGuestsOfOneProcessDoNotShareANode(isOurs: Bool) async throws {
        try await Self.withNode { host, node in
            let tree = host.tree(isOurs: isOurs)
            let inside = Locked(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...3 {
                    group.addTask {
                        try await withDaxNodesHeld([node], on: tree) {
                            inside.set(inside.get() + 1)
                            #expect(inside.get() == 1)
                            try await Task.sleep(for: .milliseconds(50))
                            inside.set(inside.get() - 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func anotherRunIsRefusedTheNode() async throws {
        try await Self.withNode { host, node in
            try await Self.whileHeld("run/vmharness", "dax-1:3", on: host) { pid in
                let refusal = await #expect(throws: Failure.self) {
                    try await withDaxNodesHeld([node], on: host.tree()) {}
                }
                #expect(refusal?.what == "the device-dax node is held by vmharness (pid \(pid))")
                #expect(refusal?.subject == "/dev/null")
            }
        }
    }

    @Test(arguments: [true, false])
    func aNodeThatAProcessHasOpenOrMappedIsRefused(isMapped: Bool) async throws {
        try await Self.withNode { host, node in
            // No process id is as large.
            try host.put("proc/4194305/comm", "qemu-system-x86\n")
            try host.make("proc/4194305/fd")
            if isMapped {
                try host.put("proc/4194305/maps", "7f0000000000-7f0040000000 rw-s 00000000 00:06 407   /dev/null\n")
            } else {
                try FileManager.default.createSymbolicLink(
                    atPath: host.root.appending("proc/4194305/fd/9").string, withDestinationPath: "/dev/null")
            }
            let refusal = await #expect(throws: Failure.self) {
                try await withDaxNodesHeld([node], on: host.tree()) {}
            }
            #expect(refusal?.what == "the device-dax node is in use by qemu-system-x86 (pid 4194305)")
        }
    }

    /// A function that an administrator has bound for an ordinary user.
    @Test func guestsOfAnOrdinaryUserTakeTurnsToo() async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            try host.add("0000:05:00.0", driver: "vfio-pci", group: 9)
            let bus = PCIBus(host.tree(isOurs: false))
            let inside = Locked(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...3 {
                    group.addTask {
                        try await withFunctionsBound(
                            [PCIAddress("0000:05:00.0")!], on: bus, report: { Issue.record("\($0)") }
                        ) { _ in
                            inside.set(inside.get() + 1)
                            #expect(inside.get() == 1)
                            try await Task.sleep(for: .milliseconds(50))
                            inside.set(inside.get() - 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(!FileManager.default.fileExists(atPath: scratch.appending("run/vmharness").string))
        }
    }

    /// Another file system has a file of the same number.
    @Test func aHolderIsToldByDeviceAndInode() {
        let locks = """
            1: FLOCK  ADVISORY  WRITE 17 fd:01:264321 0 EOF
            1: -> FLOCK  ADVISORY  WRITE 18 00:1a:264321 0 EOF
            2: POSIX  ADVISORY  WRITE 19 00:1a:264321 0 EOF
            3: FLOCK  ADVISORY  WRITE 20 00:1a:264321 0 EOF
            """
        #expect(LockHolder.pid(in: locks, device: (0, 26), inode: 264321) == 20)
        #expect(LockHolder.pid(in: locks, device: (253, 1), inode: 264321) == 17)
        #expect(LockHolder.pid(in: locks, device: (8, 1), inode: 264321) == nil)
    }

    /// To an ordinary user the directory cannot be looked into, and that is not "nothing". Root can look into any, so
    /// here another error stands for it.
    @Test func aJournalThatCannotBeReadIsNotAnEmptyOne() async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            let bindings = Bindings(PCIBus(host.tree()))
            #expect(try bindings.entries().isEmpty)
            try host.put("run/vmharness", "")
            let refusal = #expect(throws: Failure.self) { try bindings.entries() }
            #expect(refusal?.what == "cannot look into the journal: Not a directory")
            #expect(refusal?.advice == "run as root")
            #expect(throws: Failure.self) { try bindings.release([], forgets: false) }
        }
    }

    /// Holds a lock in another process, which gets told: flock(1), since our own would be waited for.
    static func whileHeld(
        _ parent: String, _ name: String, on host: MadeUpHost, _ body: @Sendable @escaping (Int) async throws -> Void
    ) async throws {
        let directory = host.root.appending(parent).appending("bindings")
        try host.make("\(parent)/bindings")
        for path in [directory.removingLastComponent(), directory] { chmod(path.string, 0o700) }
        let file = directory.appending("\(name).lock")
        try await withChild(Command("flock", ["-x", "--no-fork", file.string, "sleep", "60"])) { _ in
            while try FileLock.tryAcquire(file) != nil { try await Task.sleep(for: .milliseconds(20)) }
            try await body(try #require(LockHolder.pid(of: file)))
        }
    }
}
