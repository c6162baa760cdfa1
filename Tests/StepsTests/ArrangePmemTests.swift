import Foundation
import HostProcess
import SystemPackage
import TestPlan
import Testing

@testable import Steps

/// The script of `pmem`, run on the host over a made-up libnvdimm.
@Suite struct ArrangePmemTests {
    /// An NVDIMM in mode fsdax, of which sectors are asked for.
    @Test(arguments: [(true, true), (false, false)])
    func contentsThatDoNotFitAreLeftAlone(isGolden: Bool, isRefused: Bool) async throws {
        try await withScratchDirectory { scratch in
            let nd = scratch.appending("devices")
            for (file, text) in [
                ("nmem0/nfit/handle", "0x1"), ("region0/mapping0", "nmem0,0,67108864,0"), ("region0/read_only", "0"),
                ("region0/namespace0.0/size", "67108864"), ("namespace0.0/mode", "memory"),
                ("namespace0.0/holder", ""), ("namespace0.0/force_raw", "0"),
            ] {
                let path = nd.appending(file)
                try FileManager.default.createDirectory(
                    atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
                try Data("\(text)\n".utf8).write(to: URL(filePath: path.string))
            }
            let text = arrangement(
                PmemLayout(mode: .sector, tool: .sysfs),
                PmemScript(name: "a", place: GuestPmem(model: .nvdimm, number: 1)), isGolden: isGolden
            ).replacing("/sys/bus/nd", with: scratch.string).replacing(announcement, with: "modprobe() { :; }")
            let result = try await Command("sh", ["-c", text]).run(timeout: .seconds(20))
            #expect(result.termination != .exited(0))
            #expect(
                result.errorText.contains("its contents do not fit and are not made anew: they have the mode 'memory'")
                    == isRefused, "\(result.errorText)")
            let force = try String(contentsOfFile: nd.appending("namespace0.0/force_raw").string, encoding: .utf8)
            #expect(force == (isRefused ? "0\n" : "1\n"))
        }
    }
}
