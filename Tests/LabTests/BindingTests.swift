import Foundation
import HostProcess
import Lab
import SystemPackage
import TestSupport
import Testing

/// Functions that change their driver and come back to it, whatever happens in between.
@Suite("Binding to vfio-pci")
struct BindingTests {
    static let nic = PCIAddress("0000:03:00.0")!
    static let disk = PCIAddress("0000:04:00.0")!

    /// A card with a driver, and one without that had an override.
    static func withHost(_ body: (MadeUpHost) async throws -> Void) async throws {
        try await withScratchDirectory { scratch in
            let host = try MadeUpHost(scratch)
            try host.add("0000:03:00.0", driver: "e1000e", group: 7)
            try host.add("0000:04:00.0", group: 8, identity: (0x1234, 0x11e8), code: 0x00ff00)
            try host.put("sys/devices/pci0000:00/0000:04:00.0/driver_override", "pci-stub\n")
            try await body(host)
        }
    }

    static func expectAsBefore(_ host: MadeUpHost, _ comment: Comment? = nil) throws {
        #expect(try host.driver(of: "0000:03:00.0") == "e1000e", comment)
        #expect(try host.driver(of: "0000:04:00.0") == nil, comment)
        #expect(try host.driverOverride(of: "0000:03:00.0").hasPrefix("(null)"), comment)
        #expect(try host.driverOverride(of: "0000:04:00.0").hasPrefix("pci-stub"), comment)
        let left = try FileManager.default.contentsOfDirectory(
            atPath: host.root.appending("run/vmharness/bindings").string)
        #expect(left.filter { $0.hasSuffix(".json") }.isEmpty, comment)
    }

    @Test func functionsAreBoundAndPutBack() async throws {
        try await Self.withHost { host in
            let bus = PCIBus(host.tree())
            try await withFunctionsBound([Self.nic, Self.disk], on: bus, report: { Issue.record("\($0)") }) { bound in
                #expect(bound.map(\.function.driver) == ["e1000e", nil])
                #expect(bound.map(\.group) == [7, 8])
                #expect(try host.driver(of: "0000:03:00.0") == "vfio-pci")
                #expect(try host.driver(of: "0000:04:00.0") == "vfio-pci")
                let entries = try Bindings(bus).entries()
                #expect(entries.map(\.journal.driver) == ["e1000e", nil])
                #expect(entries.map(\.isHeld) == [true, true])
            }
            try Self.expectAsBefore(host)
        }
    }

