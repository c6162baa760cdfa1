import HostProcess
public import SystemPackage

/// A kernel in the cache: its image, its modules, and a disk of them.
public struct Kernel: Sendable, Codable, Hashable {
    /// As it was asked for: `debian:6.1`.
    public let name: String
    /// What `uname -r` prints: `6.1.0-56-amd64`.
    public let release: String
    /// The package's version, `6.1.192-2`; empty if it is from no package.
    public let version: String
    /// `uname -v` and who built it, from the image's header; nil if it has none.
    public let banner: String?
    /// Names the content; the entry's name in the cache.
    public let digest: String
    /// The entry in the cache.
    public let directory: FilePath
    /// `NAME VERSION` of the packages it was made from.
    public let packages: [String]
    /// What the reader of a result should know: suites out of reach, an old index.
    public let notes: [String]

    /// The package's version; where there is no package, that which a Debian kernel has in its banner; else empty.
    public var packageVersion: String { version.isEmpty ? Self.debianVersion(in: banner ?? "") : version }

    /// The package in `… #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-08-30)`; empty if there is none.
    static func debianVersion(in banner: String) -> String {
        banner.firstMatch(of: /\ Debian ([0-9][0-9A-Za-z.+~:\-]*) \(/).map { String($0.output.1) } ?? ""
    }

    /// The compressed image (bzImage), for `-kernel`.
    public var vmlinuz: FilePath { directory.appending("vmlinuz") }
    /// The image unpacked (ELF), which QEMU boots by its PVH note without
    /// firmware and without unpacking: 1 to 2.5 s less when emulated. There is
    /// no address randomisation (KASLR) then. Nil if the kernel lacks the note.
    public var vmlinux: FilePath? { hasVmlinux ? directory.appending("vmlinux") : nil }
    /// The configuration; nil if it is unknown.
    public var config: FilePath? { hasConfig ? directory.appending("config") : nil }
    /// The modules, as `lib/modules/RELEASE` has them.
    public var modulesDirectory: FilePath { modulesRoot.appending("lib/modules").appending(release) }
    /// The root above `modulesDirectory`, for the `-d` and `-b` of kmod's programs.
    public var modulesRoot: FilePath { directory.appending("modules") }
    /// `modulesDirectory` as a read-only ext4 image.
    public var modulesImage: FilePath { directory.appending("modules.img") }

    private let hasVmlinux: Bool
    private let hasConfig: Bool

    init(name: String, directory: FilePath, digest: String, manifest: KernelManifest, notes: [String]) {
        self.name = name
        self.release = manifest.release
        self.version = manifest.version
        self.banner = manifest.banner
        self.digest = digest
        self.directory = directory
        self.packages = manifest.packages
        self.notes = notes
        self.hasVmlinux = manifest.hasVmlinux
        self.hasConfig = manifest.hasConfig
    }

    /// True if the kernel has the module, built in or as a file.
    ///
    /// - Parameter name: with `-` or `_`.
    public func hasModule(_ name: String) -> Bool {
        modulePath(name) != nil || isBuiltIn(name)
    }

    /// True if the module is part of the image.
    public func isBuiltIn(_ name: String) -> Bool {
        lines(of: "modules.builtin").contains { ModuleFile.name(of: String($0)) == ModuleFile.name(of: name) }
    }

    /// The names of all modules, built in and as files, with `_`, sorted.
    public var moduleNames: [String] {
        let files = lines(of: "modules.dep").map { ModuleFile.name(of: String($0.prefix { $0 != ":" })) }
        let builtIn = lines(of: "modules.builtin").map { ModuleFile.name(of: String($0)) }
        return Set(files + builtIn).sorted()
    }

    /// The file of a module, compressed or not; nil if it has none.
    ///
    /// - Parameter name: with `-` or `_`.
    public func modulePath(_ name: String) -> FilePath? {
        let wanted = ModuleFile.name(of: name)
        for line in lines(of: "modules.dep") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let file = String(line[..<colon])
            guard ModuleFile.name(of: file) == wanted, let relative = FilePath(file).lexicallyRelative else { continue }
            return modulesDirectory.appending(relative.string)
        }
        return nil
    }

    /// The value of an option of its configuration: `y`, `m`, a number, a text
    /// without its quotes; nil if it is not set or the configuration is unknown.
    ///
    /// - Parameter option: `CONFIG_VIRTIO_FS`.
    public func configValue(_ option: String) -> String? {
        guard let config, let text = try? BoundedRead.text(of: config, limit: 4 << 20) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("\(option)=") {
            let value = line.dropFirst(option.count + 1)
            guard value.count >= 2, value.first == "\"", value.last == "\"" else { return String(value) }
            return String(value.dropFirst().dropLast())
        }
        return nil
    }

    /// The same kernel under the name and with the notes of this request.
    func named(_ name: String, notes: [String]) -> Kernel {
        Kernel(name: name, directory: directory, digest: digest, manifest: manifest, notes: notes)
    }

    var manifest: KernelManifest {
        KernelManifest(
            release: release, version: version, banner: banner, packages: packages, hasVmlinux: hasVmlinux,
            hasConfig: hasConfig, name: name)
    }

    private func lines(of file: String) -> [Substring] {
        let text = try? BoundedRead.text(of: modulesDirectory.appending(file), limit: 16 << 20)
        return (text ?? "").split(separator: "\n")
    }
}

extension FilePath {
    /// Nil if the path leads out of the directory it is relative to.
    fileprivate var lexicallyRelative: FilePath? {
        let path = lexicallyNormalized()
        return path.isAbsolute || path.components.first == ".." ? nil : path
    }
}
