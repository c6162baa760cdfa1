import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// A module of the kernel built anew with a plan's patch, in the place of the stock one.
    @Suite struct MutationTests {
        private static func run(
            load: String, mutate: String? = "two-devices", _ check: (CellRecord, CommandResult) throws -> Void
        ) async throws {
            let words = ["--set", "load=\(load)"] + (mutate.map { ["--mutate", $0] } ?? [])
            try await Harness.runPlan("mutated", extra: words) { run, _, result in
                try check(try #require(run.cells.first), result)
            }
        }

        @Test(.timeLimit(.minutes(15))) func theMutatedModuleTakesTheStockOnesPlace() async throws {
            try await Self.run(load: "stays") { cell, result in
                #expect(result.status == 1, "\(result.errorText)")
                #expect(cell.id == "mutated@debian-6.1,load=stays,mutate=two-devices")
                #expect(cell.mutation == "two-devices")
                #expect(cell.cases.map(\.verdict) == [.fail])
                #expect(cell.environment?.mutation?.loaded == true)
                #expect(cell.environment?.mutation?.module == "null_blk")
            }
            try await Self.run(load: "stays", mutate: nil) { cell, result in
                #expect(result.status == 0, "\(cell.reason ?? "")")
                #expect(cell.environment?.mutation == nil)
            }
        }

        @Test(.timeLimit(.minutes(15))) func aModuleThatIsGoneAgainWasLoaded() async throws {
            try await Self.run(load: "within") { cell, _ in
                #expect(cell.cases.map(\.verdict) == [.fail])
                #expect(cell.environment?.mutation?.loaded == true)
            }
        }

        /// The case passes, as it would on any kernel.
        @Test(.timeLimit(.minutes(15))) func aModuleThatWasNeverLoadedIsAnError() async throws {
            try await Self.run(load: "never") { cell, result in
                #expect(result.status == 3)
                #expect(cell.cases.map(\.verdict) == [.pass, .error])
                #expect(cell.verdict == .error)
                #expect(cell.reason?.contains("'null_blk' was never loaded") == true, "\(cell.reason ?? "")")
            }
        }

        @Test(
            .timeLimit(.minutes(15)),
            arguments: [
                ("two-device", "did you mean 'two-devices'?"), ("not-this-kernel", "Hunk #1 FAILED"),
                ("elsewhere", "its file lies in drivers/block/null_blk"), ("built-in", "is built into kernel 6.1"),
            ])
        func whatCannotBeMutatedIsRefused(name: String, hint: String) async throws {
            let plan = Harness.plans.appending("mutated").string
            let result = try await Harness.run(["run", plan, "--kernel", Harness.kernel, "--mutate", name])
            #expect(result.status == 2)
            #expect(result.errorText.contains(hint), "\(result.errorText)")
        }
    }
}
