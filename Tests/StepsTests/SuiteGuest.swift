import Foundation
import Fstests
import GuestImage
import HostProcess
import Machine
import RemoteShell
import Steps
import SystemPackage
import TestPlan
import TestSupport

/// Guests for a suite alone, without plan, ladder and record: with its disks, one after the other on the same ones.
struct SuiteGuest {
    /// Where disks and logs lie.
    let directory: FilePath
    let kernel: KernelName
    /// The image of the suite's tree.
    let tree: FilePath
    let disks: [String: Int]

    /// The guest's console, as far as it has come.
    let console = Locked<[UInt8]>([])

    /// Boots a guest and runs `body` with what a step gets.
    func boot<Value: Sendable>(_ body: @Sendable @escaping (StepContext) async throws -> Value) async throws -> Value {
        let cache = Cache.standard()
        let definitions = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
            .appending("images")
        let kernel = try await KernelStore(cache: cache).resolve(kernel)
        let image = try await ImageStore(cache: cache, definitions: definitions).ensure("fstests")
        let base = try await Initramfs.ensure(kernel: kernel, image: image, cache: cache)
        return try await withScratchDirectory(in: directory) { scratch in
            let identity = try await SSHIdentity.make(in: scratch)
            let initrd = scratch.appending("initrd")
            try Initramfs.write(
                base: base,
                files: [
                    GuestFile(path: "identity/dropbear_ed25519_host_key", mode: 0o600, bytes: identity.hostKey),
                    GuestFile(path: "identity/authorized_keys", mode: 0o600, bytes: Array(identity.authorizedKey.utf8)),
                    GuestFile(path: "identity/hostname", text: "guest\n"),
                ], to: initrd)
            let specification = GuestSpecification(
                memory: 2 << 30, cpus: 2, accelerator: .tcg, kernel: kernel.vmlinux ?? kernel.vmlinuz, initrd: initrd,
                commandLine: KernelCommandLine.defaults(),
                disks: [
                    .init(serial: "root", image: image.disk, access: .layered),
                    .init(serial: "modules", image: kernel.modulesImage, access: .readOnly),
                    .init(serial: SuiteDisk.tree, image: tree, access: .readOnly),
                    .init(serial: SuiteDisk.results, image: try await results(), access: .writable),
                ] + (try disks.sorted { $0.key < $1.key }.map { try disk($0.key, size: $0.value) }), shares: [])
            let log = try BoundedFile(scratch.appending("qemu.log"), limit: 1 << 20)
            let console = console
            let ready = Signal()
            return try await withGuest(
                specification, logs: GuestLogs(qemu: log, virtiofsd: [:]),
                console: { bytes in
                    console.update { seen in
                        seen += Array(bytes)
                        if !ready.hasFired, String(decoding: seen, as: UTF8.self).contains("vmharness-init: ready") {
                            ready.fire()
                        }
                    }
                }
            ) { guest in
                try await withTimeout(
                    .seconds(300), orThrow: Failure("the guest did not come up", on: "a test", advice: "")
                ) { try await ready.wait() }
                return try await RemoteShell.with(
                    port: guest.sshPort, identity: identity, directory: guest.directory, timeout: .seconds(120)
                ) { shell in
                    try await body(
                        StepContext(shell: shell, directory: directory, shares: [:], moduleBytes: { _ in [] }))
                }
            }
        }
    }

    private func disk(_ name: String, size: Int) throws -> GuestSpecification.Disk {
        let path = directory.appending("\(name).img")
        if !FileManager.default.fileExists(atPath: path.string) {
            try Data().write(to: URL(fileURLWithPath: path.string))
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path.string))
            try file.truncate(atOffset: UInt64(size))
            try file.close()
        }
        return .init(serial: name, image: path, access: .writable)
    }

    private func results() async throws -> FilePath {
        let path = directory.appending("results.img")
        if !FileManager.default.fileExists(atPath: path.string) {
            try await Command("mke2fs", ["-q", "-F", "-t", "ext4", path.string, "256M"]).check()
        }
        return path
    }
}
