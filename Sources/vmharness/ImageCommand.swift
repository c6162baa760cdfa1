import ArgumentParser
import Foundation
import GuestImage
import HostProcess
import SystemPackage

/// `vmharness image …`
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Builds, lists and removes guest images.",
        subcommands: [List.self, Build.self, Remove.self])

    /// `vmharness image list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the images in the cache.")
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var data: DataOptions

        func run() throws {
            let images = try store(data).list()
            try printList(images, json: json, header: ["NAME", "DIGEST", "DISK"]) { image in
                [image.name, String(image.digest.prefix(12)), image.disk.string]
            }
        }
    }

    /// `vmharness image build [NAME…]`
    struct Build: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Builds images that are not in the cache.")
        @Argument(help: "Names of definitions in images/.", completion: Completions.images)
        var images: [String] = ["base"]
        @Flag(help: "Build anew even if the cache has it.") var force = false
        @OptionGroup var data: DataOptions

        func run() async throws {
            let store = try store(data) { Terminal.error($0) }
            let (images, force) = (images, force)
            try await InterruptScope.run {
                for name in images {
                    let image = try await store.build(name, force: force)
                    Terminal.output("\(image.name) \(image.digest.prefix(12)) \(image.disk)")
                }
            }
        }
    }

    /// `vmharness image remove NAME…`
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Removes images from the cache.")
        @Argument(help: "Names or digests as `image list` prints them.", completion: Completions.images)
        var images: [String]
        @OptionGroup var data: DataOptions

        func run() throws {
            let store = try store(data)
            for image in images { try store.remove(image) }
        }
    }
}

private func store(
    _ data: DataOptions, progress: @Sendable @escaping (String) -> Void = { _ in }
) throws -> ImageStore {
    ImageStore(cache: .standard(), definitions: try data.directory().appending("images"), progress: progress)
}
