import Foundation
import HostProcess
import KernelLog
import SystemPackage
import Testing

@testable import Symbolizer

/// Frames of a compiled kernel and module find the lines they were compiled from.
@Suite(.enabled(if: SampleKernel.isPossible, "needs gcc and binutils"))
struct SymbolizerTests {
    /// Both programs, and each alone, as far as they are installed.
    static let programs: [[LineProgram]] = [[.llvmSymbolizer, .addr2line], [.addr2line], [.llvmSymbolizer]]
        .filter { $0.allSatisfy { SampleKernel.isInstalled($0.rawValue) } }

    private static func symbolizer(_ sample: SampleKernel, _ programs: [LineProgram]) async throws -> Symbolizer {
        try await Symbolizer(kernel: sample.vmlinux, modules: sample.modules, programs: programs)
    }

    private static func locations(_ symbolizer: Symbolizer, _ frames: [Frame]) async throws -> [SymbolizedFrame] {
        try await symbolizer.symbolize([SampleKernel.report(frames)])[0].frames
    }

    @Test(arguments: programs)
    func aCallIsFoundByItsReturnAddress(_ programs: [LineProgram]) async throws {
        try await SampleKernel.with { sample in
            let symbolizer = try await Self.symbolizer(sample, programs)
            let frame = try sample.frame("pool_grow")
            let found = try await Self.locations(symbolizer, [frame])
            #expect(found == [SymbolizedFrame(frame: frame, location: try sample.place(of: "grow"))])
        }
    }

    @Test(arguments: programs)
    func inlinedFunctionsStandBeforeTheirCaller(_ programs: [LineProgram]) async throws {
        try await SampleKernel.with { sample in
            let symbolizer = try await Self.symbolizer(sample, programs)
            let frame = try sample.frame("pool_take")
            let found = try await Self.locations(symbolizer, [frame])
            #expect(found.map(\.frame.function) == ["check", "pool_take"])
            #expect(found.map(\.isInlined) == [true, false])
            #expect(found.map(\.location) == [try sample.place(of: "check"), try sample.place(of: "take")])
            #expect(found.last?.frame == frame)
        }
    }

    /// Where the processor was is an instruction, not a return address: the first one behind a line is the next
    /// line's. It leads the frames, unless it is one of them (arm64).
    @Test func theInstructionPointerIsLookedUpAsItIs() async throws {
        try await SampleKernel.with { sample in
            let symbolizer = try await Symbolizer(kernel: sample.vmlinux)
            let grow = try sample.frame("pool_grow")
            let start = Frame(function: "pool_grow", offset: 0, size: grow.size)
            let behind = Frame(function: "pool_take", offset: try sample.frame("pool_take").offset)
            var report = SampleKernel.report([grow])
            report.instructionPointer = behind
            let found = try await symbolizer.symbolize([report])[0].frames
            #expect(found.map(\.frame.function) == ["pool_take", "pool_grow"])
            // The byte behind the function's last call is not the call.
            #expect(found.first?.location != (try sample.place(of: "take")))
            #expect(found.last?.location == (try sample.place(of: "grow")))

            report = SampleKernel.report([start, grow])
            report.instructionPointer = start
            let armFrames = try await symbolizer.symbolize([report])[0].frames
            #expect(armFrames.map(\.frame) == [start, grow])
        }
    }

    /// Two files have a static function of one name: the size tells which one the log means.
    @Test func sizesTellDuplicatesApart() async throws {
        try await SampleKernel.with { sample in
            let symbolizer = try await Symbolizer(kernel: sample.vmlinux)
            let frames = [try sample.frame("twin", largest: false), try sample.frame("twin", largest: true)]
            let found = try await Self.locations(symbolizer, frames)
            #expect(found.map(\.location) == [try sample.place(of: "small twin"), try sample.place(of: "large twin")])
        }
    }

