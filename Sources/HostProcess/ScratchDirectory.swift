import Foundation
public import SystemPackage

/// Runs `body` with a private directory that is removed afterwards, whatever happens.
///
/// - Parameters:
///   - parent: where to make it; the scope's directory, or `/tmp` outside of one.
///   - body: gets the directory's path.
/// - Throws: `Failure` if it cannot be made; what `body` throws.
public func withScratchDirectory<Value>(
    in parent: FilePath? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (FilePath) async throws -> Value
) async throws -> Value {
    let parent = parent ?? HostScope.current?.directory ?? FilePath("/tmp")
    let path = parent.appending("t" + String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16))
    guard mkdir(path.string, 0o700) == 0 else {
        throw Failure(
            "cannot make a scratch directory: \(systemError())", on: path.string, advice: "free some space there")
    }
    defer { try? FileManager.default.removeItem(atPath: path.string) }
    return try await body(path)
}
