import HostProcess
import SystemPackage

extension AptArchive {
    /// The packages whose name begins so.
    func names(prefix: String) async throws -> [String] {
        let result = try await apt("apt-cache", ["pkgnames", prefix])
        return result.text.split(separator: "\n").map(String.init).sorted()
    }

    /// All versions of packages, in all suites.
    func stanzas(of names: [String]) async throws -> [AptStanza] {
        guard !names.isEmpty else { return [] }
        let result = try await apt("apt-cache", ["show", "--"] + names)
        return AptStanza.parse(result.text)
    }

    /// Downloads packages into a directory; apt checks their hashes.
    ///
    /// - Returns: the files, in the order of `packages`.
    /// - Throws: `Failure` if one cannot be fetched.
    func download(_ packages: [AptStanza], into directory: FilePath) async throws -> [FilePath] {
        let result = try await apt(
            "apt-get", ["-q", "download", "--"] + packages.map { "\($0.name)=\($0.version)" }, in: directory,
            timeout: .seconds(3600))
        guard result.termination.isSuccess else {
            let reason = result.errorText.split(separator: "\n").filter { $0.hasPrefix("E:") }.joined(separator: " ")
            throw Failure(
                "cannot download: \(reason.isEmpty ? result.termination.description : reason)",
                on: packages.map(\.label).joined(separator: ", "),
                advice: "check the network; `vmharness kernel list` shows what is cached")
        }
        return packages.map { package in
            // The version's colon is escaped in file names (apt's QuoteString).
            let version = package.version.split(separator: ":").joined(separator: "%3a")
            return directory.appending("\(package.name)_\(version)_\(package.architecture).deb")
        }
    }

    /// True if the first version is the newer one, in dpkg's order.
    static func isNewer(_ left: String, than right: String) async throws -> Bool {
        try await Command("dpkg", ["--compare-versions", left, "gt", right]).run(timeout: .seconds(30))
            .termination.isSuccess
    }
}
