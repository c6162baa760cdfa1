import Foundation
public import SystemPackage

/// Whole files, up to a limit: a file given to us may be of any size, or no file at all.
public enum BoundedRead {
    /// The bytes of a regular file.
    ///
    /// - Parameters:
    ///   - path: any path; a FIFO or a device is refused, not waited for.
    ///   - limit: bytes read at most.
    /// - Throws: `Failure` if it cannot be read or has more than `limit` bytes.
    public static func bytes(of path: FilePath, limit: Int) throws -> [UInt8] {
        let descriptor = open(path.string, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw Failure("cannot read file: \(systemError())", on: path.string, advice: "check the path")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure("not a regular file", on: path.string, advice: "name a file")
        }
        guard Int(status.st_size) <= limit else { throw tooLarge(path, limit: limit) }
        // The size is a hint only: files of /proc have none, and others may grow.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size) + 1)
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure("cannot read file: \(systemError())", on: path.string, advice: "check the disk")
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else { throw tooLarge(path, limit: limit) }
            bytes += chunk[..<count]
        }
    }

    /// The text of a regular file, what is not UTF-8 replaced.
    ///
    /// - Throws: as ``bytes(of:limit:)``.
    public static func text(of path: FilePath, limit: Int) throws -> String {
        String(decoding: try bytes(of: path, limit: limit), as: UTF8.self)
    }

    /// The refusal of a file that has more than `limit` bytes.
    public static func tooLarge(_ path: FilePath, limit: Int) -> Failure {
        Failure("larger than \(limit) bytes", on: path.string, advice: "is it the right file?")
    }
}
