import HostProcess
import Machine
import RemoteShell
import SystemPackage

/// The guest of a plan as a backend would get it, for somebody to read; it is not started.
public struct GuestDescription: Sendable {
    private let prepared: PreparedCell
    private let options: RunOptions

    /// - Parameters:
    ///   - prepared: the plan on its kernel, prepared for libvirt.
    ///   - options: how it would run.
    public init(_ prepared: PreparedCell, options: RunOptions) {
        self.prepared = prepared
        self.options = options
    }

    /// libvirt's domain XML. Its files in the scratch directory are gone when it is returned.
    ///
    /// - Throws: `Failure` if the guest's own files cannot be made, or it is not for libvirt.
    public func domainXML() async throws -> String {
        guard case .libvirt(let host) = prepared.backend else {
            throw Failure(
                "the guest is not for libvirt", on: prepared.cell.id, advice: "say --backend libvirt", blame: .request)
        }
        return try await withScratchDirectory { scratch in
            let keys = GuestKeys(try await SSHIdentity.make(in: scratch))
            let runner = CellRunner(
                prepared: prepared, starting: GuestStarting(options) { _ in }, options: options, directory: nil,
                report: { _ in })
            let shares = try runner.shareDirectories(in: scratch)
            let specification = try await runner.specification(shares: shares, keys: keys, in: scratch)
            return try await host.domainXML(for: specification, in: scratch)
        }
    }
}
