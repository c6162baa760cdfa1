import Foundation
import HostProcess
import SystemPackage
public import TestPlan

/// Builds kernels with a module changed by a plan's patch, from the `linux-source` package of the kernel's very
/// version, and keeps them by kernel, module and patch.
public struct MutationBuilder: Sendable {
    private let cache: Cache
    private let progress: @Sendable (String) -> Void

    private static let format = 1
    private static let limit = Duration.seconds(900)
    private static let largestPatch = 1 << 20
    private static let largestModule = 256 << 20

    /// - Parameters:
    ///   - cache: where sources, build roots and mutated kernels are kept.
    ///   - progress: gets a line for each thing that takes time.
    public init(cache: Cache, progress: @escaping @Sendable (String) -> Void) {
        self.cache = cache
        self.progress = progress
    }

    /// Why a kernel cannot be changed so; nil if nothing speaks against it so far.
    public static func refusal(of mutation: Mutation, on kernel: Kernel) -> Diagnostic? {
        func refuse(_ message: String, _ advice: String) -> Diagnostic {
            Diagnostic(location: mutation.location, message: message, advice: advice)
        }
        guard !kernel.packages.isEmpty else {
            return refuse(
                "\(kernel.name) cannot be mutated: its source is not known",
                "use one of Debian's kernels; or apply the patch to your tree, and run the plan on that")
        }
        guard let path = kernel.modulePath(mutation.module) else {
            if kernel.isBuiltIn(mutation.module) {
                return refuse(
                    "'\(mutation.module)' is built into kernel \(kernel.release), and cannot be replaced",
                    "choose a kernel in which it is a module")
            }
            let near = nearestSpelling(of: mutation.module, among: kernel.moduleNames)
            return refuse(
                "kernel \(kernel.release) has no module '\(mutation.module)'",
                near.map { "did you mean '\($0)'?" } ?? "name one of its modules")
        }
        guard target(of: mutation, in: kernel) == nil else { return nil }
        let place = directory(of: path, in: kernel)
        return refuse(
            "'\(mutation.module)' of kernel \(kernel.release) is not built from \(mutation.source)",
            "its file lies in \(place): set 'source' to that, or to a directory above it")
    }

    /// The module's directory in the kernel's source: files lie below `kernel/` as their sources do in the tree.
    private static func directory(of path: FilePath, in kernel: Kernel) -> String {
        var relative = path
        _ = relative.removePrefix(kernel.modulesDirectory.appending("kernel"))
        return relative.removingLastComponent().string
    }

    /// What make is asked for, relative to the mutation's directory: `pci/vfio-pci.ko`; nil if the module lies elsewhere.
    private static func target(of mutation: Mutation, in kernel: Kernel) -> String? {
        guard let path = kernel.modulePath(mutation.module), let file = path.lastComponent?.string,
            let suffix = file.firstRange(of: ".ko")
        else { return nil }
        let place = directory(of: path, in: kernel) + "/"
        guard place.hasPrefix(mutation.source + "/") else { return nil }
        return place.dropFirst(mutation.source.count + 1) + String(file[..<suffix.lowerBound]) + ".ko"
    }

    /// The kernel with the module changed.
    ///
    /// - Parameters:
    ///   - stock: one of Debian's kernels, of which ``refusal(of:on:)`` said nothing.
    ///   - mutation: what to change.
    /// - Throws: `Failure` if the patch does not apply, with patch(1)'s words, or changes nothing; with the compiler's
    ///   errors; if the module would not fit the kernel.
    public func kernel(_ stock: Kernel, with mutation: Mutation) async throws -> MutatedKernel {
        guard let target = Self.target(of: mutation, in: stock), let stockFile = stock.modulePath(mutation.module)
        else {
            throw Failure("the kernel has no such module", on: mutation.module, advice: "")
        }
        let patchFile = FilePath(mutation.patch)
        let patch = try BoundedRead.bytes(of: patchFile, limit: Self.largestPatch)
        let key = try await Digest.of(
            [
                "mutation \(Self.format)", stock.digest, mutation.module, mutation.source,
                Digest.of(files: [("patch", patchFile)]),
            ].joined(separator: "\n"))
        let hold = try cache.hold([stock.directory])
        defer { hold.release() }
        let entry = try await cache.ensure(.mutations, key) { scratch in
            let work = scratch.appending("work")
            try makeDirectories(work)
            let built = try await build(target, mutation, patch, for: stock, in: work)
            let name = built.file.lastComponent!.string
            let buildID = try await check(built.file, against: stockFile, mutation, in: work)
            guard rename(built.file.string, scratch.appending(name).string) == 0 else {
                throw Failure("cannot move the module: \(systemError())", on: built.file.string, advice: "")
            }
            try writeFile(scratch.appending("build.log"), Array(built.log.utf8))
            try await removeTree(work)
            try await install(scratch.appending(name), as: stockFile, of: stock, in: scratch)
            try MutationManifest(
                kernel: stock.manifest, base: stock.digest, module: ModuleFile.name(of: mutation.module),
                patch: patchFile.lastComponent?.string ?? "", buildID: buildID, compiler: built.compiler,
                file: name
            ).write(to: scratch)
        }
        return try MutationManifest.read(entry).mutated(stock, at: entry, digest: key)
    }

