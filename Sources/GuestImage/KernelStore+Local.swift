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
        let modules = modules.map { $0.lexicallyNormalized() }
        if let modules, !Self.isDirectory(modules) {
            throw Failure(
                "no such directory of modules", on: modules.string,
                advice: "name the directory that holds kernel/ and modules.dep", blame: .request)
        }
        guard Self.isFile(vmlinuz) else {
            throw Failure(
                "no such kernel image", on: vmlinuz.string, advice: "name a bzImage (vmlinuz) or an ELF vmlinux",
                blame: .request)
        }
        let files = try modules.map { try Self.moduleFiles(in: $0) + Self.lists(in: $0) } ?? []
        // An ELF image does not say its release, the modules' directory does.
        let release = try BootImage(vmlinuz).release ?? modules?.lastComponent?.string
        return try await add(
            KernelBuilder.Parts(vmlinuz: vmlinuz, config: config, release: release),
            modules: files.map { ($0, modules!.appending($0)) }, name: name)
    }

    /// A built tree (kbuild): `arch/x86/boot/bzImage` and the modules where they were built.
    func addBuild(_ tree: FilePath, name: KernelName) async throws -> Kernel {
        let image = tree.appending("arch/x86/boot/bzImage")
        let releaseFile = tree.appending("include/config/kernel.release")
        guard let text = try? BoundedRead.text(of: releaseFile, limit: 4096), Self.isFile(image) else {
            throw Failure(
                "not a built kernel tree for x86", on: tree.string,
                advice: "build it (`make bzImage modules`), or name the directory it was built in (O=)",
                blame: .request)
        }
        let release = text.split(whereSeparator: \.isWhitespace).first.map(String.init)
        let lists = Self.lists(in: tree)
        // As `make modules_install` lays them out: kernel/ and the path in the tree.
        let modules = try Self.moduleFiles(in: tree).map { ("kernel/\($0)", tree.appending($0)) }
        let config = tree.appending(".config")
        return try await add(
            KernelBuilder.Parts(
                vmlinuz: image, config: Self.isFile(config) ? config : nil, release: release),
            modules: modules + lists.map { ($0, tree.appending($0)) }, name: name)
    }

    /// The kernel that runs here.
    func addHost(_ name: KernelName) async throws -> Kernel {
        let release =
            try BoundedRead.text(of: "/proc/sys/kernel/osrelease", limit: 4096)
            .split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        let modules = FilePath("/lib/modules").appending(release)
        let images = [FilePath("/boot/vmlinuz-\(release)"), modules.appending("vmlinuz")]
        guard let image = images.first(where: Self.isFile) else {
            throw Failure(
                "the host's kernel has no image here (a container, or a kernel from outside)", on: images[0].string,
                advice: "name another kernel, such as debian:6.12", blame: .request)
        }
        let config = FilePath("/boot/config-\(release)")
        return try await addFile(
            image, modules: Self.isDirectory(modules) ? modules : nil, config: Self.isFile(config) ? config : nil,
            name: name)
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
                }
        }
        return try kernel(name, at: entry, digest: digest)
    }

    private static func copy(_ source: FilePath, to target: FilePath) throws {
        try makeDirectories(target.removingLastComponent())
        do {
            // 6.x writes `.o` into a tree's modules.order; modules_install makes them paths of `.ko`.
            if source.lastComponent?.string == "modules.order" {
                let lines = try BoundedRead.text(of: source, limit: 16 << 20).split(separator: "\n").map { line in
                    let path = line.hasSuffix(".o") ? line.dropLast(2) + ".ko" : line
                    return path.hasPrefix("kernel/") ? String(path) : "kernel/\(path)"
                }
                try writeFile(target, Array((lines.joined(separator: "\n") + "\n").utf8))
            } else {
                try FileManager.default.copyItem(atPath: source.string, toPath: target.string)
            }
        } catch let error as CocoaError {
            throw Failure("cannot copy: \(error.localizedDescription)", on: source.string, advice: "check the disk")
        }
    }

    /// The lists that kbuild makes and depmod reads.
    private static func lists(in directory: FilePath) -> [String] {
        ["modules.order", "modules.builtin", "modules.builtin.modinfo"].filter { isFile(directory.appending($0)) }
    }

    /// The modules below a directory, relative to it and sorted.
    private static func moduleFiles(in directory: FilePath) throws -> [String] {
        guard let enumerator = FileManager.default.enumerator(atPath: directory.string) else {
            throw Failure("cannot read directory", on: directory.string, advice: "check the path", blame: .request)
        }
        var files: [String] = []
        for case let path as String in enumerator {
            // A package's build leaves a second copy of all modules below debian/;
            // build and source are links out of an installed directory.
            if ["debian", ".git", "build", "source"].contains(path) {
                enumerator.skipDescendants()
                continue
            }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let isModule = [".ko", ".ko.xz", ".ko.zst", ".ko.gz"].contains { name.hasSuffix($0) }
            if isModule, isFile(directory.appending(path)) { files.append(path) }
        }
        return files.sorted()
    }

    private static func isFile(_ path: FilePath) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory) && !isDirectory.boolValue
    }

    private static func isDirectory(_ path: FilePath) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