    /// No place is better than a wrong one.
    @Test func doubtfulFramesStayAsTheyAre() async throws {
        try await SampleKernel.with { sample in
            let symbolizer = try await Symbolizer(kernel: sample.vmlinux, modules: sample.modules)
            let grow = try sample.frame("pool_grow")
            let frames = [
                Frame(function: "twin", offset: 1),
                Frame(function: "pool_grow", offset: grow.offset, size: 0x1000),
                Frame(function: "pool_grow", offset: 0x2000, size: grow.size),
                Frame(function: "pool_grow", offset: .max),
                Frame(function: "pool_grow"),
                Frame(function: "no_such_function", offset: 1, size: 2),
                Frame(function: "sample_run", offset: 1, size: 2, module: "no_such_module"),
                Frame(function: "sample_run", offset: 1, size: 2, module: "../kernel/sample-mod"),
            ]
            let found = try await Self.locations(symbolizer, frames)
            #expect(found == frames.map { SymbolizedFrame(frame: $0) })
            #expect(await symbolizer.notices.map(\.subject).contains("no_such_module"))
        }
    }

    /// Sections of a module begin at the same address; `sample-mod.ko` is the module `sample_mod`.
    @Test(arguments: programs)
    func aModulesSectionsAreToldApart(_ programs: [LineProgram]) async throws {
        try await SampleKernel.with { sample in
            let symbolizer = try await Self.symbolizer(sample, programs)
            let frames = [
                try sample.frame("sample_run", module: "sample_mod"),
                try sample.frame("sample_start", module: "sample_mod"),
            ]
            let found = try await Self.locations(symbolizer, frames)
            let canTell = programs.contains(.addr2line)
            #expect(
                found.map(\.location) == [try sample.place(of: "run"), canTell ? try sample.place(of: "start") : nil])
            #expect(await symbolizer.notices.isEmpty == canTell)
        }
    }

    /// As real kernels print a module's init function: `bad_init+0x54/0x1000 [bad]`.
    @Test(.enabled(if: SampleKernel.isInstalled("addr2line")))
    func theLastFunctionOfAModuleEndsWithItsPage() async throws {
        try await SampleKernel.with { sample in
            let symbolizer = try await Self.symbolizer(sample, [.addr2line])
            var frame = try sample.frame("sample_start", module: "sample_mod")
            let end = try #require(frame.offset)
            var frames: [Frame] = []
            for (offset, size) in [(end, 0x1000), (end, 0x800), (end, 0x2000), (end + 1, 0x1000)] as [(UInt64, UInt64)]
            {
                (frame.offset, frame.size) = (offset, size)
                frames.append(frame)
            }
            let found = try await Self.locations(symbolizer, frames)
            #expect(found.map(\.location) == [try sample.place(of: "start"), nil, nil, nil])
        }
    }

    @Test func anotherKernelsReportIsLeftAlone() async throws {
        try await SampleKernel.with { sample in
            let symbolizer = try await Symbolizer(kernel: sample.vmlinux)
            let frame = try sample.frame("pool_grow")
            let found = try await symbolizer.symbolize([SampleKernel.report([frame], release: "6.1.0-56-amd64")])
            #expect(found[0].frames == [SymbolizedFrame(frame: frame)])
            let notice = try #require(await symbolizer.notices.first)
            #expect(notice.what.contains("6.1.0-56-amd64") && notice.what.contains(SampleKernel.release))
        }
    }

    @Test func jsonIsTheReportWithLocations() async throws {
        try await SampleKernel.with { sample in
            let symbolizer = try await Symbolizer(kernel: sample.vmlinux)
            let reports = try await symbolizer.symbolize([SampleKernel.report([try sample.frame("pool_take")])])
            let data = try JSONEncoder().encode(reports[0])
            #expect(try JSONDecoder().decode(KernelReport.self, from: data).title == "WARNING in pool_take")
            struct Frames: Decodable { var frames: [SymbolizedFrame] }
            #expect(try JSONDecoder().decode(Frames.self, from: data).frames == reports[0].frames)
            let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            let frames = try #require(object["frames"] as? [[String: Any]])
            #expect(frames.map { $0["location"] as? String } == reports[0].frames.map(\.location))
            #expect(frames.map { $0["isInlined"] as? Bool } == [true, false])
        }
    }
}
