import HostProcess

/// What must be in the host's kernel for a function to be given away.
struct VFIOModules {
    let tree: SystemTree

    /// The modules that are not loaded.
    ///
    /// - Parameter binds: whether something is to be bound to vfio-pci: one of its variants may hold all there is.
    func missing(binds: Bool) -> [String] {
        var needs = [("sys/module/vfio_iommu_type1", "vfio_iommu_type1")]
        if binds { needs.insert(("sys/bus/pci/drivers/\(VFIODriver.name)", "vfio-pci"), at: 0) }
        return needs.filter { !tree.exists(tree.path($0.0)) }.map(\.1)
    }
}

extension PassthroughCheck {
    /// As ``check(_:)``, but loads vfio's modules where they alone are missing and we may bind.
    ///
    /// - Returns: the functions as they are now, and the modules that were loaded.
    /// - Throws: `Failure` with what is in the way.
    public func checkAndLoad(_ addresses: [PCIAddress]) async throws -> (functions: [HostPCIFunction], loaded: [String])
    {
        let functions = try checkHost(addresses)
        let modules = VFIOModules(tree: bus.tree)
        var loaded: [String] = []
        if bus.tree.isOurs {
            for name in modules.missing(binds: functions.contains { !$0.isBoundToVFIO }) {
                // One may have come along with the one before.
                guard modules.missing(binds: true).contains(name) else { continue }
                // What it says is not told: the check below has the words.
                guard (try? await bus.tree.load(name)) != nil else { continue }
                loaded.append(name)
            }
            try Task.checkCancellation()
        }
        return (try check(addresses), loaded)
    }
}
