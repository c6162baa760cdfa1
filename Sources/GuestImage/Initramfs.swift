import Foundation
import HostProcess
public import SystemPackage

/// The initramfs of a kernel: busybox, the modules that its root disk and
/// network need, and `images/init/initramfs-init` as `/init`.
public enum Initramfs {
    /// Drivers of what our guests have, in the order of loading. `virtio_pci`
    /// first: the others' devices appear behind it; with a virtio-iommu, only
    /// once that has its driver.
    private static let drivers = [
        "virtio_pci", "virtio_iommu", "virtio_blk", "nvme", "ext4", "virtio_net", "virtio_rng", "virtio_console",
        // Up to 5.10 there is one pvpanic; later the variants of each bus.
        "pvpanic", "pvpanic_pci", "pvpanic_mmio",
        "i6300esb",
    ]
    private static let required: Set<String> = ["virtio_pci", "virtio_blk", "ext4"]
    private static let buses: Set<String> = ["virtio_pci", "virtio_iommu"]
    private static let format = 2
    private static let moduleLimit = 64 << 20

    /// The initramfs for a kernel and an image, from the cache or made now.
    ///
    /// - Throws: `Failure` if the kernel lacks what a guest cannot start
    ///   without, or the cache cannot be written.
    /// - Returns: an uncompressed cpio archive, to which `write` adds what one guest alone has.
    public static func ensure(kernel: Kernel, image: RootImage, cache: Cache) async throws -> FilePath {
        let digest = try await digest(kernelDigest: kernel.digest, image: image)
        let entry = try await cache.ensure(.initramfs, digest) { scratch in
            let modules = try await ModuleSet(
                drivers, always: ["ext4"], root: kernel.modulesRoot, release: kernel.release)
            let lacking = modules.absent.filter(required.contains)
            guard lacking.isEmpty else {
                throw Failure(
                    "the kernel has no \(lacking.joined(separator: ", "))", on: kernel.name,
                    advice: "build it with virtio on PCI, virtio_blk and ext4, built in or as modules",
                    blame: .request)
            }
            let archive = try await archive(
                modules: modules, root: kernel.modulesRoot,
                busybox: BoundedRead.bytes(of: image.busybox, limit: 16 << 20),
                script: BoundedRead.bytes(of: image.initramfsInit, limit: 1 << 20))
            try writeFile(scratch.appending("initrd"), archive)
            try writeFile(scratch.appending("absent"), Array(modules.absent.joined(separator: "\n").utf8))
        }
        return entry.appending("initrd")
    }

    /// Names the content of the initramfs of a kernel and an image.
    static func digest(kernelDigest: String, image: RootImage) async throws -> String {
        let parts = [("busybox", image.busybox), ("init", image.initramfsInit)]
        let content = try await Digest.of(files: parts.map { (name: $0.0, path: $0.1) })
        return try await Digest.of("initramfs \(format) \(kernelDigest) \(content)")
    }

    /// The drivers a kernel does not have: a guest of it has no such device.
    ///
    /// - Parameter base: what `ensure` returned.
    public static func absentModules(of base: FilePath) throws -> [String] {
        try BoundedRead.text(of: base.removingLastComponent().appending("absent"), limit: 1 << 20)
            .split(separator: "\n").map(String.init)
    }

    /// Writes a guest's own initramfs: the base, and an archive of its files behind it.
    ///
    /// The files below `identity/` end up in the guest's `/run/vmharness`:
    /// `ssh_host_ed25519_key`, `authorized_keys`, `hostname`, and `init`
    /// (`fast`, `systemd` or a program's path).
    ///
    /// - Throws: `Failure` if a path leads out of the archive or the file cannot be written.
    public static func write(base: FilePath, files: [GuestFile], to target: FilePath) throws {
        var archive = CpioArchive()
        for file in files {
            let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
            guard !parts.contains(where: { ["", ".", ".."].contains($0) }), !file.path.utf8.contains(0) else {
                throw Failure("not a path within an initramfs", on: file.path, advice: "write it as identity/NAME")
            }
            archive.add(file)
        }
        archive.finish()
        // It holds the guest's private key.
        try writeFile(target, BoundedRead.bytes(of: base, limit: 256 << 20) + archive.bytes, mode: 0o600)
    }

    private static func archive(
        modules: ModuleSet, root: FilePath, busybox: [UInt8], script: [UInt8]
    ) async throws -> [UInt8] {
        var archive = CpioArchive()
        for directory in ["dev", "proc", "sys", "root", "identity"] { archive.addDirectory(directory) }
        archive.add(GuestFile(path: "bin/busybox", mode: 0o755, bytes: busybox))
        archive.addLink("bin/sh", to: "busybox")
        archive.add(GuestFile(path: "init", mode: 0o755, bytes: script))
        archive.add(GuestFile(path: "modules", text: modules.list(buses: buses)))
        for file in modules.files {
            let bytes = try await ModuleFile.decompressed(root.appending(file), limit: moduleLimit)
            archive.add(GuestFile(path: "lib/\(ModuleSet.unpackedName(file))", mode: 0o644, bytes: bytes))
        }
        archive.finish()
        return archive.bytes
    }
}
