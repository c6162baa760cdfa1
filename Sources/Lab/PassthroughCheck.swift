import Foundation
import HostProcess
import SystemPackage

/// What is looked at before a function is taken, so that a refusal names its cause, and comes before anything is
/// changed.
public struct PassthroughCheck: Sendable {
    let bus: PCIBus
    private let needs: HostNeeds
    private let devices: ClassDevices

    /// Looks at the host as it is now.
    public init(_ bus: PCIBus = PCIBus()) {
        self.bus = bus
        needs = HostNeeds(bus.tree)
        devices = needs.devices
    }

    /// Checks functions that are to be given to one guest.
    ///
    /// - Throws: `Failure` with the first thing in the way: blamed on the request where this host cannot give the
    ///   function at all, on the host where something has to be done first.
    /// - Returns: the functions as they are now.
    @discardableResult
    public func check(_ addresses: [PCIAddress]) throws -> [HostPCIFunction] {
        let functions = try checkHost(addresses)
        try checkDriver(of: functions)
        return functions
    }

    /// All but the driver.
    ///
    /// - Parameter taken: what else of the host is taken from its drivers.
    @discardableResult
    func checkHost(_ addresses: [PCIAddress], taken: Set<PCIAddress> = []) throws -> [HostPCIFunction] {
        let functions = try addresses.map(existing)
        for function in functions {
            try checkUse(of: function)
            try checkIOMMU(of: function)
        }
        try checkTogether(functions, taken: taken.union(addresses))
        return functions
    }

    /// Whether functions can go to one guest: their groups are viable with all of `taken` taken, and none goes as the
    /// other does.
    func checkTogether(_ functions: [HostPCIFunction], taken: Set<PCIAddress>) throws(Failure) {
        try checkVirtual(among: functions)
        try checkGroups(of: functions, taken: taken)
    }

    /// A physical function that its driver lets go of has no virtual ones any more: they come and go with the driver
    /// (pci_disable_sriov in the kernel's drivers, and its Documentation/PCI/pci-iov-howto.rst).
    private func checkVirtual(among functions: [HostPCIFunction]) throws(Failure) {
        for function in functions {
            let virtual = bus.virtualFunctions(of: function.address)
            guard let taken = functions.first(where: { virtual.contains($0.address) }) else { continue }
            throw Failure(
                "it is a virtual function of \(function.address), which goes to the same guest", on: "\(taken.address)",
                advice: "ask for one of the two: taken from its driver, the physical function has no virtual ones",
                blame: .request)
        }
    }

    /// Whether their groups are viable with them taken.
    private func checkGroups(of functions: [HostPCIFunction], taken: Set<PCIAddress>) throws(Failure) {
        for function in functions {
            guard let group = function.group,
                let refusal = GroupViability(of: group, on: bus, taken: taken).refusal(of: function.address)
            else { continue }
            throw refusal
        }
    }

    private func existing(_ address: PCIAddress) throws -> HostPCIFunction {
        if let function = bus.function(at: address, devices) { return function }
        let all = bus.functions()
        let near = all.filter {
            $0.address.bus == address.bus && $0.address.domain == address.domain
        }.map { "\($0.address) (\($0.kind))" }
        throw Failure(
            "no PCI function at this address", on: "\(address)",
            advice: (near.isEmpty ? "" : "on that bus: \(near.prefix(4).joined(separator: ", ")); ")
                + "`vmharness lab devices` lists all \(all.count)", blame: .request)
    }

    private func checkUse(of function: HostPCIFunction) throws {
        let reasons = needs.reasons(for: function.address)
        guard reasons.isEmpty else {
            throw Failure(
                "the host needs this \(function.kind): it \(reasons.joined(separator: "; it "))",
                on: "\(function.address)", advice: "name another; `vmharness lab devices` shows which are free",
                blame: .request)
        }
        guard !function.isBridge, !PCIClass.isBridge(function.classCode), !PCIClass.isIOMMU(function.classCode) else {
            throw Failure(
                "it is part of the host's own fabric (\(function.kind))", on: "\(function.address)",
                advice: "name a function behind it", blame: .request)
        }
    }

    private func checkIOMMU(of function: HostPCIFunction) throws {
        let state = IOMMUState(tree: bus.tree)
        guard function.group != nil else { throw state.absence(on: function.address) }
        if let missing = state.missingRemapping(on: function.address) { throw missing }
    }

    private func checkDriver(of functions: [HostPCIFunction]) throws {
        guard let first = functions.first else { return }
        let binds = functions.contains { !$0.isBoundToVFIO }
        if let name = VFIOModules(tree: bus.tree).missing(binds: binds).first {
            throw Failure("the kernel has no \(name) loaded", on: "\(first.address)", advice: "modprobe \(name)")
        }
        if let function = functions.first(where: { !$0.isBoundToVFIO }), !bus.tree.isOurs {
            throw Failure(
                "not bound to vfio-pci but \(function.driver.map { "to \($0)" } ?? "to no driver"), "
                    + "and only root may bind it", on: "\(function.address)",
                advice: "run vmharness as root, or have root bind it once: `driverctl set-override "
                    + "\(function.address) vfio-pci`, and give you /dev/vfio/\(function.group!)")
        }
    }
}
