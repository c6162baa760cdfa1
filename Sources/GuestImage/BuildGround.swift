import HostProcess
import SystemPackage
import TestPlan

/// What a module is built against, and by which compiler.
struct BuildGround {
    /// Toolchain and headers, which may not be removed during the build.
    var hold: CacheHold?
    var sandbox: BuildSandbox
    var tree: String
    /// What make is told of the compiler.
    var words: [String] = []
    /// `gcc-12 12.2.0-14+deb12u1`
    var compiler: String
    var digest: String

    /// What modules for a kernel are built against: for Debian's its headers and the compiler of its suite, for
    /// `build:PATH` the tree and the compiler that built it.
    ///
    /// - Throws: `Failure` if the kernel has nothing to build against.
    static func of(
        _ kernel: Kernel, cache: Cache, progress: @escaping @Sendable (String) -> Void
    ) async throws -> BuildGround {
        if !kernel.packages.isEmpty {
            let headers = try await KernelHeaders.ensure(kernel, cache: cache, progress: progress)
            let toolchain = try await Toolchain.ensure(headers.suite, cache: cache, progress: progress)
            guard toolchain.compiler == headers.compiler else {
                throw Failure(
                    "the kernel was built by \(headers.compiler), its suite's build root has \(toolchain.compiler)",
                    on: kernel.release, advice: "the table of compilers in Toolchain.swift is too old")
            }
            let mounts = try headers.mounts()
            // Places to mount them at, in a root that nobody can write to later.
            for mount in mounts { try makeDirectories(toolchain.root.appending(String(mount.at.dropFirst()))) }
            return BuildGround(
                hold: try cache.hold([headers.entry, toolchain.entry]),
                sandbox: BuildSandbox(root: toolchain.root, mounts: mounts, work: ""),
                tree: KernelHeaders.place(kernel.release),
                compiler: "\(toolchain.compiler) \(toolchain.version(of: toolchain.compiler))", digest: headers.digest)
        }
        let tree: FilePath
        switch try KernelName(parsing: kernel.name) {
        case .build(let path):
            guard let objects = try BuiltTree(hostPath(path)).objects else {
                throw Failure(
                    "the tree that these modules were installed from is not there: nothing to build modules against",
                    on: kernel.name, advice: "name the tree, build:PATH", blame: .request)
            }
            tree = objects
        case .host: tree = FilePath("/lib/modules").appending(kernel.release).appending("build")
        default:
            throw Failure(
                "a kernel given as a file has nothing to build modules against", on: kernel.name,
                advice: "name its tree, build:PATH", blame: .request)
        }
        let symbols = tree.appending("Module.symvers")
        guard BuiltTree.isFile(symbols) else {
            throw Failure(
                "the tree has no Module.symvers", on: tree.string,
                advice: "build its modules (`make modules`); for the host's kernel install its headers", blame: .request
            )
        }
        let compiler = try await TreeCompiler.of(kernel)
        return BuildGround(
            sandbox: BuildSandbox(root: nil, work: ""), tree: tree.string, words: compiler.words,
            compiler: compiler.label, digest: try await Digest.of(files: [("Module.symvers", symbols)]))
    }
}
