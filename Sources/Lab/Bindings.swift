import Foundation
public import HostProcess
import SystemPackage

/// The functions that runs have bound, held by live ones or left by killed ones.
public struct Bindings: Sendable {
    let bus: PCIBus
    private var store: BindingStore { BindingStore(tree: bus.tree) }
    private var locks: DeviceLocks { DeviceLocks(tree: bus.tree) }

    /// The bindings of a host.
    public init(_ bus: PCIBus = PCIBus()) {
        self.bus = bus
    }

    /// A journal and whether its owner lives.
    public struct Entry: Sendable, Hashable, Codable {
        /// What was written down.
        public var journal: BindingJournal
        /// True while its owner holds the lock; false for what a killed one left.
        public var isHeld: Bool
        /// The driver the function has now; nil for none.
        public var presentDriver: String?
    }

    /// What came of putting functions back.
    public struct Restoration: Sendable {
        /// The functions that are as they were.
        public var restored: [BindingJournal] = []
        /// What could not be put back, and why; the journals are still there.
        public var failures: [Failure] = []
    }

    /// All bindings of this boot.
    ///
    /// - Throws: `Failure` if the journals cannot be read.
    public func entries() throws -> [Entry] {
        try store.all().filter { $0.boot == store.boot }.map { journal in
            Entry(
                journal: journal, isHeld: holder(of: journal.group) != nil,
                presentDriver: bus.driver(of: journal.address))
        }
    }

    /// Puts back what killed runs have left. Nothing happens where there is nothing, or we are not root.
    public func sweep() -> Restoration {
        guard bus.tree.isOurs else { return Restoration() }
        do {
            var restoration = Restoration()
            for group in Set(try store.all().map(\.group)).sorted() {
                guard let lock = try locks.lock(Self.lockName(of: group)) else { continue }
                let one = restoreAbandoned(inGroups: [group])
                lock.release()
                restoration.restored += one.restored
                restoration.failures += one.failures
            }
            return restoration
        } catch let failure as Failure {
            return Restoration(failures: [failure])
        } catch {
            return Restoration(failures: [Failure("\(error)", on: store.directory.string, advice: "")])
        }
    }

    /// Puts functions back that no live run holds.
    ///
    /// - Parameters:
    ///   - addresses: which; all if empty.
    ///   - forgets: drops the journals of those that cannot be put back.
    /// - Throws: `Failure` for a function that is held, or is none of ours.
    public func release(_ addresses: [PCIAddress], forgets: Bool) throws -> Restoration {
        let entries = try entries()
        for address in addresses {
            guard let entry = entries.first(where: { $0.journal.address == address }) else {
                let others = entries.map { "\($0.journal.address)" }
                throw Failure(
                    "vmharness has not bound this function", on: "\(address)",
                    advice: others.isEmpty ? "nothing is left over" : "left over: \(others.joined(separator: ", "))",
                    blame: .request)
            }
            if entry.isHeld { throw held(entry.journal.group, by: entry.journal.pid, asked: address) }
        }
        var restoration = Restoration()
        let wanted = addresses.isEmpty ? entries.filter { !$0.isHeld }.map(\.journal.address) : addresses
        for journal in entries.map(\.journal) where wanted.contains(journal.address) {
            guard let lock = try locks.lock(Self.lockName(of: journal.group)) else {
                throw held(journal.group, by: holder(of: journal.group), asked: journal.address)
            }
            defer { lock.release() }
            // Read again under the lock: a run may have come and gone in between.
            guard let journal = try store.all().first(where: { $0.address == journal.address }) else { continue }
            let one = restore([journal])
            restoration.restored += one.restored
            restoration.failures += one.failures
            if forgets { store.remove(journal.address) }
        }
        return restoration
    }

    /// Takes the locks of functions' groups, one after the other in the order of their numbers, so that two runs
    /// that want the same never wait for each other. Guests of our own process wait their turn.
    func lock(_ functions: [HostPCIFunction]) async throws -> [FileLock] {
        try locks.prepare()
        var held: [FileLock] = []
        for group in Set(functions.compactMap(\.group)).sorted() {
            let address = functions.first { $0.group == group }!.address
            held.append(
                try await locks.take(Self.lockName(of: group)) { self.held(group, by: $0, asked: address) })
        }
        return held
    }

    /// The process that holds the lock of a group; nil for none.
    func holder(of group: Int) -> Int? { locks.holder(of: Self.lockName(of: group)) }

    /// The refusal if another process holds the lock of a function's group; nil if none does.
    func refusal(of function: HostPCIFunction) -> Failure? {
        guard let group = function.group, let holder = holder(of: group), holder != Int(getpid()) else { return nil }
        return held(group, by: holder, asked: function.address)
    }

    /// Writes the journals of functions, before any of them is changed.
    func journal(_ functions: [HostPCIFunction]) throws -> [BindingJournal] {
        let journals = functions.map { function in
            BindingJournal(
                address: function.address, driver: function.driver, driverOverride: function.driverOverride,
                group: function.group!, pid: Int(getpid()), scope: HostScope.current?.id,
                boot: store.boot, since: Date())
        }
        for journal in journals {
            do { try store.write(journal) } catch {
                for journal in journals { store.remove(journal.address) }
                throw error
            }
        }
        return journals
    }

    /// Puts functions back whose group's lock we hold.
    func restore(_ journals: [BindingJournal]) -> Restoration {
        var restoration = Restoration()
        for journal in journals {
            do {
                try DriverBinding(bus: bus).restore(journal)
                store.remove(journal.address)
                restoration.restored.append(journal)
            } catch let failure as Failure {
                restoration.failures.append(failure)
            } catch {
                restoration.failures.append(Failure("\(error)", on: "\(journal.address)", advice: "see `dmesg`"))
            }
        }
        return restoration
    }

    /// Puts back what is left in groups whose locks we hold. A journal of another boot is dropped: since then the
    /// kernel has bound the function anew.
    func restoreAbandoned(inGroups groups: Set<Int>) -> Restoration {
        // Whoever may not bind may not read the journals either.
        guard bus.tree.isOurs else { return Restoration() }
        do {
            let journals = try store.all().filter { groups.contains($0.group) }
            for journal in journals where journal.boot != store.boot { store.remove(journal.address) }
            return restore(journals.filter { $0.boot == store.boot })
        } catch let failure as Failure {
            return Restoration(failures: [failure])
        } catch {
            return Restoration(failures: [Failure("\(error)", on: store.directory.string, advice: "")])
        }
    }

    /// Its lock is held by the process that has bound functions of the group, or is putting them back.
    private static func lockName(of group: Int) -> String { "group-\(group)" }

    private func held(_ group: Int, by holder: Int?, asked address: PCIAddress) -> Failure {
        let journal = (try? store.all())?.first { $0.group == group && $0.pid == holder }
        let who = holder.map { "vmharness (pid \($0))" } ?? "another process"
        let since = journal.map { " since \($0.since.formatted(.iso8601))" } ?? ""
        return Failure(
            "IOMMU group \(group) is held by \(who)\(since)", on: "\(address)",
            advice: "wait for it to end; `vmharness lab status` shows all")
    }
}
