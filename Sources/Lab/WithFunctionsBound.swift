import Foundation
public import HostProcess

/// A function of the host in the hands of user space.
public struct BoundFunction: Sendable, Hashable {
    /// The function as it was before.
    public var function: HostPCIFunction
    /// Its IOMMU group.
    public var group: Int
}

/// Binds functions to vfio-pci around `body` and puts each back on every path, under the lock of its group.
///
/// The driver and override of each are journalled before the first write. A process that is killed leaves the
/// journals, and the next start puts back what they say (``Bindings/sweep()``).
///
/// - Parameters:
///   - addresses: all the functions of one guest. Those that are bound to vfio-pci already stay so.
///   - bus: the host's functions.
///   - report: told of what could not be put back. Its journal stays for another try.
///   - body: gets the functions, in the order of `addresses`.
/// - Throws: `Failure` with what is in the way, before anything is changed where that can be; what `body` throws.
public func withFunctionsBound<Value>(
    _ addresses: [PCIAddress], on bus: PCIBus = PCIBus(), report: (Failure) -> Void,
    isolation: isolated (any Actor)? = #isolation,
    _ body: ([BoundFunction]) async throws -> Value
) async throws -> Value {
    guard !addresses.isEmpty else { return try await body([]) }
    let bindings = Bindings(bus)
    let functions = try PassthroughCheck(bus).check(addresses)
    let locks = try await bindings.lock(functions)
    defer { for lock in locks { lock.release() } }
    // What somebody left that was killed, we hold the lock of now.
    for failure in bindings.restoreAbandoned(inGroups: Set(functions.compactMap(\.group))).failures { throw failure }
    let present = try PassthroughCheck(bus).check(addresses)
    let journals = try bindings.journal(present.filter { !$0.isBoundToVFIO })
    defer {
        for failure in bindings.restore(journals.reversed()).failures { report(failure) }
    }
    for journal in journals {
        try Task.checkCancellation()
        try DriverBinding(bus: bus).bind(journal.address)
    }
    for group in Set(present.compactMap(\.group)) {
        try VFIOGroup(tree: bus.tree, number: group).check(for: present.first { $0.group == group }!.address)
    }
    return try await body(present.map { BoundFunction(function: $0, group: $0.group!) })
}
