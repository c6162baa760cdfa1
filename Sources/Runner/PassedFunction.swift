import HostProcess
public import Lab
import Machine
import RunRecord
import TestPlan

/// A function of the host that a plan asks for, found and looked at.
public struct PassedFunction: Sendable, Hashable {
    /// The plan's name for it.
    public let name: String
    /// The function, before it is bound.
    public let function: HostPCIFunction
    /// The modules that the host's kernel was given for it.
    public let loaded: [String]

    /// Finds what a guest asks for and checks it, before any guest is started and anything is changed.
    ///
    /// - Throws: `Failure` with what is in the way.
    static func resolve(_ guest: GuestRequest, pmem: [PmemRequest]) async throws -> [PassedFunction] {
        let requests = guest.passthrough
        guard !requests.isEmpty else { return [] }
        let check = PassthroughCheck()
        let chosen = try check.choose(
            requests.compactMap { request in
                switch request.choice {
                case .address(let text): PCIAddress(text).map { .address($0) }
                case .match(let vendor, let device): .match(vendor: vendor, device: device)
                }
            })
        let (functions, loaded) = try await check.checkAndLoad(chosen.map(\.address))
        try MemoryLock.own().check(
            memory: guest.memory.bytes + pmem.filter(\.isLocked).map(\.size.bytes).reduce(0, +),
            // Behind an emulated IOMMU each function has mappings of its own.
            containers: guest.iommu == nil ? 1 : functions.count, for: requests[0].location.description)
        return zip(requests, functions).map { PassedFunction(name: $0.name, function: $1, loaded: loaded) }
    }

    /// For QEMU.
    var hostFunction: HostFunction { HostFunction(name: name, address: "\(function.address)") }

    /// For the record.
    var record: EnvironmentRecord.Passthrough {
        EnvironmentRecord.Passthrough(
            name: name, address: "\(function.address)", identity: function.identity, kind: function.kind,
            driver: function.driver, group: function.group ?? -1)
    }
}

extension PmemRequest {
    /// True if its pages count against the limit on locked memory: those of a device-dax node do not.
    fileprivate var isLocked: Bool {
        if case .devdax = backing { false } else { true }
    }
}
