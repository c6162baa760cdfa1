import Foundation
import HostProcess
import SystemPackage
import TestPlan

/// Kernels that are on this machine already: a built tree, files, its own.
extension KernelStore {
    /// An image with its directory of modules (`lib/modules/RELEASE`).
    func addFile(_ vmlinuz: FilePath, modules: FilePath?, config: FilePath? = nil, name: KernelName) async throws
        -> Kernel
    {
        if let modules, !BuiltTree.isDirectory(modules) {
            throw Failure(
                "no such directory of modules", on: modules.string,
                advice: "name the directory that holds kernel/ and modules.dep", blame: .request)
        }
        guard BuiltTree.isFile(vmlinuz) else {
            throw Failure(
                "no such kernel image", on: vmlinuz.string, advice: "name a bzImage (vmlinuz) or an ELF vmlinux",
                blame: .request)
        }
        let files = try modules.map { try BuiltTree.moduleFiles(in: $0) + BuiltTree.lists(in: $0) } ?? []
        // An ELF image does not say its release, the modules' directory does.
        let release =
            try BootImage.isELF(vmlinuz) ? modules?.lastComponent?.string : BootImage(vmlinuz).release
        return try await add(
            KernelBuilder.Parts(vmlinuz: vmlinuz, config: config, release: release),
            modules: files.map { ($0, modules!.appending($0)) }, name: name)
    }

    /// A kernel that somebody compiled here.
    func addBuild(_ directory: FilePath, name: KernelName) async throws -> Kernel {
        let tree = try BuiltTree(directory)
        let kernel = try await add(
            KernelBuilder.Parts(vmlinuz: tree.image, config: tree.config, release: tree.release),
            modules: tree.files, name: name)
        // `make vmlinux` alone leaves the bzImage of before, and the old kernel would be tested for the new one.
        if let built = tree.vmlinux.flatMap(BuildID.init), let image = kernel.vmlinux.flatMap(BuildID.init),
            built != image
        {
            throw Failure(
                "the image is not that of the vmlinux in the tree: one of them is older", on: tree.image.string,
                advice: "finish the build (`make bzImage modules`)", blame: .request)
        }
        return kernel
    }

    /// The kernel that runs here.
    func addHost(_ name: KernelName) async throws -> Kernel {
        let release =
            try BoundedRead.text(of: "/proc/sys/kernel/osrelease", limit: 4096)
            .split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        let modules = FilePath("/lib/modules").appending(release)
        let images = [FilePath("/boot/vmlinuz-\(release)"), modules.appending("vmlinuz")]
        guard let image = images.first(where: BuiltTree.isFile) else {
            throw Failure(
                "the host's kernel has no image here (a container, or a kernel from outside)", on: images[0].string,
                advice: "name another kernel, such as debian:6.12", blame: .request)
        }
        let config = FilePath("/boot/config-\(release)")
        return try await addFile(
            image, modules: BuiltTree.isDirectory(modules) ? modules : nil,
            config: BuiltTree.isFile(config) ? config : nil, name: name)
    }

    private func add(
        _ parts: KernelBuilder.Parts, modules: [(name: String, path: FilePath)], name: KernelName
    ) async throws -> Kernel {
        progress("reading \(parts.vmlinuz) and \(modules.count) files of modules")
        let named = [("vmlinuz", parts.vmlinuz)] + (parts.config.map { [("config", $0)] } ?? []) + modules
        let content = try await Digest.of(files: named.map { (name: $0.0, path: $0.1) })
        let digest = try await Digest.of("kernel \(KernelBuilder.format) \(parts.release ?? "") \(content)")
        let entry = try await cache.ensure(.kernels, digest) { scratch in
            try await KernelBuilder(entry: scratch, name: name.description, progress: progress)
                .finish(parts) { target in
                    try makeDirectories(target)
                    for module in modules { try Self.copy(module.path, to: target.appending(module.name)) }
                    try await StrippedFile.stripModules(modules.map { target.appending($0.name) })
                }
        }
        return try kernel(name, at: entry, digest: digest)
    }

    private static func copy(_ source: FilePath, to target: FilePath) throws {
        try makeDirectories(target.removingLastComponent())
        do {
            if source.lastComponent?.string == "modules.order" {
                let modules = BuiltTree.modules(inOrder: try BoundedRead.text(of: source, limit: 16 << 20))
                try writeFile(target, Array(modules.map { "kernel/\($0)\n" }.joined().utf8))
            } else {
                try FileManager.default.copyItem(atPath: source.string, toPath: target.string)
            }
        } catch let error as CocoaError {
            throw Failure("cannot copy: \(error.localizedDescription)", on: source.string, advice: "check the disk")
        }
    }
}
