import ArgumentParser
import Machine
import RunRecord
import Runner
import SystemPackage
import Testing

@testable import vmharness

/// What options come to together.
@Suite struct OptionTests {
    /// What a run was begun with holds, unless it is given again.
    @Test func optionsOfARunThatIsGoneOnWith() throws {
        let data = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        func options(_ arguments: String...) throws -> RunOptions {
            let begun = GuestWish(accelerator: "tcg", backend: "libvirt", connect: "qemu:///session", start: "cold")
            return try GuestOptions.parse(arguments + ["--data", data.string]).runOptions(earlier: begun)
        }
        let same = try options()
        #expect(same.accelerator == .tcg && same.backend == .libvirt && same.start == .cold)
        #expect(same.connect == "qemu:///session")
        let other = try options("--backend", "qemu", "--accel", "auto")
        #expect(other.accelerator == .auto && other.backend == .qemu && other.connect == nil && other.start == .cold)
    }

    /// Side by side, what takes long had better not begin last: of a matrix as of a run.
    @Test func severalAtATimeBeginWithTheLongest() throws {
        #expect(try ScheduleOptions.parse(["--jobs", "auto"]).schedule.order == .longestFirst)
        #expect(try ScheduleOptions.parse(["--jobs", "2"]).schedule.order == .longestFirst)
        #expect(try ScheduleOptions.parse([]).schedule.order == .given)
    }
}
