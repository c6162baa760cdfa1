/// A cpio archive in the `newc` format, the one that Linux unpacks as its
/// initramfs (kernel: Documentation/driver-api/early-userspace/buffer-format.rst).
///
/// Several archives may follow one another; later files replace earlier ones.
/// Times are 0 and inode numbers count up, so equal content gives equal bytes.
struct CpioArchive {
    private(set) var bytes: [UInt8] = []
    private var inode = 0
    private var directories: Set<String> = []

    private enum FileType: UInt32 {
        case directory = 0o040000
        case regular = 0o100000
        case link = 0o120000
    }

    /// Appends a file, and before it the directories on its path.
    mutating func add(_ file: GuestFile) {
        addParents(of: file.path)
        append(file.path, type: .regular, mode: file.mode, content: file.bytes)
    }

    /// Appends a symbolic link.
    mutating func addLink(_ path: String, to target: String) {
        addParents(of: path)
        append(path, type: .link, mode: 0o777, content: Array(target.utf8))
    }

    /// Appends a directory, once.
    mutating func addDirectory(_ path: String) {
        addParents(of: path)
        guard directories.insert(path).inserted else { return }
        append(path, type: .directory, mode: 0o755, content: [])
    }

    /// Ends the archive, padded so that another may follow.
    mutating func finish() {
        inode = -1
        appendEntry("TRAILER!!!", mode: 0, links: 1, content: [])
        // The kernel skips zeros between archives; cpio(1) writes blocks of 512 bytes.
        pad(to: 512)
    }

    private mutating func addParents(of path: String) {
        let parts = path.split(separator: "/")
        for count in 1..<max(parts.count, 1) {
            let parent = parts.prefix(count).joined(separator: "/")
            guard directories.insert(parent).inserted else { continue }
            append(parent, type: .directory, mode: 0o755, content: [])
        }
    }

    private mutating func append(_ path: String, type: FileType, mode: UInt32, content: [UInt8]) {
        appendEntry(
            path, mode: type.rawValue | (mode & 0o7777), links: type == .directory ? 2 : 1, content: content)
    }

    private mutating func appendEntry(_ path: String, mode: UInt32, links: Int, content: [UInt8]) {
        inode += 1
        let name = Array(path.utf8) + [0]
        // ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
        let fields = [inode, Int(mode), 0, 0, links, 0, content.count, 0, 0, 0, 0, name.count, 0]
        bytes += Array("070701".utf8)
        for field in fields {
            let digits = String(field, radix: 16, uppercase: true)
            bytes += Array(String(repeating: "0", count: 8 - digits.count).utf8) + Array(digits.utf8)
        }
        bytes += name
        pad(to: 4)
        bytes += content
        pad(to: 4)
    }

    private mutating func pad(to alignment: Int) {
        let rest = bytes.count % alignment
        if rest > 0 { bytes += [UInt8](repeating: 0, count: alignment - rest) }
    }
}
