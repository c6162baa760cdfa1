import HostProcess
public import SystemPackage

/// A kernel module's file: `.ko`, or compressed as `.ko.xz`, `.ko.zst`, `.ko.gz`.
public enum ModuleFile {
    /// The module's bytes, decompressed by the program of its format.
    ///
    /// - Parameters:
    ///   - path: the module.
    ///   - limit: bytes at most, of the file and of what it unpacks to.
    /// - Throws: `Failure` if it cannot be read, is broken, or is larger than `limit`.
    public static func decompressed(_ path: FilePath, limit: Int = 64 << 20) async throws -> [UInt8] {
        let program: [String]? =
            switch path.extension {
            case "xz": ["xz", "-dc", "--"]
            case "zst": ["zstd", "-dcq", "--"]
            case "gz": ["gzip", "-dc", "--"]
            default: nil
            }
        guard let program else { return try BoundedRead.bytes(of: path, limit: limit) }
        let command = Command(program[0], Array(program.dropFirst()) + [path.string])
        let result = try await command.check(
            outputLimit: limit + 1, timeout: .seconds(120), advice: "is it a module of that format?")
        guard result.output.count <= limit else { throw BoundedRead.tooLarge(path, limit: limit) }
        return result.output
    }

    /// A module's name as the kernel has it: without suffixes, `-` as `_`
    /// (kmod: libkmod's `modname_normalize`).
    static func name(of file: String) -> String {
        var name = file.split(separator: "/").last.map(String.init) ?? file
        if let range = name.firstRange(of: ".ko") { name = String(name[..<range.lowerBound]) }
        return String(name.map { $0 == "-" ? "_" : $0 })
    }
}
