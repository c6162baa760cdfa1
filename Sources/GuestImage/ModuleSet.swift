import HostProcess
import SystemPackage

/// The modules an initramfs needs, as kmod resolves them for a kernel.
struct ModuleSet: Hashable {
    /// One module asked for, with the files to load for it.
    struct Driver: Hashable {
        let name: String
        /// The devices it serves, as globs over modalias; `*` if it is always wanted.
        let globs: [String]
        /// Paths below the root of the modules, in the order of loading, the
        /// module itself last. Empty if it is built in.
        let files: [String]
    }

    /// In the order they were asked for.
    private(set) var drivers: [Driver] = []
    /// The modules the kernel does not have.
    private(set) var absent: [String] = []

    /// Resolves modules by `modprobe --show-depends`, soft dependencies included.
    ///
    /// - Parameters:
    ///   - names: in the order of loading.
    ///   - always: those that are loaded whatever devices there are.
    init(_ names: [String], always: Set<String>, root: FilePath, release: String) async throws {
        let directory = root.appending("lib/modules").appending(release)
        let aliases = Self.aliases(
            try BoundedRead.text(of: directory.appending("modules.alias"), limit: 64 << 20))
        for name in names {
            // -C: the host's modprobe.d may blacklist or replace what the guest needs.
            let result = try await Command(
                "modprobe",
                ["-d", root.string, "-S", release, "-C", "/dev/null", "--show-depends", "--", name],
                environment: ["MODPROBE_OPTIONS": ""]
            ).run(timeout: .seconds(60))
            guard result.termination.isSuccess else {
                absent.append(name)
                continue
            }
            drivers.append(
                Driver(
                    name: name, globs: always.contains(name) ? ["*"] : aliases[ModuleFile.name(of: name)] ?? [],
                    files: Self.files(result.text, root: root)))
        }
    }

    /// The paths in the output of `modprobe --show-depends`: lines `insmod PATH `
    /// and `builtin NAME`. There are no options, for no configuration is read.
    static func files(_ output: String, root: FilePath) -> [String] {
        var files: [String] = []
        for line in output.split(separator: "\n") where line.hasPrefix("insmod ") {
            var path = line.dropFirst("insmod ".count)
            if path.hasPrefix(root.string) { path = path.dropFirst(root.string.count) }
            while path.last == " " { path = path.dropLast() }
            let relative = String(path.drop { $0 == "/" })
            if !files.contains(relative) { files.append(relative) }
        }
        return files
    }

    /// The globs by module of `modules.alias`: `alias GLOB MODULE` (modules.alias(5)).
    static func aliases(_ text: String) -> [String: [String]] {
        var aliases: [String: [String]] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("alias ") {
            let words = line.split(separator: " ")
            // Only the buses that the initramfs looks at.
            guard words.count == 3, ["pci:", "virtio:", "acpi"].contains(where: words[1].hasPrefix) else { continue }
            aliases[ModuleFile.name(of: String(words[2])), default: []].append(String(words[1]))
        }
        return aliases
    }

    /// All files, each once.
    var files: [String] {
        var seen: Set<String> = []
        return drivers.flatMap(\.files).filter { seen.insert($0).inserted }
    }

    /// The list that the initramfs's `/init` reads: `GLOBS|FILES`, and `rescan`
    /// where it must look for devices again, since drivers of buses find more.
    ///
    /// - Parameter buses: the modules behind which devices appear.
    func list(buses: Set<String>) -> String {
        var lines = ["rescan|"]
        for driver in drivers {
            if !driver.files.isEmpty && !driver.globs.isEmpty {
                lines.append(
                    driver.globs.joined(separator: " ") + "|"
                        + driver.files.map(Self.unpackedName).joined(separator: " "))
            }
            if buses.contains(driver.name) { lines.append("rescan|") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `virtio-rng.ko` of `lib/modules/…/virtio-rng.ko.xz`: its name in the initramfs, unpacked.
    static func unpackedName(_ file: String) -> String {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        return name.firstRange(of: ".ko.").map { String(name[..<$0.lowerBound]) + ".ko" } ?? name
    }
}
