import Foundation
import SystemPackage

/// What tells whether apt on this machine would still say the same of its mirrors: asking it takes most of a second.
enum AptState {
    private static let directories = [
        "/etc/apt", "/etc/apt/apt.conf.d", "/etc/apt/sources.list.d", "/etc/apt/auth.conf.d", "/usr/share/apt",
        "/var/lib/apt/lists",
    ]

    /// The files of its configuration and of its index with their times, a line each; nil with `$APT_CONFIG`, which may lead anywhere.
    static var now: String? {
        guard ProcessInfo.processInfo.environment["APT_CONFIG"] == nil else { return nil }
        return directories.flatMap { directory in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            return names.sorted().filter { $0 != "lock" }.map { "\(directory)/\($0)" }
        }
        .compactMap { path in
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            return "\(path) \(status.st_ino) \(status.st_size) \(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)"
        }
        .joined(separator: "\n")
    }
}
