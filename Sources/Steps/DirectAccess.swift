/// Whether files of a mount are mapped directly, as statx(2) has it for a file made there. A mount's options tell what
/// was asked of the file system; this is what a file got.
struct DirectAccess {
    /// STATX_ATTR_DAX of include/uapi/linux/stat.h.
    private static let bit: UInt64 = 0x20_0000

    /// The file has it.
    let isInForce: Bool

    /// True if mount options ask for it.
    static func isWanted(_ options: [String]) -> Bool {
        options.contains { $0 == "dax" || $0 == "dax=always" }
    }

    /// The end of a script that asks; says nothing where the guest has no xfs_io or the mount cannot be written to.
    static func probe(at quotedPlace: String) -> String {
        """
        if command -v xfs_io >/dev/null; then
            file=\(quotedPlace)/.vmharness-dax
            xfs_io -f -c 'statx -r' "$file" 2>/dev/null | sed -n 's/^stat\\.attributes/@attributes/p'
            rm -f "$file" 2>/dev/null
        fi
        """
    }

    /// Reads what the probe printed; nil if it said nothing, or the kernel does not tell (before Linux 5.10).
    init?(_ text: String) {
        func value(_ key: String) -> UInt64? {
            let line = text.split(whereSeparator: \.isNewline).last { $0.hasPrefix("\(key) = 0x") }
            return line.flatMap { UInt64($0.dropFirst(key.count + 5), radix: 16) }
        }
        guard let attributes = value("@attributes"), let mask = value("@attributes_mask"), mask & Self.bit != 0 else {
            return nil
        }
        isInForce = attributes & Self.bit != 0
    }
}
