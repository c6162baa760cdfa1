import Foundation
import HostProcess
public import SystemPackage

/// A device-dax node of the host, `/dev/daxX.Y`, looked at before QEMU maps it: QEMU has one text for four mistakes
/// (`unable to map backing store for guest RAM: Invalid argument`), and makes a regular file of a name that is not
/// there.
public struct DaxDevice: Sendable, Hashable {
    /// The node.
    public let path: FilePath
    /// Bytes.
    public let size: Int
    /// Bytes of which a mapping's place and length must be multiples.
    public let align: Int
    /// The node's number (`st_rdev` of stat(2)): the same by whatever name.
    public let number: UInt64

    /// `252:3`
    var numbers: String { Self.numbers(number) }

    /// Reads what a node is.
    ///
    /// - Parameters:
    ///   - path: the node.
    ///   - readOnly: it is to be read alone, as QEMU opens a backing that is `readonly=on`.
    ///   - sysfs: where sysfs is (Documentation/ABI/testing/sysfs-bus-dax).
    /// - Throws: `Failure` if it is not there, no device-dax, not readable or, if it has to be, writable, memory of the host itself, or of
    ///   a size that is no multiple of its alignment.
    public init(_ path: FilePath, readOnly: Bool = false, sysfs: FilePath = "/sys") throws {
        var status = stat()
        guard stat(path.string, &status) == 0 else {
            let present = Self.present(in: sysfs)
            throw Failure(
                "there is no such device-dax node: \(systemError())", on: path.string,
                advice: present.isEmpty
                    ? "the host has none; `ndctl create-namespace -m devdax` makes one of persistent memory"
                    : "the host has \(present.map { "/dev/\($0)" }.joined(separator: ", "))",
                blame: .request)
        }
        guard status.st_mode & S_IFMT == S_IFCHR else {
            throw Failure(
                "it is not a device-dax node but \(Self.word(for: status.st_mode))", on: path.string,
                advice: "remove it if a mistyped path of QEMU's left it there", blame: .request)
        }
        guard access(path.string, readOnly ? R_OK : R_OK | W_OK) == 0 else {
            throw Failure(
                "a device-dax node cannot be opened: \(systemError())", on: path.string,
                advice: "run as root, or let your group have it by a udev rule", blame: .request)
        }
        try self.init(path, number: UInt64(status.st_rdev), sysfs: sysfs)
    }

    /// The second half: what sysfs says of a character device's number.
    init(_ path: FilePath, number: UInt64, sysfs: FilePath) throws {
        self.path = path
        self.number = number
        let numbers = Self.numbers(number)
        let link = sysfs.appending("dev/char/\(numbers)")
        guard let real = Self.resolved(link) else {
            throw Failure("it is not a device that the kernel knows", on: path.string, advice: "", blame: .request)
        }
        let name = real.lastComponent?.string ?? ""
        // Until Linux 5.15 it may be of a class instead (dax_pmem_compat).
        let places = ["bus/dax/devices", "class/dax"].map { sysfs.appending($0).appending(name) }
        guard name.hasPrefix("dax"), let device = places.first(where: { access($0.string, F_OK) == 0 }) else {
            throw Failure(
                "the character device \(numbers) is not a device-dax node", on: path.string,
                advice: "name a /dev/daxX.Y", blame: .request)
        }
        if Self.resolved(device.appending("driver"))?.lastComponent?.string == "kmem" {
            throw Failure(
                "its memory is in use as the host's own (driver kmem)", on: path.string,
                advice: "`daxctl reconfigure-device --mode=devdax --force \(name)` takes it back", blame: .request)
        }
        guard let size = Self.number(device.appending("size")) else {
            throw Failure("its size cannot be read", on: device.appending("size").string, advice: "")
        }
        // Before Linux 5.10 the region alone had it.
        let region = real.removingLastComponent()
        let files =
            [real.appending("align")]
            + [real, region, region.removingLastComponent()].map {
                $0.appending("dax_region/align")
            }
        guard let align = files.lazy.compactMap({ Self.number($0) }).first, align > 0, align & (align - 1) == 0 else {
            throw Failure("its alignment cannot be read", on: device.appending("align").string, advice: "")
        }
        guard size > 0, size % align == 0 else {
            throw Failure(
                "its size, \(size) bytes, is no multiple of its alignment, \(align)", on: path.string,
                advice: "make its namespace anew with a size that is: "
                    + "`ndctl create-namespace -f -e NAMESPACE -m devdax -a \(align) -s \(size / align * align)`",
                blame: .request)
        }
        self.size = size
        self.align = align
    }

    /// The `align` with which QEMU maps the first bytes of it.
    ///
    /// - Parameters:
    ///   - bytes: how many.
    ///   - asked: the alignment that was asked for; nil for the device's own.
    /// - Throws: `Failure` if it is too small for them, or they do not fit its alignment.
    public func alignment(forMapping bytes: Int, asked: Int?) throws -> Int {
        func refuse(_ what: String, _ advice: String) -> Failure {
            Failure(what, on: path.string, advice: advice, blame: .request)
        }
        guard bytes <= size else {
            throw refuse(
                "it is too small: \(bytes) bytes are asked for, it has \(size)", "ask for \(size >> 20)MiB at most")
        }
        guard bytes % align == 0 else {
            throw refuse(
                "a size of \(bytes) bytes is no multiple of its alignment, \(align)",
                "ask for \(max(1, bytes / align) * align) bytes")
        }
        guard let asked else { return align }
        guard asked >= align, asked % align == 0 else {
            throw refuse(
                "an alignment of \(asked) bytes is less than its own, \(align)", "leave 'align' out, or write \(align)")
        }
        return asked
    }

    /// Major and minor number (gnu_dev_major and gnu_dev_minor of <sys/sysmacros.h>).
    private static func numbers(_ number: UInt64) -> String {
        "\((number >> 8 & 0xFFF) | (number >> 32 & ~0xFFF)):\((number & 0xFF) | (number >> 12 & ~0xFF))"
    }

    private static func present(in sysfs: FilePath) -> [String] {
        let directories = ["bus/dax/devices", "class/dax"].map { sysfs.appending($0).string }
        let names = directories.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
        return Array(names.filter { $0.hasPrefix("dax") }.sorted().prefix(16))
    }

    private static func resolved(_ link: FilePath) -> FilePath? {
        guard let real = realpath(link.string, nil) else { return nil }
        defer { free(real) }
        return FilePath(String(cString: real))
    }

    /// A decimal number in a file of sysfs.
    private static func number(_ file: FilePath) -> Int? {
        guard let text = try? BoundedRead.text(of: file, limit: 4096) else { return nil }
        return Int(text.prefix { !$0.isWhitespace })
    }

    private static func word(for mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFREG: "a regular file"
        case S_IFDIR: "a directory"
        case S_IFBLK: "a block device"
        default: "something else"
        }
    }
}
