import ArgumentParser
import Foundation
import GuestImage
import HostProcess
import TestPlan

/// `vmharness kernel …`
struct KernelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernel", abstract: "Lists, adds and removes kernels in the cache.",
        subcommands: [List.self, Add.self, Remove.self])

    /// `vmharness kernel list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the kernels in the cache.")
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let kernels = try KernelStore(cache: .standard()) { _ in }.list()
            try printList(kernels, json: json, header: ["NAME", "RELEASE", "VERSION", "DIGEST"]) { kernel in
                [kernel.name, kernel.release, kernel.version, String(kernel.digest.prefix(12))]
            }
        }
    }

    /// `vmharness kernel add KERNEL…`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Brings kernels into the cache.")
        @Argument(
            help: "debian:SERIES[+flavour], debian:EXACT, build:PATH, file:VMLINUZ,modules=DIR, host.",
            completion: Completions.kernels)
        var kernels: [String]
        @Flag(help: "Ask the archives for newer kernels now.") var refresh = false

        func run() async throws {
            let names = try kernels.map { try KernelName(parsing: $0) }
            let refresh = refresh
            try await InterruptScope.run {
                let store = KernelStore(cache: .standard()) { Terminal.error($0) }
                for name in names {
                    let kernel = try await store.resolve(name, refresh: refresh)
                    Terminal.output("\(name) is \(kernel.release) \(kernel.version)")
                }
            }
        }
    }

    /// `vmharness kernel remove KERNEL…`
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Removes kernels from the cache.")
        @Argument(
            help: "Names, releases or digests as `kernel list` prints them.", completion: Completions.kernelsInCache)
        var kernels: [String]

        func run() throws {
            let store = KernelStore(cache: .standard()) { _ in }
            for kernel in kernels { try store.remove(kernel) }
        }
    }
}
