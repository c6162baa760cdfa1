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

    @Test func theAnswerAboutKVMIsKeptUntilTheHostBoots() async throws {
        try await withScratchDirectory { cache in
            let first = try await AcceleratorProbe(cache: cache).choose(.auto)
            #expect(!first.reason.isEmpty)
            let began = ContinuousClock.now
            #expect(try await AcceleratorProbe(cache: cache).choose(.auto) == first)
            // The probe's own limit is 6 s; reading the answer takes a start of `qemu --version`.
            #expect(ContinuousClock.now - began < .seconds(5))
            guard first.accelerator == .tcg else { return }
            let failure = await #expect(throws: Failure.self) {
                try await AcceleratorProbe(cache: cache).choose(.kvm)
            }
            #expect(failure?.blame == .request)
        }
    }
}