    @Test func anErrorPutsThemBack() async throws {
        struct Trouble: Error {}
        try await Self.withHost { host in
            await #expect(throws: Trouble.self) {
                try await withFunctionsBound(
                    [Self.nic, Self.disk], on: PCIBus(host.tree()), report: { Issue.record("\($0)") }
                ) { _ in throw Trouble() }
            }
            try Self.expectAsBefore(host)
        }
    }

    @Test func aCancelledTaskPutsThemBack() async throws {
        try await Self.withHost { host in
            let isBound = Signal()
            let bus = PCIBus(host.tree())
            let task = Task {
                try await withFunctionsBound([Self.nic], on: bus, report: { Issue.record("\($0)") }) { _ in
                    isBound.fire()
                    try await Task.sleep(for: .seconds(60))
                }
            }
            try await isBound.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try Self.expectAsBefore(host)
        }
    }

    /// The process is killed before each of its writes in turn: before the first, between any two, while it binds and
    /// while it puts back. The next start finds the journals and does the rest.
    @Test func noPointBetweenTwoWritesIsAWrongOneToBeKilledAt() async throws {
        var total = 0
        try await Self.withHost { host in
            try await withFunctionsBound([Self.nic, Self.disk], on: PCIBus(host.tree()), report: { _ in }) { _ in }
            total = host.writeCount
        }
        #expect(total == 10)
        for number in 1...total {
            try await Self.withHost { host in
                _ = try? await withFunctionsBound(
                    [Self.nic, Self.disk], on: PCIBus(host.tree(killedAtWrite: number)), report: { _ in }
                ) { _ in }
                let restoration = Bindings(PCIBus(host.tree())).sweep()
                #expect(restoration.failures.isEmpty, "killed before write \(number)")
                #expect(!restoration.restored.isEmpty, "killed before write \(number)")
                try Self.expectAsBefore(host, "killed before write \(number)")
            }
        }
    }

    /// As above, and the one that sweeps is killed as well.
    @Test func theNextStartMayBeKilledToo() async throws {
        for number in 1...4 {
            try await Self.withHost { host in
                _ = try? await withFunctionsBound(
                    [Self.nic, Self.disk], on: PCIBus(host.tree(killedAtWrite: 6)), report: { _ in }
                ) { _ in }
                _ = Bindings(PCIBus(host.tree(killedAtWrite: number))).sweep()
                _ = Bindings(PCIBus(host.tree())).sweep()
                try Self.expectAsBefore(host, "sweep killed before write \(number)")
            }
        }
    }

    @Test func aNewRunPutsBackWhatAKilledOneLeft() async throws {
        try await Self.withHost { host in
            _ = try? await withFunctionsBound(
                [Self.nic], on: PCIBus(host.tree(killedAtWrite: 4)), report: { _ in }
            ) { _ in }
            #expect(try host.driver(of: "0000:03:00.0") == "vfio-pci")
            try await withFunctionsBound([Self.nic], on: PCIBus(host.tree()), report: { Issue.record("\($0)") }) {
                // Not vfio-pci, which the killed run had left.
                #expect($0.first?.function.driver == "e1000e")
            }
            try Self.expectAsBefore(host)
        }
    }

    @Test func aJournalOfAnotherBootIsDropped() async throws {
        try await Self.withHost { host in
            _ = try? await withFunctionsBound(
                [Self.nic], on: PCIBus(host.tree(killedAtWrite: 1)), report: { _ in }
            ) { _ in }
            try host.put("proc/sys/kernel/random/boot_id", "boot-2\n")
            let bus = PCIBus(host.tree())
            #expect(try Bindings(bus).entries().isEmpty)
            #expect(Bindings(bus).sweep().restored.isEmpty)
            #expect(host.writeCount == 0)
            try Self.expectAsBefore(host)
        }
    }

    @Test func aHolderIsNamed() async throws {
        try await Self.withHost { host in
            let bus = PCIBus(host.tree())
            let directory = host.root.appending("run/vmharness/bindings")
            try host.make("run/vmharness/bindings")
            for path in [directory.removingLastComponent(), directory] { chmod(path.string, 0o700) }
            let lock = directory.appending("group-7.lock").string
            // flock(1), since a lock of our own process would be waited for.
            try await withChild(Command("flock", ["-x", lock, "sleep", "60"])) { child in
                while try FileLock.tryAcquire(FilePath(lock)) != nil { try await Task.sleep(for: .milliseconds(20)) }
                let refusal = await #expect(throws: Failure.self) {
                    try await withFunctionsBound([Self.nic], on: bus, report: { _ in }) { _ in }
                }
                #expect(refusal?.what.hasPrefix("IOMMU group 7 is held by vmharness (pid ") == true)
                #expect(try host.driver(of: "0000:03:00.0") == "e1000e")
            }
        }
    }

    @Test func twoGuestsOfOneProcessTakeTurns() async throws {
        try await Self.withHost { host in
            let bus = PCIBus(host.tree())
            let inside = Locked(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...3 {
                    group.addTask {
                        try await withFunctionsBound([Self.nic], on: bus, report: { Issue.record("\($0)") }) { _ in
                            inside.set(inside.get() + 1)
                            #expect(inside.get() == 1)
                            try await Task.sleep(for: .milliseconds(50))
                            inside.set(inside.get() - 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try Self.expectAsBefore(host)
        }
    }

    @Test func aDriverThatIsGoneIsReportedAndKept() async throws {
        try await Self.withHost { host in
            let bus = PCIBus(host.tree())
            var failures: [Failure] = []
            try await withFunctionsBound([Self.nic], on: bus, report: { failures.append($0) }) { _ in
                try FileManager.default.removeItem(
                    atPath: host.root.appending("sys/bus/pci/drivers/e1000e").string)
            }
            #expect(failures.map(\.what) == ["its driver e1000e is not loaded any more"])
            #expect(failures.first?.advice == "modprobe e1000e; vmharness lab release 0000:03:00.0")
            // Once it is there again, `lab release` does the rest.
            try host.make("sys/bus/pci/drivers/e1000e")
            let restoration = try Bindings(bus).release([Self.nic], forgets: false)
            #expect(restoration.restored.map(\.driver) == ["e1000e"])
            try Self.expectAsBefore(host)
        }
    }

    @Test func aReleaseOfWhatIsNotOursIsRefused() async throws {
        try await Self.withHost { host in
            let bus = PCIBus(host.tree())
            let refusal = #expect(throws: Failure.self) { try Bindings(bus).release([Self.nic], forgets: false) }
            #expect(refusal?.what == "vmharness has not bound this function")
            try await withFunctionsBound([Self.nic], on: bus, report: { _ in }) { _ in
                let refusal = #expect(throws: Failure.self) { try Bindings(bus).release([Self.nic], forgets: false) }
                #expect(refusal?.what.contains("is held by vmharness (pid \(getpid()))") == true)
            }
        }
    }

    @Test func whatAnAdministratorHasBoundStaysBound() async throws {
        try await Self.withHost { host in
            try host.add("0000:05:00.0", driver: "vfio-pci", group: 9)
            let bus = PCIBus(host.tree())
            try await withFunctionsBound(
                [PCIAddress("0000:05:00.0")!], on: bus, report: { Issue.record("\($0)") }
            ) { _ in
                let entries = try Bindings(bus).entries()
                #expect(entries.isEmpty)
            }
            #expect(host.writeCount == 0)
            #expect(try host.driver(of: "0000:05:00.0") == "vfio-pci")
        }
    }

    @Test func aForgedJournalIsRefused() async throws {
        try await Self.withHost { host in
            try host.put(
                "run/vmharness/bindings/0000:03:00.0.json",
                """
                {"address": "0000:03:00.0", "driver": "../../../../x", "group": 7, "pid": 1, "startTime": 1,
                 "boot": "boot-1", "since": "2026-01-01T00:00:00Z"}
                """)
            let restoration = Bindings(PCIBus(host.tree())).sweep()
            #expect(restoration.failures.map(\.what) == ["not a journal of a binding"])
            #expect(host.writeCount == 0)
        }
    }
}
