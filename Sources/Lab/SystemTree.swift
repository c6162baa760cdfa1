import Foundation
import HostProcess
public import SystemPackage

/// The host's `/sys`, `/proc`, `/dev`, `/run` and `/tmp` below some root, so that every reader can be tried on a made-up tree.
public struct SystemTree: Sendable {
    /// Where `sys`, `proc`, `dev`, `run` and `tmp` are: `/` on a real host.
    public let root: FilePath
    /// Writes a value to a file of sysfs, in one write(2), since each is one order to the kernel.
    let write: @Sendable (FilePath, String) throws -> Void

    /// Loads a module of the kernel and those that it needs.
    let load: @Sendable (String) async throws -> Void
    /// Whether `load` would find a module and all that it needs.
    let canLoad: @Sendable (String) async -> Bool
    /// True if functions may be bound and journals be written.
    let isOurs: Bool

    /// The host's own.
    public static let host = SystemTree(
        root: "/", isOurs: geteuid() == 0,
        load: { try await Command("modprobe", ["--", $0]).check(timeout: .seconds(60)) },
        canLoad: {
            (try? await Command("modprobe", ["--dry-run", "--", $0]).run(timeout: .seconds(30)))?.status == 0
        },
        write: SysfsWrite.perform)

    /// - Parameters:
    ///   - root: the directory that stands for `/`.
    ///   - isOurs: whether functions may be bound and journals be written, as root may.
    ///   - load: loads a module of the kernel by its name.
    ///   - canLoad: whether that would find it; changes nothing.
    ///   - write: carries out a write to sysfs, with its path and value.
    public init(
        root: FilePath, isOurs: Bool = true, load: @Sendable @escaping (String) async throws -> Void,
        canLoad: @Sendable @escaping (String) async -> Bool,
        write: @Sendable @escaping (FilePath, String) throws -> Void
    ) {
        self.root = root
        self.isOurs = isOurs
        self.load = load
        self.canLoad = canLoad
        self.write = write
    }

    /// True if this is the host's own tree, whose devices can be opened.
    var isHost: Bool { root == "/" }

    /// `sys/…` and so on, as a whole path.
    func path(_ relative: String) -> FilePath { root.appending(relative) }

    /// The text of a file, at most 1 MiB and without the newline at its end; nil if it cannot be read.
    func text(_ path: FilePath) -> String? {
        ProcessTable.read(path.string).map { bytes in
            String(decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self)
        }
    }

    /// The number in a file, hexadecimal if it begins with `0x`; nil if there is none.
    func number(_ path: FilePath) -> Int? {
        guard let text = text(path) else { return nil }
        return text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    }

    /// The names in a directory, sorted; none if it is not there.
    func names(in directory: FilePath) -> [String] { ProcessTable.entries(directory.string).sorted() }

    /// The last name of what a symbolic link points to: the driver of `…/driver`; nil if there is no link.
    func linkName(_ path: FilePath) -> String? {
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path.string) else { return nil }
        return FilePath(target).lastComponent?.string
    }

    /// The path without symbolic links; nil if it leads nowhere.
    func resolved(_ path: FilePath) -> FilePath? {
        guard let resolved = realpath(path.string, nil) else { return nil }
        defer { free(resolved) }
        return FilePath(String(cString: resolved))
    }

    /// The processes of which something holds, each as `NAME (pid N)`, in the order of their numbers. Those of other
    /// users can be looked into by root only.
    ///
    /// - Parameter holds: gets the process's directory below `/proc`.
    func processes(where holds: (FilePath) -> Bool) -> [String] {
        let proc = path("proc")
        return names(in: proc).compactMap { Int($0) }.sorted().compactMap { pid in
            let process = proc.appending("\(pid)")
            return holds(process) ? "\(text(process.appending("comm")) ?? "?") (pid \(pid))" : nil
        }
    }

    /// True if something is there.
    func exists(_ path: FilePath) -> Bool { access(path.string, F_OK) == 0 }
}

/// Writes to sysfs.
enum SysfsWrite {
    /// Writes a value in one go.
    ///
    /// - Throws: `Failure` with the kernel's answer.
    static func perform(_ path: FilePath, _ value: String) throws {
        KillPoint.pass()
        let descriptor = open(path.string, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw refused(path, value) }
        defer { close(descriptor) }
        let bytes = Array(value.utf8)
        while write(descriptor, bytes, bytes.count) < 0 {
            guard errno == EINTR else { throw refused(path, value) }
        }
    }

    private static func refused(_ path: FilePath, _ value: String) -> Failure {
        let word = value.trimmingCharacters(in: .newlines)
        return Failure(
            "the kernel refused \(word.isEmpty ? "an empty value" : "'\(word)'"): \(systemError())", on: path.string,
            advice: "its log (`dmesg`) may say why")
    }
}
