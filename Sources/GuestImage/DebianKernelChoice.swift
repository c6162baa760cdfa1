import HostProcess
import TestPlan

/// Which of Debian's packages are the kernel that a name asks for.
enum DebianKernelChoice {
    private static let prefix = "linux-image-"
    private static let unsigned = "-unsigned"
    private static let architecture = "-amd64"

    /// `6.1.0-56-amd64` of `linux-image-6.1.0-56-amd64-unsigned`; nil for
    /// other packages, metapackages among them.
    static func release(ofPackage name: String) -> String? {
        guard name.hasPrefix(prefix) else { return nil }
        var release = name.dropFirst(prefix.count)
        if release.hasSuffix(unsigned) { release = release.dropLast(unsigned.count) }
        guard release.first?.isNumber == true, release.hasSuffix(architecture) else { return nil }
        return String(release)
    }

    /// `cloud` of `6.1.0-56-cloud-amd64`; nil for the ordinary kernel.
    static func flavour(ofRelease release: String) -> String? {
        let word = release.dropLast(architecture.count).split(separator: "-").last.map(String.init)
        return word.flatMap { KernelName.debianFlavours.contains($0) ? $0 : nil }
    }

    /// `6.1` of `6.1.0-56-amd64` and of `6.1.192-2`.
    static func series(of text: String) -> String {
        text.split(whereSeparator: { !$0.isNumber && $0 != "." }).first
            .map { $0.split(separator: ".").prefix(2).joined(separator: ".") } ?? ""
    }

    /// The image packages that could be meant.
    static func candidates(for name: KernelName, among packages: [String]) -> [String] {
        packages.filter { package in
            guard let release = release(ofPackage: package) else { return false }
            return switch name {
            case .debian(let series, let flavour):
                self.series(of: release) == series && self.flavour(ofRelease: release) == flavour
            case .debianExact(let exact): release == exact
            case .build, .file, .host: false
            }
        }
    }

    /// The newest of the stanzas, the signed one of two equals.
    ///
    /// Most are told apart by the numbers of the upstream version; dpkg is
    /// asked only where those are equal.
    static func newest(
        of stanzas: [AptStanza],
        isNewer: (String, String) async throws -> Bool = { try await AptArchive.isNewer($0, than: $1) }
    ) async throws -> AptStanza? {
        let upstream = stanzas.map { upstreamNumbers($0.version) }
        guard let top = upstream.max(by: { $0.lexicographicallyPrecedes($1) }) else { return nil }
        let finalists = zip(stanzas, upstream).filter { $0.1 == top }.map(\.0)
        var best = finalists[0]
        for candidate in finalists.dropFirst() {
            if candidate.version == best.version {
                if best.name.hasSuffix(unsigned) { best = candidate }
            } else if try await isNewer(candidate.version, best.version) {
                best = candidate
            }
        }
        return best
    }

    /// `[6, 12, 117]` of `6.12.117-1~deb12u1`.
    static func upstreamNumbers(_ version: String) -> [Int] {
        version.prefix { $0.isNumber || $0 == "." }.split(separator: ".").map { Int($0) ?? 0 }
    }

    /// The packages that carry parts of this image's kernel: from 7.2 on, the
    /// image itself is empty and `linux-binary-*`, `linux-modules-*` and
    /// `linux-base-*` of the same release hold it.
    static func parts(of image: AptStanza) -> [String] {
        guard let release = release(ofPackage: image.name) else { return [] }
        return image.dependencies.filter { $0.hasPrefix("linux-") && $0.hasSuffix("-\(release)") }
    }

    /// What to say where nothing fits.
    static func unknown(_ name: KernelName, among packages: [String], unreachable: [String]) -> Failure {
        var releases: [String] = []
        for package in packages {
            guard let release = release(ofPackage: package), !releases.contains(release) else { continue }
            releases.append(release)
        }
        let series = Set(releases.map { self.series(of: $0) })
            .sorted { upstreamNumbers($0).lexicographicallyPrecedes(upstreamNumbers($1)) }
        var advice = "the reachable suites have " + series.joined(separator: ", ")
        if case .debianExact(let release) = name {
            let near = releases.filter {
                self.series(of: $0) == self.series(of: release) && flavour(ofRelease: $0) == flavour(ofRelease: release)
            }
            if !near.isEmpty { advice = "the reachable suites have " + near.suffix(6).joined(separator: ", ") }
        }
        if !unreachable.isEmpty { advice += "; not reachable: " + unreachable.joined(separator: ", ") }
        return Failure("Debian has no such kernel", on: name.description, advice: advice, blame: .request)
    }
}
