import Foundation
import HostProcess
public import SystemPackage

/// A kernel of which one module was built anew from its own source with a patch. Its modules are the stock ones but
/// for that one, which lies where the stock one lay: whatever loads the module, in the initramfs or after, by its name
/// or as another's dependency, gets the changed one, and the stock one is nowhere in the guest.
public struct MutatedKernel: Sendable, Hashable {
    /// The stock kernel's image and configuration, with these modules.
    public let kernel: Kernel
    /// The module's name as the running kernel has it, with `_`.
    public let module: String
    /// The name of the patch's file.
    public let patch: String
    /// The build id of the module, in hexadecimal: by it, in `/sys/module/NAME/notes/.note.gnu.build-id`, the guest tells
    /// it from the stock one.
    public let buildID: String
    /// The module with its debug information.
    public let file: FilePath
    /// What built it: `gcc-12 12.2.0-14+deb12u1`.
    public let compiler: String
}

/// `mutation.json` of a cache entry.
struct MutationManifest: Codable {
    static let fileName = "mutation.json"

    /// The stock kernel's own.
    var kernel: KernelManifest
    /// The digest of the stock kernel.
    var base: String
    var module: String
    var patch: String
    var buildID: String
    var compiler: String
    /// The name of the file with the debug information.
    var file: String

    func write(to entry: FilePath) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try writeFile(entry.appending(Self.fileName), Array(encoder.encode(self)))
    }

    static func read(_ entry: FilePath) throws -> MutationManifest {
        let path = entry.appending(fileName)
        guard
            let manifest = try? JSONDecoder().decode(
                MutationManifest.self, from: Data(BoundedRead.bytes(of: path, limit: 1 << 20)))
        else {
            throw Failure("not a manifest of this version", on: path.string, advice: "remove that directory")
        }
        return manifest
    }

    /// What the entry holds, under the name and with the notes of the stock kernel.
    func mutated(_ stock: Kernel, at entry: FilePath, digest: String) -> MutatedKernel {
        MutatedKernel(
            kernel: Kernel(
                name: stock.name, directory: entry, digest: digest, manifest: kernel, notes: stock.notes),
            module: module, patch: patch, buildID: buildID, file: entry.appending(file), compiler: compiler)
    }
}
