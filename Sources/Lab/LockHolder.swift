import Foundation
import HostProcess
import SystemPackage

/// Finds out who holds a lock of flock(2) on a file.
enum LockHolder {
    /// The process that holds it; nil for none, or for one of another PID namespace, which the kernel does not list.
    static func pid(of file: FilePath) -> Int? {
        let descriptor = open(file.string, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, let device = device(of: descriptor) else { return nil }
        let locks = String(decoding: ProcessTable.read("/proc/locks") ?? [], as: UTF8.self)
        return pid(in: locks, device: device, inode: Int(status.st_ino))
    }

    /// Reads `/proc/locks` (proc_locks(5), lock_get_status of fs/locks.c): an inode's number alone is that of other
    /// files as well, one in each file system.
    static func pid(in locks: String, device: (major: Int, minor: Int), inode: Int) -> Int? {
        let file = "\(hex(device.major, 2)):\(hex(device.minor, 2)):\(inode)"
        for line in locks.split(separator: "\n") {
            // N: FLOCK ADVISORY WRITE pid major:minor:inode start end
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK", fields[5] == file else { continue }
            return Int(fields[4])
        }
        return nil
    }

    /// The device of a file's superblock, which `/proc/locks` and mountinfo tell; that of stat(2) is another on btrfs.
    private static func device(of descriptor: CInt) -> (major: Int, minor: Int)? {
        let information = String(decoding: ProcessTable.read("/proc/self/fdinfo/\(descriptor)") ?? [], as: UTF8.self)
        guard let line = information.split(separator: "\n").first(where: { $0.hasPrefix("mnt_id:") }),
            let mount = line.split(whereSeparator: \.isWhitespace).last
        else { return nil }
        let mounts = String(decoding: ProcessTable.read("/proc/self/mountinfo") ?? [], as: UTF8.self)
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[0] == mount else { continue }
            let numbers = fields[2].split(separator: ":").compactMap { Int($0) }
            return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
        }
        return nil
    }
}