    // MARK: The module

    private func build(
        _ target: String, _ mutation: Mutation, _ patch: [UInt8], for stock: Kernel, in work: FilePath
    ) async throws -> (file: FilePath, compiler: String, log: String) {
        let source = try await KernelSource.ensure(
            of: stock, purpose: "mutations can be built", advice: "apply the patch to a tree of your own",
            cache: cache, progress: progress)
        let ground = try await BuildGround.of(stock, cache: cache, progress: progress)
        defer { ground.hold?.release() }
        let sourceHold = try cache.hold([source.entry])
        defer { sourceHold.release() }
        progress("building \(mutation.module) of \(source.label) with \(mutation.name) by \(ground.compiler)")
        let tree = try await source.unpack(into: work, only: mutation.source)
        var log = try await apply(patch, of: mutation, to: tree, source, in: work)

        var sandbox = ground.sandbox
        sandbox.work = work
        let place = BuildSandbox.place.appending(source.name).appending(mutation.source).string
        // One module alone: kbuild takes its name as the goal, and the symbols of others from the headers' own
        // Module.symvers (Documentation/kbuild/modules.rst).
        let result = try await sandbox.command(
            "make",
            ["--no-print-directory", "-C", ground.tree, "M=\(place)"] + ground.words
                + ["KCFLAGS=-ffile-prefix-map=\(BuildSandbox.place)/\(source.name)/=", target]
        ).run(outputLimit: 4 << 20, timeout: Self.limit)
        log += result.transcript
        let file = tree.appending(mutation.source).appending(target)
        guard result.termination.isSuccess, FileManager.default.fileExists(atPath: file.string) else {
            let errors = CompilerOutput(
                result.transcript, place: "\(BuildSandbox.place)/\(source.name)", source: source.name
            ).errors
            let lines = errors.isEmpty ? result.transcript.split(separator: "\n").suffix(8).map(String.init) : errors
            throw Failure(
                "the mutated module cannot be built:\n" + lines.prefix(20).joined(separator: "\n") + "\n",
                on: "\(mutation.module) of \(source.label) with \(mutation.patch)",
                advice: "correct the patch; `source` must hold all that the module is built of", blame: .request)
        }
        return (file, ground.compiler, log)
    }

    /// Applies the patch, every hunk with its whole context, or refuses it with what patch(1) said.
    private func apply(
        _ patch: [UInt8], of mutation: Mutation, to tree: FilePath, _ source: KernelSource, in work: FilePath
    ) async throws -> String {
        let file = work.appending("mutation.patch")
        try writeFile(file, patch)
        // Only unified diffs: patch(1) has others carried out by ed. In the sandbox all the same.
        let result = try await BuildSandbox(root: nil, work: work).command(
            "patch",
            [
                "--unified", "--strip=1", "--fuzz=0", "--force", "--no-backup-if-mismatch",
                "--directory=\(tree)", "--input=\(file)",
            ]
        ).run(outputLimit: 1 << 20, timeout: .seconds(60))
        guard result.termination.isSuccess else {
            let said = result.transcript.split(whereSeparator: \.isNewline).prefix(12).joined(separator: "\n")
            throw Failure(
                "the patch does not apply to \(source.label):\n\(said)\n", on: mutation.patch,
                advice:
                    "it is applied by `patch -p1 --fuzz=0` to \(mutation.source) alone; make one for this kernel, or"
                    + " leave the kernel out", blame: .request)
        }
        return result.transcript
    }

