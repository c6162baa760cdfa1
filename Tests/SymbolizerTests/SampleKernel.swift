import Foundation
import HostProcess
import KernelLog
import SystemPackage
import Testing

/// A "kernel" and a module compiled here: a few functions, each of which ends in a call that never
/// returns. So the return address is the first byte behind the function, where only a lookup of the
/// byte before it finds the call.
struct SampleKernel: Sendable {
    let directory: FilePath
    private let symbols: [Symbol]

    var vmlinux: FilePath { directory.appending("vmlinux") }
    var modules: FilePath { directory.appending("modules") }
    var module: FilePath { directory.appending("modules/kernel/sample-mod.ko") }

    struct Symbol: Sendable {
        var file: String
        var address: UInt64
        var size: UInt64
        var name: String
    }

    static let release = "9.9.0-sample"

    /// Relative path and text. A place to be found is marked by a comment of its own.
    static let sources = [
        "init/main.c": """
        const char linux_banner[] = "Linux version \(release) (builder@host) (cc 1.0) #1 SMP\\n";
        volatile int sink;
        __attribute__((noinline, noreturn)) void die(void) { for (;;) sink++; }
        int kernel_init(void) { return sink; }
        """,
        "mm/pool.c": """
        extern volatile int sink;
        extern void die(void) __attribute__((noreturn));

        static inline __attribute__((always_inline)) void check(int n)
        {
            sink = n;
            die(); /* check */
        }

        void pool_grow(int n)
        {
            sink += 3 * n;
            die(); /* grow */
        }

        void pool_take(int n)
        {
            sink -= n;
            check(n); /* take */
        }

        static __attribute__((noinline)) void twin(void)
        {
            die(); /* small twin */
        }

        void pool_a(void) { twin(); }
        """,
        "fs/twin.c": """
        extern volatile int sink;
        extern void die(void) __attribute__((noreturn));

        static __attribute__((noinline)) void twin(int n)
        {
            for (int i = 0; i < n; i++) { sink += i; sink ^= n; sink *= 3 + i; }
            for (int i = 0; i < n; i++) { sink -= i; sink |= n; sink *= 5 + i; }
            die(); /* large twin */
        }

        void twin_b(int n) { twin(n); }
        """,
        "drivers/sample.c": """
        extern void die(void) __attribute__((noreturn));
        extern volatile int sink;

        void sample_run(int n)
        {
            sink = n;
            die(); /* run */
        }

        __attribute__((section(".init.text"))) void sample_start(int n)
        {
            sink = 4 * n;
            die(); /* start */
        }
        """,
    ]

    /// True where the machine can compile the sample and show its symbols.
    static let isPossible = ["gcc", "nm", "objcopy", "addr2line"].allSatisfy(isInstalled)

    static func isInstalled(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            access("\($0)/\(program)", X_OK) == 0
        }
    }

    /// Compiles the sample for as long as `body` runs.
    static func with(
        flags: [String] = ["-g"], _ body: @Sendable (SampleKernel) async throws -> Void
    ) async throws {
        try await withScratchDirectory { directory in
            for (path, text) in sources {
                let file = URL(fileURLWithPath: directory.appending(path).string)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            try FileManager.default.createDirectory(
                atPath: directory.appending("modules/kernel").string, withIntermediateDirectories: true)
            let common = ["-O1", "-ffreestanding", "-fno-pie", "-fno-stack-protector", "-fno-optimize-sibling-calls"]
            func compile(_ arguments: [String]) async throws {
                try await Command("gcc", common + flags + arguments, workingDirectory: directory).check()
            }
            try await compile([
                "-no-pie", "-static", "-nostdlib", "-Wl,-e,kernel_init", "-o", "vmlinux", "init/main.c", "mm/pool.c",
                "fs/twin.c",
            ])
            try await compile(["-c", "-o", "modules/kernel/sample-mod.ko", "drivers/sample.c"])
            var symbols: [Symbol] = []
            for file in ["vmlinux", "modules/kernel/sample-mod.ko"] {
                symbols += try await Self.symbols(of: file, in: directory)
            }
            try await body(SampleKernel(directory: directory, symbols: symbols))
        }
    }

    /// By nm rather than by our own reader.
    private static func symbols(of file: String, in directory: FilePath) async throws -> [Symbol] {
        let text = try await Command("nm", ["-n", "-S", "--defined-only", file], workingDirectory: directory).check()
            .text
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 4, let address = UInt64(words[0], radix: 16), let size = UInt64(words[1], radix: 16)
            else { return nil }
            return Symbol(file: file, address: address, size: size, name: String(words[3]))
        }
    }
}

// MARK: - Traces

extension SampleKernel {
    /// The frame of the call at the end of a function, as a kernel prints it: the size is the distance to the
    /// next symbol, or the function's own at the end of a section.
    ///
    /// - Parameter largest: which one, where several functions have the name.
    func frame(_ function: String, largest: Bool = true, module: String? = nil) throws -> Frame {
        let symbol = try #require(
            symbols.filter { $0.name == function }.sorted { $0.size < $1.size }[largest ? .last : .first])
        let next = symbols.first { $0.file == symbol.file && $0.address > symbol.address }
        return Frame(
            function: function, offset: symbol.size,
            size: module == nil ? (next?.address).map { $0 - symbol.address } ?? symbol.size : symbol.size,
            module: module)
    }

    /// `file:line` of the comment in the sources.
    func place(of mark: String) throws -> String {
        for (path, text) in Self.sources {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            if let index = lines.firstIndex(where: { $0.contains("/* \(mark) */") }) { return "\(path):\(index + 1)" }
        }
        throw Failure("no such mark", on: mark, advice: "")
    }

    /// A report with these frames.
    static func report(_ frames: [Frame], release: String = release) -> KernelReport {
        KernelReport(
            title: "WARNING in pool_take", kind: .warning, kernel: KernelIdentity(release: release), frames: frames,
            range: LogRange(startByte: 0, endByte: 1, startLine: 1, endLine: 1))
    }
}

extension Array {
    fileprivate enum End { case first, last }

    fileprivate subscript(_ end: End) -> Element? { end == .first ? first : last }
}
