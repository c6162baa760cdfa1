import Foundation
import HostProcess
import Synchronization
import SystemPackage

/// QEMU's own words, which libvirt has written to a file of its own, copied to ours.
final class LibvirtWords: Sendable {
    private let source: Mutex<FileHandle?>
    private let file: FilePath?
    private let log: BoundedFile

    /// - Parameters:
    ///   - host: whose domain it is.
    ///   - name: the domain's.
    ///   - pid: QEMU's process; 0 if it is not known.
    ///   - log: ours.
    init(_ host: LibvirtHost, name: String, pid: Int, log: BoundedFile) {
        // A pipe, as with virtlogd, is no file, and reading it would take it from virtlogd.
        let target = ProcessTable.path(ofDescriptor: 2, of: pid) ?? ""
        let own = target.hasSuffix("/\(name).log") ? [FilePath("/proc/\(pid)/fd/2")] : []
        let places = own + Self.directories(host).map { $0.appending("\(name).log") }
        let found = places.first { access($0.string, R_OK) == 0 }
        // Open from now on: libvirt may rename it, or keep it where only QEMU sees it.
        source = Mutex(found.flatMap { FileHandle(forReadingAtPath: $0.string) })
        file = places.last { access($0.string, W_OK) == 0 && !$0.starts(with: "/proc") }
        self.log = log
    }

    /// Where libvirt's drivers put the words of domains: in process; as root and as an ordinary user.
    private static func directories(_ host: LibvirtHost) -> [FilePath] {
        let cache = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"] ?? (homeDirectory() + "/.cache")
        return host.root.map { [$0.appending("log/qemu")] }
            ?? [FilePath("/var/log/libvirt/qemu"), FilePath(cache).appending("libvirt/qemu/log")]
    }

    /// Copies what is new.
    func copy() {
        source.withLock { source in
            // What is more than our log takes is not even read.
            let bytes = (try? source?.read(upToCount: log.limit)) ?? Data()
            bytes.withUnsafeBytes { log.write($0) }
        }
    }

    /// Copies the rest and removes libvirt's file.
    func finish() {
        copy()
        source.withLock { source in
            try? source?.close()
            source = nil
        }
        if let file { unlink(file.string) }
    }
}
