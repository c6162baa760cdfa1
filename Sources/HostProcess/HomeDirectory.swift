import Foundation
public import SystemPackage

/// The user's home: `$HOME`, which people set to keep things apart, else what
/// the user database says. Foundation asks the database alone.
public func homeDirectory() -> String {
    let named = ProcessInfo.processInfo.environment["HOME"] ?? ""
    return named.isEmpty ? NSHomeDirectory() : named
}

/// A path as somebody typed it, absolute and without `.` and `..`.
///
/// A shell expands `~` only at the beginning of a word: that of `build:~/linux` comes to us.
///
/// - Parameter text: absolute, relative to the working directory, or below `~`.
public func hostPath(_ text: String) -> FilePath {
    var path = FilePath(text)
    if text == "~" || text.hasPrefix("~/") {
        path = FilePath(homeDirectory()).appending(path.components.dropFirst())
    }
    return FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
}
