import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import Symbolizer

/// Files that are no kernel with debug information are refused with advice, and damaged ones crash nothing.
struct RefusalTests {
    private static func refusal(_ path: FilePath) async -> Failure? {
        do {
            _ = try await Symbolizer(kernel: path)
        } catch {
            return error as? Failure
        }
        return nil
    }

    private static func write(_ bytes: [UInt8], to path: FilePath) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path.string))
    }

    @Test func whatIsNoELFFileIsRefused() async throws {
        try await withScratchDirectory { directory in
            let text = directory.appending("text")
            try Self.write(Array(repeating: 0x41, count: 4096), to: text)
            let empty = directory.appending("empty")
            try Self.write([], to: empty)
            let pipe = directory.appending("pipe")
            #expect(mkfifo(pipe.string, 0o600) == 0)
            let magic = directory.appending("magic")
            try Self.write([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + Array(repeating: 0xff, count: 100), to: magic)
            for (path, what) in [
                (directory.appending("none"), "cannot read file"), (text, "not an ELF file"),
                (empty, "not an ELF file"), (directory, "not an ELF file"), (pipe, "not a regular file"),
                (magic, "cut short"),
            ] {
                let failure = try #require(await Self.refusal(path))
                #expect(failure.what.contains(what))
                #expect(failure.subject == path.string && !failure.advice.isEmpty && failure.blame == .request)
            }
        }
    }

    @Test(.enabled(if: SampleKernel.isPossible, "needs gcc and binutils"))
    func whatIsNoKernelWithDebugInformationIsRefused() async throws {
        try await SampleKernel.with(flags: []) { sample in
            let failure = try #require(await Self.refusal(sample.vmlinux))
            #expect(failure.what == "no debug information")
            #expect(failure.advice.contains("-dbg"))
        }
        try await SampleKernel.with { sample in
            #expect(await Self.refusal(sample.module)?.what == "a module, not a kernel")
            let nameless = sample.directory.appending("nameless")
            try await Command("objcopy", ["-N", "linux_banner", sample.vmlinux.string, nameless.string]).check()
            #expect(await Self.refusal(nameless)?.what.hasPrefix("not a kernel with symbols") == true)
            await #expect(throws: Failure.self) {
                try await Symbolizer(kernel: sample.vmlinux, modules: sample.directory.appending("none"))
            }
        }
    }

    /// Bytes of the headers and tables are changed at random, and the file cut: it is read or refused.
    @Test(.enabled(if: SampleKernel.isPossible, "needs gcc and binutils"))
    func damagedFilesAreReadOrRefused() async throws {
        try await SampleKernel.with { sample in
            for path in [sample.vmlinux, sample.module] {
                let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path.string)))
                var dice = Dice(state: UInt64(whole.count))
                var refused = 0
                for _ in 0..<300 {
                    var bytes = whole
                    for _ in 0..<Int.random(in: 1...8, using: &dice) {
                        let place =
                            switch Int.random(in: 0..<3, using: &dice) {
                            case 0: Int.random(in: 0..<64, using: &dice)
                            case 1: bytes.count - 1 - Int.random(in: 0..<min(2048, bytes.count), using: &dice)
                            default: Int.random(in: 0..<bytes.count, using: &dice)
                            }
                        bytes[place] = Bool.random(using: &dice) ? 0xff : UInt8.random(in: .min ... .max, using: &dice)
                    }
                    if Bool.random(using: &dice) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &dice)) }
                    let damaged = sample.directory.appending("damaged")
                    try Self.write(bytes, to: damaged)
                    do {
                        _ = try DebugFile(damaged).release()
                    } catch {
                        #expect(error is Failure)
                        refused += 1
                    }
                }
                #expect(refused > 0 && refused < 300)
            }
        }
    }

    /// A generator whose failures can be repeated.
    struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
