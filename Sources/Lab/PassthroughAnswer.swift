public import HostProcess

/// Whether a guest could have a function of the host.
public enum PassthroughAnswer: Sendable {
    /// It could. A run would first load these modules into the host's kernel, by names of modprobe(8); usually none.
    case free(loading: [String])
    /// It could not, and why.
    case refused(Failure)
}

extension PassthroughCheck {
    /// Whether a function could be given to a guest alone. Nothing is changed, so what the kernel says when a module
    /// is really loaded is not known yet.
    public func answer(for address: PCIAddress) async -> PassthroughAnswer {
        do {
            let functions = try checkHost([address])
            var missing: [String] = []
            if bus.tree.isOurs {
                missing = VFIOModules(tree: bus.tree).missing(binds: functions.contains { !$0.isBoundToVFIO })
                for name in missing where await !bus.tree.canLoad(name) {
                    missing = []
                    break
                }
            }
            if missing.isEmpty { try check([address]) }
            return .free(loading: missing)
        } catch let failure as Failure {
            return .refused(failure)
        } catch {
            return .refused(Failure("\(error)", on: "\(address)", advice: ""))
        }
    }
}
