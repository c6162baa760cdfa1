import Foundation
import HostProcess
import RunRecord
import Runner
import SystemPackage
import Testing
import TestPlan

/// What a run must find unchanged to be gone on with.
@Suite struct AskedCellTests {
    @Test func aPlanIsAnotherOnceTheGuestItExtendsIs() async throws {
        try await withScratchDirectory { directory in
            func write(_ name: String, _ text: String) throws {
                let file = URL(filePath: directory.appending(FilePath(name).components).string)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            func digest() throws -> String? {
                let plan = try TestPlan.read(
                    directory.appending("p/plan.yaml").string,
                    guests: GuestLibrary(directory: directory.appending("guests").string))
                return Cell(plan: plan, kernel: try KernelName(parsing: "debian:6.1")).asked.planDigest
            }
            try write("p/plan.yaml", "name: p\nsummary: s\nguest: {extends: g}\nsteps:\n  - run: \"true\"\n")
            try write("guests/g.yaml", "summary: s\nguest: {memory: 1GiB}\n")
            let before = try digest()
            #expect(before != nil)
            #expect(try digest() == before)
            try write("guests/g.yaml", "summary: s\nguest: {memory: 2GiB}\n")
            #expect(try digest() != before)
        }
    }
}
