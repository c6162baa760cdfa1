import Foundation
import HostProcess
import SystemPackage
import TestPlan

/// `module.pad`: a module of any size without a compiler. The kernel's loader
/// reads what the ELF header names, so zero bytes behind the end do no harm;
/// the appended signature is no longer found, hence taint E.
func padModule(
    _ module: String, to size: Int, at target: ShareFile, in context: StepContext
) async throws -> StepResult {
    guard let root = context.shares[target.tag] else {
        return StepResult(.broken(reason: "no share has the tag '\(target.tag)'"))
    }
    var bytes = try await context.moduleBytes(module)
    guard bytes.count <= size else {
        return StepResult(.broken(reason: "\(module).ko has \(bytes.count) bytes, more than the \(size) asked for"))
    }
    bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
    // The plan reader has refused `..`, and lexicallyNormalized keeps us inside.
    let path = root.appending(FilePath(target.path).lexicallyNormalized().components)
    do {
        try FileManager.default.createDirectory(
            atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path.string))
    } catch {
        return StepResult(.broken(reason: "cannot write \(path): \(error.localizedDescription)"))
    }
    return StepResult(.passed, output: "\(target): \(module).ko padded to \(size) bytes\n")
}
