import Foundation
import HostProcess
public import SystemPackage
import TestPlan

/// Builds plans' own modules and programs, and keeps them by what they were built from.
public struct SourceBuilder: Sendable {
    private let cache: Cache
    private let progress: @Sendable (String) -> Void

    private static let format = 2
    private static let limit = Duration.seconds(900)

    /// - Parameters:
    ///   - cache: where toolchains, headers and builds are kept.
    ///   - progress: gets a line for each thing that takes time.
    public init(cache: Cache, progress: @escaping @Sendable (String) -> Void) {
        self.cache = cache
        self.progress = progress
    }

    /// The modules of a Kbuild directory for a kernel.
    ///
    /// Debian's kernels: against their headers, by the compiler of their suite.
    /// `build:PATH`: against the tree, by the host's compiler, which built it.
    ///
    /// - Throws: `Failure` with the compiler's errors; if the kernel has nothing to build against.
    public func modules(in source: FilePath, for kernel: Kernel) async throws -> BuiltFiles {
        let files = try SourceFiles(source)
        guard files.files.contains("Makefile") || files.files.contains("Kbuild") else {
            throw Failure(
                "no Makefile or Kbuild for the modules", on: source.string,
                advice: "add a Makefile with 'obj-m := NAME.o' (Documentation/kbuild/modules.rst)", blame: .request)
        }
        let ground = try await BuildGround.of(kernel, cache: cache, progress: progress)
        defer { ground.hold?.release() }
        let key = try await Digest.of(
            ["modules \(Self.format)", kernel.digest, ground.digest, ground.compiler, files.digest()]
                .joined(separator: "\n"))
        return try await build(files, key: key, compiler: ground.compiler, purpose: "modules for \(kernel.release)") {
            work in
            var sandbox = ground.sandbox
            sandbox.work = work
            let place = sandbox.root == nil ? work.string : BuildSandbox.place.string
            return (
                sandbox.command(
                    "make",
                    [
                        "--no-print-directory", "-C", ground.tree, "M=\(place)",
                        // What the kernel and its debug information say of places is about the plan's own directory.
                        "KCFLAGS=-ffile-prefix-map=\(place)=\(source.lastComponent?.string ?? "module")",
                    ] + ground.words + ["modules"]),
                place, ".ko"
            )
        }
    }

    /// Programs, one of each `.c` file in a directory, linked statically, so
    /// that one build serves every guest.
    ///
    /// - Throws: `Failure` with the compiler's errors.
    public func programs(in source: FilePath) async throws -> BuiltFiles {
        let files = try SourceFiles(source)
        let programs = files.files.filter { $0.hasSuffix(".c") && !$0.contains("/") }
        guard !programs.isEmpty else {
            throw Failure("no C program there", on: source.string, advice: "add NAME.c", blame: .request)
        }
        let toolchain = try await Toolchain.ensure(Toolchain.programSuite, cache: cache, progress: progress)
        let hold = try cache.hold([toolchain.entry])
        defer { hold.release() }
        let compiler = "\(toolchain.compiler) \(toolchain.version(of: toolchain.compiler))"
        let key = try await Digest.of(
            ["programs \(Self.format)", compiler, files.digest()].joined(separator: "\n"))
        return try await build(files, key: key, compiler: compiler, purpose: "programs") { work in
            let sandbox = BuildSandbox(root: toolchain.root, work: work)
            // make's own rule for one C file (GNU make manual, "Catalogue of Built-In Rules").
            let words = [
                "--no-print-directory", "CC=\(toolchain.compiler)", "CFLAGS=-O2 -g -Wall -Wextra -D_GNU_SOURCE",
                "LDFLAGS=-static -pthread", "-f", "/dev/null",
            ]
            return (
                sandbox.command("make", words + programs.map { String($0.dropLast(2)) }), BuildSandbox.place.string, ""
            )
        }
    }

    // MARK: A build

    private func build(
        _ sources: SourceFiles, key: String, compiler: String, purpose: String,
        _ command: (FilePath) -> (Command, place: String, suffix: String)
    ) async throws -> BuiltFiles {
        let entry = try await cache.ensure(.builds, key) { scratch in
            progress("building \(purpose) of \(sources.directory.lastComponent?.string ?? "") with \(compiler)")
            let work = scratch.appending("work")
            try makeDirectories(work)
            try sources.copy(to: work)
            let (command, place, suffix) = command(work)
            let result = try await command.run(outputLimit: 4 << 20, timeout: Self.limit)
            let said = result.text + result.errorText
            let output = CompilerOutput(said, place: place, source: sources.directory.string)
            guard result.termination.isSuccess else { throw Self.failure(output, said, sources.directory) }
            let made = try Self.made(in: work, besides: sources, suffix: suffix)
            guard !made.isEmpty else {
                throw Failure(
                    "the build made nothing", on: sources.directory.string, advice: "does its Makefile set obj-m?",
                    blame: .request)
            }
            for file in made {
                let name = FilePath(file).lastComponent!.string
                let bytes = try BoundedRead.bytes(of: work.appending(file), limit: 256 << 20)
                try writeFile(scratch.appending(name), bytes, mode: 0o755)
            }
            try writeFile(scratch.appending("build.log"), Array(said.utf8))
            try await removeTree(work)
            try BuildManifest(
                files: made.map { FilePath($0).lastComponent!.string }, compiler: compiler, warnings: output.warnings,
                purpose: "\(purpose) of \(sources.directory.removingLastComponent().lastComponent?.string ?? "")"
            ).write(to: scratch)
        }
        let built = try BuildManifest.read(entry).files(in: entry)
        for warning in built.warnings { progress("\(purpose): \(warning)") }
        return built
    }

    private static func failure(_ output: CompilerOutput, _ said: String, _ source: FilePath) -> Failure {
        let lines =
            output.errors.isEmpty
            ? said.split(whereSeparator: \.isNewline).suffix(8).map(String.init) : output.errors
        return Failure(
            "the build failed:\n" + lines.prefix(20).joined(separator: "\n") + "\n", on: source.string,
            advice: "correct the source", blame: .request)
    }

    /// The files with the suffix, or for programs the new ones without any.
    private static func made(in work: FilePath, besides sources: SourceFiles, suffix: String) throws -> [String] {
        let all = (FileManager.default.enumerator(atPath: work.string)?.allObjects as? [String]) ?? []
        if !suffix.isEmpty { return all.filter { $0.hasSuffix(suffix) }.sorted() }
        let wanted = sources.files.filter { $0.hasSuffix(".c") }.map { String($0.dropLast(2)) }
        return all.filter(wanted.contains).sorted()
    }
}