    /// Makes sure that the module would load, and is another than the stock one.
    ///
    /// - Returns: its build id.
    private func check(
        _ built: FilePath, against stock: FilePath, _ mutation: Mutation, in work: FilePath
    ) async throws -> String {
        let plain = work.appending("stock.ko")
        try writeFile(plain, try await ModuleFile.decompressed(stock, limit: Self.largestModule))
        let (ours, theirs) = (try await field("vermagic", of: built), try await field("vermagic", of: plain))
        guard ours == theirs else {
            throw Failure(
                "the mutated module does not fit its kernel: vermagic '\(ours)', not '\(theirs)'",
                on: mutation.module, advice: "are the headers those of this kernel?")
        }
        // A sum over the sources without their comments (scripts/mod/sumversion.c), for modules that have a version.
        let (mine, other) = (try await field("srcversion", of: built), try await field("srcversion", of: plain))
        guard mine != other || mine.isEmpty else {
            throw Failure(
                "the patch changes nothing that the module is built of", on: mutation.patch,
                advice: "patch the code of a source of \(mutation.module)", blame: .request)
        }
        let (own, stocks) = (try await buildID(of: built), try await buildID(of: plain))
        guard let own, own != stocks else {
            throw Failure(
                "the module has no build id, by which it could be told from the stock one", on: mutation.module,
                advice: "", blame: .request)
        }
        return own
    }

    private func field(_ name: String, of file: FilePath) async throws -> String {
        try await Command("modinfo", ["-F", name, file.string])
            .check(timeout: .seconds(60), advice: "apt-get install kmod").text
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The build id of a module, which as a relocatable file has its notes in sections alone (readelf(1)).
    private func buildID(of file: FilePath) async throws -> String? {
        let result = try await Command("readelf", ["--notes", "--wide", file.string])
            .check(timeout: .seconds(60), advice: "install binutils")
        let words = result.text.split(whereSeparator: \.isWhitespace)
        guard let mark = words.indices.dropLast(2).first(where: { words[$0] == "Build" && words[$0 + 1] == "ID:" })
        else { return nil }
        let text = String(words[mark + 2])
        return text.count >= 16 && text.allSatisfy(\.isHexDigit) ? text : nil
    }

    // MARK: The kernel

    /// Makes the kernel's entry of links to the stock one's files, with the module in the place of its own.
    private func install(
        _ module: FilePath, as stockFile: FilePath, of stock: Kernel, in entry: FilePath
    ) async throws {
        func isThere(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: stock.directory.appending(name).string)
        }
        let parts = ["vmlinuz", "vmlinux", "config", "modules"].filter(isThere)
        try await Command(
            "cp", ["--archive", "--link", "--"] + parts.map { stock.directory.appending($0).string } + [entry.string]
        ).check(timeout: .seconds(300), advice: "check the free space")
        var relative = stockFile
        _ = relative.removePrefix(stock.directory)
        let target = entry.appending(relative.components.map(\.string).joined(separator: "/"))
        let stripped = entry.appending("stripped.ko")
        try await Command("strip", ["--strip-debug", "-o", stripped.string, "--", module.string])
            .check(timeout: .seconds(120), advice: "install binutils")
        let compressed = try await Self.compress(stripped, like: stockFile)
        // A new file under the name: the old one is also the stock kernel's.
        guard unlink(target.string) == 0, rename(compressed.string, target.string) == 0 else {
            throw Failure("cannot replace the module: \(systemError())", on: target.string, advice: "")
        }
        let builder = KernelBuilder(entry: entry, name: stock.name, progress: progress)
        try await builder.indexModules(stock.release)
    }

    /// The module in the form of the stock one. In-kernel decompression wants xz with CRC32
    /// (Documentation/staging/xz.rst).
    private static func compress(_ file: FilePath, like stock: FilePath) async throws -> FilePath {
        let command: Command? =
            switch stock.extension {
            case "xz": Command("xz", ["--check=crc32", "--lzma2=dict=1MiB", "--", file.string])
            case "zst": Command("zstd", ["-q", "--rm", "--", file.string])
            case "gz": Command("gzip", ["-n", "--", file.string])
            default: nil
            }
        guard let command, let suffix = stock.extension else { return file }
        try await command.check(timeout: .seconds(300), advice: "install \(command.executable)")
        return FilePath("\(file).\(suffix)")
    }
}
