import Foundation
import HostProcess
import Machine
import SystemPackage
import Testing

@Suite struct HostProgramTests {
    @Test func virtiofsdTellsWhatItIs() async throws {
        let path: FilePath = "/usr/lib/qemu/virtiofsd"
        guard FileManager.default.isExecutableFile(atPath: path.string) else { return }
        let program = try await VirtiofsdProgram.inspect(path)
        #expect(program.implementation == .c)
        #expect(program.cacheModes == ["none", "auto", "always"])
        #expect(program.version.contains("virtiofsd"))
    }

    @Test func anotherProgramIsNoVirtiofsd() async throws {
        await #expect(throws: Failure.self) { try await VirtiofsdProgram.inspect("/bin/true") }
    }

    /// When each file of a directory was changed, to the nanosecond.
    private static func changes(in directory: FilePath) throws -> [String: Int] {
        try FileManager.default.contentsOfDirectory(atPath: directory.string).reduce(into: [:]) { changes, name in
            var status = stat()
            guard stat(directory.appending(name).string, &status) == 0 else { return }
            changes[name] = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        }
    }

    @Test func theAnswerAboutKVMIsKeptUntilTheHostBoots() async throws {
        try await withScratchDirectory { cache in
            let first = try await AcceleratorProbe(cache: cache).choose(.auto)
            #expect(!first.reason.isEmpty)
            let kept = try Self.changes(in: cache)
            #expect(!kept.isEmpty)
            #expect(try await AcceleratorProbe(cache: cache).choose(.auto) == first)
            // A second probe would have written its answer anew.
            #expect(try Self.changes(in: cache) == kept)
            guard first.accelerator == .tcg else { return }
            let failure = await #expect(throws: Failure.self) {
                try await AcceleratorProbe(cache: cache).choose(.kvm)
            }
            #expect(failure?.blame == .request)
        }
    }
}
