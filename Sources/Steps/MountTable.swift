/// What is mounted in a guest, from its `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
struct MountTable {
    /// One mount.
    struct Entry: Equatable {
        /// `MAJOR:MINOR` of the superblock's device; btrfs and virtiofs have an anonymous one.
        var device: String
        /// Where it is mounted.
        var place: String
        /// Options of the mount: `rw`, `noatime`.
        var options: [String]
        /// The file system's type.
        var type: String
        /// What is mounted: a device, or a virtiofs tag.
        var source: String
        /// Options of the file system, which all its mounts share.
        var superOptions: [String]
    }

    /// The mounts in the kernel's order: a later one hides an earlier one at the same place.
    let entries: [Entry]

    /// Takes the lines that are mounts; others are passed over.
    init(_ text: String) {
        entries = text.split(whereSeparator: \.isNewline).compactMap(Self.entry)
    }

    /// What is seen at a place; nil if nothing is mounted there.
    func mount(at place: String) -> Entry? { entries.last { $0.place == place } }

    /// `36 35 98:0 /root /mnt rw,noatime shared:1 - ext4 /dev/vdc rw,dax`: the fields before the hyphen vary in number.
    private static func entry(_ line: Substring) -> Entry? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count >= 10, let hyphen = fields.dropFirst(6).firstIndex(of: "-"), fields.count > hyphen + 3
        else { return nil }
        return Entry(
            device: String(fields[2]), place: unescaped(fields[4]), options: list(fields[5]),
            type: unescaped(fields[hyphen + 1]), source: unescaped(fields[hyphen + 2]),
            superOptions: list(fields[hyphen + 3]))
    }

    private static func list(_ field: Substring) -> [String] { field.split(separator: ",").map(unescaped) }

    /// Space, tab, newline and backslash stand as `\040` and so on (mangle of fs/proc_namespace.c).
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
