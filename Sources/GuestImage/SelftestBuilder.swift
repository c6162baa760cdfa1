import Foundation
import HostProcess
public import SystemPackage
import TestPlan

/// Builds the kernel's selftests from Debian's source of a kernel, in a build root of the kernel's suite, and keeps
/// what `make install` leaves by the source and the collections.
public struct SelftestBuilder: Sendable {
    private let cache: Cache
    private let progress: @Sendable (String) -> Void

    private static let format = 1
    private static let limit = Duration.seconds(3600)
    /// The tree's directory in its entry of the cache.
    private static let name = "kselftest_install"
    /// Where the selftests lie in the kernel's source.
    private static let selftests = "tools/testing/selftests"
    /// Large directories of the source that no selftest looks into.
    private static let unused = ["drivers", "sound", "Documentation", "arch/[!x]*"]

    /// - Parameters:
    ///   - cache: where build roots and trees are kept.
    ///   - progress: gets a line for each thing that takes time.
    public init(cache: Cache, progress: @escaping @Sendable (String) -> Void) {
        self.cache = cache
        self.progress = progress
    }

    /// The installed tree of some collections.
    ///
    /// - Parameters:
    ///   - collections: such as `timers`; names of `TARGETS` in tools/testing/selftests/Makefile, sorted.
    ///   - kernel: one of Debian's.
    /// - Returns: the directory with `run_kselftest.sh`, alone in its entry of the cache but for the build's log.
    /// - Throws: `Failure` for another kernel, a collection that its source does not have, and one that cannot be built.
    public func tree(of collections: [String], for kernel: Kernel) async throws -> FilePath {
        let source = try await KernelSource.ensure(
            of: kernel, purpose: "selftests can be built",
            advice: "name what `make -C \(Self.selftests) install` made of its source, with `tree`", cache: cache,
            progress: progress)
        let toolchain = try await Toolchain.ensure(source.suite, for: .selftests, cache: cache, progress: progress)
        let hold = try cache.hold([source.entry, toolchain.entry])
        defer { hold.release() }
        let key = try await Digest.of(
            (["selftests \(Self.format)", source.sha256, toolchain.digest] + collections).joined(separator: "\n"))
        let compiler = "\(toolchain.compiler) \(toolchain.version(of: toolchain.compiler))"
        let entry = try await cache.ensure(.builds, key) { scratch in
            let work = scratch.appending("work")
            try makeDirectories(work)
            progress("unpacking \(source.label)")
            let tree = try await source.unpack(into: work, without: Self.unused)
            try Self.check(collections, in: tree.appending(Self.selftests), of: source)
            progress("building selftests of \(source.label) with \(compiler): \(collections.joined(separator: ", "))")
            let sandbox = BuildSandbox(root: toolchain.root, work: work)
            let place = BuildSandbox.place.appending(tree.lastComponent!)
            let jobs = ProcessInfo.processInfo.activeProcessorCount
            var log = try await make(["-C", place.string, "-j\(jobs)", "headers"], in: sandbox, source, collections)
            // Without FORCE_TARGETS what cannot be built is left out, and by default bpf is (the Makefile there).
            log += try await make(
                [
                    "-C", place.appending(Self.selftests).string, "TARGETS=\(collections.joined(separator: " "))",
                    "FORCE_TARGETS=1", "SKIP_TARGETS=",
                    "KSFT_INSTALL_PATH=\(BuildSandbox.place.appending(Self.name))", "install",
                ], in: sandbox, source, collections)
            let installed = work.appending(Self.name)
            try Self.checkList(of: installed, has: collections, of: source)
            guard rename(installed.string, scratch.appending(Self.name).string) == 0 else {
                throw Failure("cannot move the selftests: \(systemError())", on: installed.string, advice: "")
            }
            try await removeTree(work)
            try writeFile(scratch.appending("build.log"), Array(log.utf8))
            try BuildManifest(
                files: collections, compiler: compiler, warnings: [], purpose: "selftests of \(source.label)"
            ).write(to: scratch)
        }
        return entry.appending(Self.name)
    }

    /// Refuses collections that the source does not have.
    private static func check(_ collections: [String], in directory: FilePath, of source: KernelSource) throws {
        func isCollection(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: directory.appending(name).appending("Makefile").string)
        }
        guard let absent = collections.first(where: { !isCollection($0) }) else { return }
        let all = FileManager.default.enumerator(atPath: directory.string)?.compactMap { $0 as? String } ?? []
        let known = all.filter { $0.hasSuffix("/Makefile") }.map { String($0.dropLast("/Makefile".count)) }.sorted()
        throw Failure(
            "\(source.label) has no such collection of selftests", on: absent,
            advice: nearestSpelling(of: absent, among: known).map { "did you mean '\($0)'?" }
                ?? "it has \(known.filter { !$0.contains("/") }.joined(separator: ", "))", blame: .request)
    }

    /// Runs make, and returns what it said.
    private func make(
        _ words: [String], in sandbox: BuildSandbox, _ source: KernelSource, _ collections: [String]
    ) async throws -> String {
        let result = try await sandbox.command("make", ["--no-print-directory"] + words)
            .run(outputLimit: 16 << 20, timeout: Self.limit)
        let said = result.transcript
        if result.termination.isSuccess { return said }
        let errors = CompilerOutput(said, place: "\(BuildSandbox.place)/\(source.name)", source: source.name).errors
        let lines = errors.isEmpty ? said.split(whereSeparator: \.isNewline).suffix(8).map(String.init) : errors
        throw Failure(
            "the selftests cannot be built:\n" + lines.prefix(20).joined(separator: "\n") + "\n",
            on: "\(collections.joined(separator: ", ")) of \(source.label)",
            advice: "leave that collection out, or name a tree that was built elsewhere, with `tree`", blame: .request)
    }

    /// Each collection must have come to have tests.
    private static func checkList(of tree: FilePath, has collections: [String], of source: KernelSource) throws {
        let list = (try? BoundedRead.text(of: tree.appending("kselftest-list.txt"), limit: 4 << 20)) ?? ""
        let lines = list.split(whereSeparator: \.isNewline)
        for name in collections where !lines.contains(where: { $0.hasPrefix("\(name):") }) {
            throw Failure(
                "the collection has no test once it is built from \(source.label)", on: name,
                advice: "leave it out; its Makefile may build nothing on this machine", blame: .request)
        }
    }
}
