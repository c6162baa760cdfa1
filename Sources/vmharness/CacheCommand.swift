import ArgumentParser
import GuestImage
import HostProcess

/// `vmharness cache …`
struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Shows what the cache holds and what for, and makes room.",
        discussion: """
            The cache is $VMHARNESS_CACHE, else vmharness below $XDG_CACHE_HOME or ~/.cache. Whatever is removed is \
            made again when it is wanted.
            """,
        subcommands: [List.self, Remove.self])

    /// `vmharness cache list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists all that is kept for the next run, with its size and purpose.")
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let json = json
            try await InterruptScope.run {
                let entries = try await CacheContents(.standard()).list()
                try printList(entries, json: json, header: ["KIND", "SIZE", "DIGEST", "STATE", "WHAT"]) { entry in
                    [
                        entry.kind, size(entry.bytes), String(entry.digest.prefix(12)),
                        entry.isInUse ? "in use" : entry.isStale ? "stale" : "", entry.what,
                    ]
                }
                if !json { Terminal.output(total(entries)) }
            }
        }
    }

    /// `vmharness cache remove WHAT…`
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes entries; what a run or a build uses now stays.")
        @Argument(
            help: ArgumentHelp(
                "Kinds (\(CacheContents.kinds.joined(separator: ", "))) or digests as `cache list` prints them.",
                valueName: "what"))
        var selectors: [String] = []
        @Flag(help: "What nothing will ask for again.") var stale = false

        func validate() throws {
            guard selectors.isEmpty == stale else {
                throw ValidationError("Name what to remove: kinds, digests, or --stale.")
            }
        }

        func run() async throws {
            let selectors = selectors
            try await InterruptScope.run {
                let contents = CacheContents(.standard())
                let removed =
                    selectors.isEmpty ? try await contents.removeStale() : try await contents.remove(selectors)
                Terminal.output("removed " + total(removed))
            }
        }
    }
}

private func total(_ entries: [CacheContents.Entry]) -> String {
    "\(entries.count) \(entries.count == 1 ? "entry" : "entries"), \(size(entries.map(\.bytes).reduce(0, +)))"
}

private func size(_ bytes: Int) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)]
    guard let (unit, shift) = units.first(where: { bytes >= 1 << $0.1 }) else { return "\(bytes) B" }
    return "\((Double(bytes) / Double(1 << shift)).formatted1) \(unit)"
}
