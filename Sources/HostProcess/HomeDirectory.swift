import Foundation

/// The user's home: `$HOME`, which people set to keep things apart, else what
/// the user database says. Foundation asks the database alone.
public func homeDirectory() -> String {
    let named = ProcessInfo.processInfo.environment["HOME"] ?? ""
    return named.isEmpty ? NSHomeDirectory() : named
}
