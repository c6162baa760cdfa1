import Foundation
import HostProcess
import SystemPackage

/// The compilers of a Debian suite, in a root of their own: newer suites'
/// `linux-kbuild` programs need a newer C library than the host's, and a module
/// must be built by the compiler that built its kernel.
struct Toolchain {
    /// What a root is for.
    enum Purpose: String, CaseIterable {
        /// Modules and programs of plans.
        case plans
        /// The kernel's selftests, which want libraries.
        case selftests
    }

    /// The suite, such as `bookworm`.
    let suite: String
    /// Names the content.
    let digest: String
    /// The entry in the cache.
    let entry: FilePath

    /// The root directory, read-only by agreement.
    var root: FilePath { entry.appending("root") }

    /// Raised when toolchains are made otherwise.
    private static let format = 1

    /// What Debian's kernels of a suite, its backports included, are built by, and
    /// the libraries that the programs in `linux-kbuild-*` are linked with.
    static let packages: [String: [String]] = [
        "bullseye": ["gcc-10", "libelf1", "libssl1.1", "zlib1g"],
        "bookworm": ["gcc-12", "libelf1", "libssl3", "zlib1g", "pahole"],
        "trixie": ["gcc-14", "libelf1t64", "libssl3t64", "zlib1g", "pahole"],
    ]
    private static let everywhere = ["make", "libc6-dev"]
    /// `make headers`, `make install`, and the libraries of the usual collections: those of bpf, which want a clang of
    /// the kernel's age, are left out, and 32-bit programs, whose libraries no guest has.
    private static let forSelftests = [
        "gcc", "rsync", "pkg-config", "libcap-dev", "libcap-ng-dev", "libmount-dev", "libnuma-dev", "libpopt-dev",
        "libfuse-dev", "libmnl-dev", "libelf-dev", "libssl-dev", "libasound2-dev", "zlib1g-dev",
    ]

    /// The suite whose toolchain builds programs for the guests: that of the images.
    static let programSuite = "trixie"

    /// The compiler of a suite, such as `gcc-14`.
    var compiler: String { Self.packages[suite]?.first { $0.hasPrefix("gcc-") } ?? "gcc" }

    /// Returns a suite's toolchain, made first if it is not in the cache.
    ///
    /// - Throws: `Failure` for a suite we know no compiler of; as `Bootstrap.make`.
    static func ensure(
        _ suite: String, for purpose: Purpose = .plans, cache: Cache, progress: @Sendable (String) -> Void
    ) async throws -> Toolchain {
        guard let own = packages[suite] else {
            throw Failure(
                "no compiler is known for this suite", on: suite,
                advice: "known: \(packages.keys.sorted().joined(separator: ", "))", blame: .request)
        }
        let all = packages(of: suite, for: purpose)
        let digest = try await digest(of: suite, for: purpose)
        let entry = try await cache.ensure(.toolchains, digest) { scratch in
            progress(
                "making a build root of \(suite) with \(own[0])"
                    + (purpose == .selftests ? " and the libraries of selftests" : ""))
            let root = scratch.appending("root")
            try await Bootstrap(suite: suite, packages: all, purpose: "build root of \(suite)", time: 1_735_689_600)
                .make(root, scratch: scratch)
            try makeDirectories(root.appending(BuildSandbox.place.string))
            let installed = try await Bootstrap.installedPackages(root)
            try writeFile(scratch.appending("packages"), Array((installed.joined(separator: "\n") + "\n").utf8))
        }
        return Toolchain(suite: suite, digest: digest, entry: entry)
    }

    /// Names the content of a suite's toolchain.
    static func digest(of suite: String, for purpose: Purpose = .plans) async throws -> String {
        let all = packages(of: suite, for: purpose)
        return try await Digest.of("toolchain \(format)\n\(suite)\n" + all.joined(separator: "\n"))
    }

    private static func packages(of suite: String, for purpose: Purpose) -> [String] {
        (packages[suite] ?? []) + everywhere + (purpose == .selftests ? forSelftests : [])
    }

    /// The version of a package in it; empty if it is not there.
    func version(of package: String) -> String {
        let lines = (try? BoundedRead.text(of: entry.appending("packages"), limit: 1 << 20)) ?? ""
        return lines.split(separator: "\n").first { $0.hasPrefix("\(package) ") }
            .map { String($0.dropFirst(package.count + 1)) } ?? ""
    }
}
