import Foundation
import HostProcess
public import SystemPackage

/// A read-only disk with vmharness itself, for guests that are lab machines of their own: the programs that run, the
/// libraries they want, and the definitions of images, guests and plans. In the cache under the digest of all that.
///
/// In the guest it is `/opt/vmharness`: `libexec/` has the programs and the libraries of Swift, which are looked for
/// beside the program (`$ORIGIN`); `lib/` has those that the host's distribution brings, of which the guest takes only
/// what it lacks; the initramfs calls `setup`, which sees to that.
public struct HarnessImage: Sendable {
    /// The serial number by which the initramfs knows the disk.
    public static let serial = "vmharness-self"
    /// What begins the name of what was packed; raised when it is packed otherwise.
    private static let purpose = "vmharness 1"
    private static let definitions = ["images", "guests", "testplans"]
    private static let mostFiles = 10_000
    /// Bytes of a file among the definitions; larger ones are left out.
    private static let largestDefinition = 1 << 20

    let cache: Cache
    let data: FilePath

    /// - Parameters:
    ///   - cache: where the image lies.
    ///   - data: the directory that holds `images/`, `guests/` and `testplans/`.
    public init(cache: Cache, data: FilePath) {
        self.cache = cache
        self.data = data
    }

    /// The image, made if it is not in the cache.
    ///
    /// - Returns: a raw ext4 image.
    /// - Throws: `Failure` if a part of it cannot be read or packed.
    public func ensure() async throws -> FilePath {
        let programs = [try OwnProgram.path, try OwnProgram.beside("vmharness-keeper")]
        let files = try await programFiles(programs) + definitionFiles()
        let content = files.map { (name: $0.target, path: $0.source) }
        let digest = try await Digest.of("\(Self.purpose)\n\(Self.setup)\n" + Digest.of(files: content))
        let entry = try await cache.ensure(.trees, digest) { entry in
            let root = entry.appending("root")
            for file in files {
                let target = root.appending(FilePath(file.target).components)
                try makeDirectories(target.removingLastComponent())
                if file.isProgram {
                    try await Self.strip(file.source, to: target)
                } else {
                    try writeFile(
                        target, BoundedRead.bytes(of: file.source, limit: 64 << 20),
                        mode: access(file.source.string, X_OK) == 0 ? 0o755 : 0o644)
                }
            }
            try makeDirectories(root.appending("bin"))
            try makeDirectories(root.appending("lib"))
            guard symlink("../libexec/vmharness", root.appending("bin/vmharness").string) == 0 else {
                throw Failure("cannot make a link: \(systemError())", on: root.string, advice: "")
            }
            try writeFile(root.appending("setup"), Array(Self.setup.utf8), mode: 0o755)
            try await FilesystemImage(
                label: "vmharness", uuid: "73656c66-0000-4d00-8000-766d6861726e", size: nil, time: 1_735_689_600
            ).make(from: root, at: entry.appending(TreeImage.imageName))
            try await removeTree(root)
        }
        try await TreeImage(cache: cache).point(data, Self.purpose, to: digest)
        return entry.appending(TreeImage.imageName)
    }

    private struct File {
        /// Below `/opt/vmharness`.
        var target: String
        var source: FilePath
        /// ELF, of which the debug information stays here.
        var isProgram: Bool
    }

    /// The programs under their own names, and what ldd(1) finds for them but the C library, which is the guest's.
    private func programFiles(_ programs: [FilePath]) async throws -> [File] {
        var files: [File] = []
        for (program, name) in zip(programs, ["vmharness", "vmharness-keeper"]) {
            files.append(File(target: "libexec/\(name)", source: program, isProgram: true))
            // Our own program, so what ldd runs is what runs already.
            let list = try await Command("ldd", [program.string])
                .check(timeout: .seconds(60), advice: "apt-get install libc-bin; rebuild vmharness if it is not there")
            for library in try Self.libraries(list.text, of: program) {
                guard let name = library.lastComponent?.string, !Self.ofTheCLibrary(name) else { continue }
                let target = (Self.isDistributions(library) ? "lib/" : "libexec/") + name
                if !files.contains(where: { $0.target == target }) {
                    files.append(File(target: target, source: library, isProgram: true))
                }
            }
        }
        return files
    }

    /// The paths in the output of ldd(1): lines `NAME => PATH (ADDRESS)`.
    ///
    /// - Throws: `Failure` for `NAME => not found`.
    static func libraries(_ text: String, of program: FilePath) throws -> [FilePath] {
        try text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map { $0.trimmingCharacters(in: .whitespaces) }
            guard words.count >= 3, words[1] == "=>" else { return nil }
            guard words[2].hasPrefix("/") else {
                throw Failure("the library \(words[0]) is not found", on: program.string, advice: "see ldd(1)")
            }
            return FilePath(words[2])
        }
    }

    /// glibc's own: they fit their loader only.
    static func ofTheCLibrary(_ name: String) -> Bool {
        ["ld-linux", "libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libresolv.so", "libutil.so"]
            .contains(where: name.hasPrefix)
    }

    private static func isDistributions(_ library: FilePath) -> Bool {
        ["/lib/", "/lib64/", "/usr/lib/x86_64-linux-gnu/"].contains(where: library.string.hasPrefix)
    }

    /// The regular files of the definitions; links are not followed.
    private func definitionFiles() throws -> [File] {
        var files: [File] = []
        for directory in Self.definitions {
            let top = data.appending(directory)
            let names = FileManager.default.enumerator(atPath: top.string)
            while let name = names?.nextObject() as? String {
                let source = top.appending(FilePath(name).components)
                guard names?.fileAttributes?[.type] as? FileAttributeType == .typeRegular,
                    // Images and trees that somebody keeps beside a plan are not what a lab machine needs of it.
                    (names?.fileAttributes?[.size] as? Int ?? .max) <= Self.largestDefinition
                else { continue }
                files.append(File(target: "\(directory)/\(name)", source: source, isProgram: false))
                guard files.count <= Self.mostFiles else {
                    throw Failure(
                        "there are more than \(Self.mostFiles) files", on: top.string,
                        advice: "is this the directory of vmharness's definitions?", blame: .request)
                }
            }
        }
        return files.sorted { $0.target < $1.target }
    }

    /// Copies a program without its debug information; as it is where there is no strip(1).
    private static func strip(_ source: FilePath, to target: FilePath) async throws {
        guard (try? await Command("strip").path()) != nil else {
            try await Command("cp", ["--dereference", "--", source.string, target.string]).check(timeout: .seconds(120))
            return
        }
        try await Command("strip", ["--strip-all", "-o", target.string, "--", source.string])
            .check(timeout: .seconds(120), advice: "is it whole?")
    }

    /// Run by the initramfs, with the guest's root as its own and without `/dev`.
    private static let setup = """
        #!/bin/sh
        # Gives the guest the libraries that it has not, and vmharness a place in PATH.
        known=$(/sbin/ldconfig -p)
        for file in /opt/vmharness/lib/*; do
            name=${file##*/}
            case "$known" in *"\t$name "*) continue ;; esac
            ln -sf "$file" "/usr/local/lib/$name" && added=1
        done
        [ -z "$added" ] || /sbin/ldconfig || exit 1
        ln -sf /opt/vmharness/bin/vmharness /usr/local/bin/vmharness

        """
}
