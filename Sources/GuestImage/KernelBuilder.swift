import Foundation
import HostProcess
import SystemPackage

/// Makes a kernel's entry: `vmlinuz`, `vmlinux`, `config`, `modules/`, `modules.img`, `kernel.json`.
struct KernelBuilder {
    /// Where the parts come from.
    struct Parts {
        var vmlinuz: FilePath
        var config: FilePath?
        /// Nil if the image's header says it.
        var release: String?
        var version = ""
        var packages: [String] = []
    }

    /// Raised when entries are made otherwise, so that old ones are made again.
    static let format = 1

    let entry: FilePath
    let name: String
    let progress: @Sendable (String) -> Void

    private var modulesRoot: FilePath { entry.appending("modules") }

    /// The directory of the modules while the entry is made.
    func modulesDirectory(_ release: String) -> FilePath { modulesRoot.appending("lib/modules").appending(release) }

    /// Makes an entry from Debian's packages.
    ///
    /// - Parameters:
    ///   - packages: the image first.
    ///   - release: `uname -r`.
    func build(packages: [AptStanza], release: String, from archive: AptArchive) async throws {
        progress("downloading \(packages.map(\.label).joined(separator: ", "))")
        let debs = entry.appending("debs")
        let unpacked = entry.appending("unpacked")
        for directory in [debs, unpacked] { try makeDirectories(directory) }
        for deb in try await archive.download(packages, into: debs) {
            try await Command("dpkg-deb", ["--extract", deb.string, unpacked.string])
                .check(timeout: .seconds(600), advice: "check the free space")
        }
        // Up to trixie's 6.12, /boot has the image; modules lie in /lib or /usr/lib.
        let trees = ["usr/lib/modules/\(release)", "lib/modules/\(release)"].map { unpacked.appending($0) }
        guard let tree = trees.first(where: Self.exists) else {
            throw Failure("the packages have no modules for \(release)", on: packages[0].label, advice: "")
        }
        let places = [
            "vmlinuz": unpacked.appending("boot/vmlinuz-\(release)"),
            "config": unpacked.appending("boot/config-\(release)"),
        ]
        func find(_ file: String) -> FilePath? {
            [places[file], tree.appending(file)].compactMap(\.self).first(where: Self.exists)
        }
        guard let vmlinuz = find("vmlinuz") else {
            throw Failure("the packages have no kernel image", on: packages[0].label, advice: "")
        }
        let parts = Parts(
            vmlinuz: vmlinuz, config: find("config"), release: release, version: packages[0].version,
            packages: packages.map(\.label))
        try await finish(parts) { target in
            try makeDirectories(target.removingLastComponent())
            guard rename(tree.string, target.string) == 0 else {
                throw Failure("cannot move the modules: \(systemError())", on: target.string, advice: "")
            }
        }
        for directory in [debs, unpacked] { try await removeTree(directory) }
    }

    /// Completes the entry.
    ///
    /// - Parameter placeModules: makes the directory of modules at the path it is given.
    func finish(_ parts: Parts, placeModules: (FilePath) async throws -> Void) async throws {
        let image = try await BootImage(StrippedFile.of(kernel: parts.vmlinuz, in: entry))
        guard let release = parts.release ?? image.release, Self.isRelease(release) else {
            throw Failure(
                "the image does not say its release", on: parts.vmlinuz.string,
                advice: "name the directory of its modules, lib/modules/RELEASE", blame: .request)
        }
        let vmlinuz = entry.appending("vmlinuz")
        try writeFile(vmlinuz, image.bytes)
        let vmlinux = entry.appending("vmlinux")
        let unpacked = try await image.unpacked()
        if let unpacked { try writeFile(vmlinux, unpacked) }
        if image.isELF {
            guard BootImage.hasPVHNote(image.bytes) else {
                throw Failure(
                    "QEMU cannot boot this vmlinux: it has no PVH note", on: parts.vmlinuz.string,
                    advice: "build a bzImage, or a kernel with CONFIG_PVH=y", blame: .request)
            }
            guard link(vmlinuz.string, vmlinux.string) == 0 else {
                throw Failure("cannot make a link: \(systemError())", on: vmlinux.string, advice: "")
            }
        }
        if let config = parts.config {
            try writeFile(entry.appending("config"), BoundedRead.bytes(of: config, limit: 4 << 20))
        }

        let target = modulesDirectory(release)
        try await placeModules(target)
        try await indexModules(release)
        try KernelManifest(
            release: release, version: parts.version, banner: image.banner, packages: parts.packages,
            hasVmlinux: unpacked != nil || image.isELF, hasConfig: parts.config != nil, name: name
        )
        .write(to: entry)
    }

    /// Makes kmod's indexes of the modules, and the disk of both.
    func indexModules(_ release: String) async throws {
        progress("indexing the modules of \(release)")
        try await Command("depmod", ["-b", modulesRoot.string, release]).check(timeout: .seconds(300))
        try await FilesystemImage(
            label: "modules", uuid: "6d6f6475-6c65-4d00-8000-766d6861726e", size: nil, time: 1_735_689_600
        )
        .make(from: modulesDirectory(release), at: entry.appending("modules.img"))
    }

    /// A release becomes a directory's name.
    static func isRelease(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.first != "." && text.first != "-"
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-._~".contains($0)) }
    }

    private static func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }
}
