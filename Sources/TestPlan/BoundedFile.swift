#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads a regular file of at most `limit` bytes.
///
/// The bound is checked on what is read, not on what `stat` says, because a file can grow while it is read; and a FIFO
/// or a device is refused rather than waited for.
///
/// - Throws: a ``Diagnostic`` which names the file.
func readBoundedFile(_ path: String, limit: Int) throws(Diagnostic) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw Diagnostic(message: "\(quoted(path)) is not a regular file", advice: "name a file to read")
    }

    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 {
            guard errno == EINTR else { throw unreadable(path, errno) }
        } else if count == 0 {
            return bytes
        } else {
            guard bytes.count + count <= limit else {
                throw Diagnostic(
                    location: SourceLocation(file: path, line: 1, column: 1),
                    message: "the file is larger than \(ByteCount(bytes: limit))",
                    advice: "is this the right file?"
                )
            }
            bytes += buffer[..<count]
        }
    }
}

private func unreadable(_ path: String, _ code: Int32) -> Diagnostic {
    Diagnostic(
        message: "cannot read \(quoted(path)): \(String(cString: strerror(code)))",
        advice: code == EACCES ? "check its permissions" : "check the path"
    )
}
