/// A file to put into an initramfs.
public struct GuestFile: Sendable, Hashable {
    /// Relative to the root, without a leading slash: `identity/authorized_keys`.
    public var path: String
    /// Permission bits, 0…0o7777.
    public var mode: UInt32
    /// The content.
    public var bytes: [UInt8]

    /// A file with these bytes.
    ///
    /// - Parameters:
    ///   - path: relative to the root, without a leading slash.
    ///   - mode: permission bits.
    ///   - bytes: the content.
    public init(path: String, mode: UInt32, bytes: [UInt8]) {
        self.path = path
        self.mode = mode
        self.bytes = bytes
    }

    /// A file with this text in UTF-8.
    public init(path: String, mode: UInt32 = 0o644, text: String) {
        self.init(path: path, mode: mode, bytes: Array(text.utf8))
    }
}
