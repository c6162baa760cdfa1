import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Guests with persistent memory.
    @Suite struct PmemTests {
        /// In one guest that crashes and another that goes on: modes by ndctl and by sysfs, DAX beside virtiofs, and
        /// contents that are saved once and brought back.
        @Test(.timeLimit(.minutes(8))) func modesAndContentsHold() async throws {
            try await Harness.runPlan("pmem") { run, out, result in
                let cell = try #require(run.cells.first)
                // The daemon may complain of the connection that ends with the first guest.
                let cases = cell.cases.filter { $0.name != "virtiofsd" }
                let verdicts = Dictionary(cases.map { ($0.name, $0.verdict) }) { first, _ in first }
                #expect(
                    verdicts == [
                        "fill": .pass, "nodes": .pass, "beside virtiofs": .pass, "spoil": .pass,
                        "golden cases/first": .pass, "golden cases/second": .pass, "suite/golden": .pass,
                        "suite/crash": .fail, "suite/still": .pass, "pmem.restore": .error, "after": .skip,
                    ], "\(result.errorText)")
                // What is mounted is not taken away.
                #expect(
                    cell.cases.first { $0.name == "pmem.restore" }?.reason?.hasPrefix(
                        "cannot restore 'gold': it is mounted at /mnt/gold: unmount it first") == true)
                #expect(cell.guests?.count == 2)
                let directory = out.appending(cell.directory)
                func output(_ file: String) -> String {
                    (try? String(contentsOfFile: directory.appending(file).string, encoding: .utf8)) ?? ""
                }
                #expect(output("step-1-pmem.txt").contains("gold: fsdax by ndctl, /dev/pmem"))
                #expect(output("step-7-pmem.txt").contains("chars: devdax by sysfs, /dev/dax"))
                #expect(output("guest-2/step-1-pmem.txt").contains("gold: fsdax as it was, /dev/pmem"))
                let pmem = try #require(cell.environment?.pmem)
                #expect(pmem.map(\.name) == ["gold", "chars", "weak", "atomic", "virtual"])
                #expect(pmem.map(\.backing) == ["file", "memfd", "file", "file", "file"])
                #expect(pmem.map(\.flags) == [[], [], ["unarmed"], [], []])
                #expect(
                    pmem[0] == .init(name: "gold", model: "nvdimm", backing: "file", size: 130 << 20, label: 2 << 20))
            }
        }

        /// QEMU would make a regular file of the path, and start.
        @Test(.timeLimit(.minutes(2))) func aNodeThatIsNotThereIsRefused() async throws {
            let plan = Harness.plans.appending("pmem-devdax").string
            let result = try await Harness.run(["run", plan, "--kernel", Harness.kernel])
            #expect(result.status == 2)
            #expect(result.errorText.contains("there is no such device-dax node: No such file or directory"))
            #expect(result.errorText.contains("on: /dev/dax987.654"))
            #expect(!FileManager.default.fileExists(atPath: "/dev/dax987.654"))
        }
    }
}
