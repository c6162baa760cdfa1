import Foundation
public import SystemPackage

/// The program that runs, and those that SwiftPM or an installation put beside it.
public enum OwnProgram {
    /// Its file, without symbolic links.
    ///
    /// - Throws: an error of Foundation if `/proc` is not there.
    public static var path: FilePath {
        get throws { FilePath(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) }
    }

    /// The file of a name in the same directory, whether it is there or not.
    ///
    /// - Throws: as `path`.
    public static func beside(_ name: String) throws -> FilePath {
        try path.removingLastComponent().appending(name)
    }
}
