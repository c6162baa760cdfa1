import HostProcess
import SystemPackage

/// The files of `images/init/`, and where they go in an image.
struct GuestInitFiles {
    private struct Place {
        var file: String
        var target: String
        var mode: UInt16
    }

    private static let places = [
        Place(file: "init", target: "usr/lib/vmharness/init", mode: 0o755),
        Place(file: "network", target: "usr/lib/vmharness/network", mode: 0o755),
        Place(file: "announce", target: "usr/lib/vmharness/announce", mode: 0o755),
        Place(file: "ssh", target: "usr/lib/vmharness/ssh", mode: 0o755),
        Place(file: "template", target: "usr/lib/vmharness/template", mode: 0o755),
        Place(file: "vmharness-poweroff", target: "usr/sbin/vmharness-poweroff", mode: 0o755),
        Place(file: "vmharness-ssh.service", target: "etc/systemd/system/vmharness-ssh.service", mode: 0o644),
    ]

    /// `/init` of the initramfs.
    static let initramfs = "initramfs-init"

    private let directory: FilePath
    private let contents: [String: [UInt8]]

    /// Reads the files.
    ///
    /// - Throws: `Failure` if one is missing.
    init(directory: FilePath) throws {
        self.directory = directory
        contents = try (Self.places.map(\.file) + [Self.initramfs]).reduce(into: [:]) { contents, file in
            contents[file] = try BoundedRead.bytes(of: directory.appending(file), limit: 1 << 20)
        }
    }

    func digest() async throws -> String {
        let files = contents.keys.sorted().map { (name: $0, path: directory.appending($0)) }
        let places = Self.places.map { "\($0.target) \($0.mode)" }.joined(separator: "\n")
        return try await Digest.of(files: files) + "\n" + places
    }

    func content(_ file: String) -> [UInt8] { contents[file] ?? [] }

    /// Writes the files into a root file system.
    func install(into root: FilePath) throws {
        for place in Self.places {
            let target = root.appending(place.target)
            try makeDirectories(target.removingLastComponent())
            try writeFile(target, content(place.file), mode: place.mode)
        }
    }
}
