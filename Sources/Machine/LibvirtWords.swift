import Foundation
import HostProcess
import Synchronization
import SystemPackage

/// QEMU's own words, which libvirt has written to a file of its own, copied to ours.
final class LibvirtWords: Sendable {
    private let source: Mutex<(path: FilePath?, offset: UInt64)>
    private let log: BoundedFile

    /// - Parameters:
    ///   - candidates: where libvirt may put them; the first that is there counts.
    ///   - log: ours.
    init(candidates: [FilePath], log: BoundedFile) {
        source = Mutex((candidates.first { access($0.string, R_OK) == 0 }, 0))
        self.log = log
    }

    /// Where libvirt's drivers put the words of a domain: in process, as root, as an ordinary user; and where the
    /// process itself has its standard error.
    static func candidates(_ host: LibvirtHost, name: String, pid: Int) -> [FilePath] {
        let own = ProcessTable.path(ofDescriptor: 2, of: pid).map { [FilePath($0)] } ?? []
        let cache =
            ProcessInfo.processInfo.environment["XDG_CACHE_HOME"] ?? (homeDirectory() + "/.cache")
        let directories =
            host.root.map { [$0.appending("log/qemu")] }
            ?? [FilePath("/var/log/libvirt/qemu"), FilePath(cache).appending("libvirt/qemu/log")]
        // A pipe, as with virtlogd, is no file.
        return own.filter { $0.string.hasSuffix("\(name).log") } + directories.map { $0.appending("\(name).log") }
    }

    /// Copies what is new.
    func copy() {
        source.withLock { source in
            guard let path = source.path, let file = FileHandle(forReadingAtPath: path.string) else { return }
            defer { try? file.close() }
            guard (try? file.seek(toOffset: source.offset)) != nil else { return }
            // What is more than our log takes is not even read.
            let bytes = (try? file.read(upToCount: log.limit)) ?? Data()
            source.offset += UInt64(bytes.count)
            bytes.withUnsafeBytes { log.write($0) }
        }
    }

    /// Copies the rest and removes libvirt's file.
    func finish() {
        copy()
        source.withLock { source in
            if let path = source.path { unlink(path.string) }
            source.path = nil
        }
    }
}

