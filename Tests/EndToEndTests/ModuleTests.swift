import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Modules compiled for the guest's kernel, and what becomes of them there.
    @Suite struct ModuleTests {
        private static func run(_ what: String, _ check: (CellRecord, CommandResult) throws -> Void) async throws {
            try await Harness.runPlan("modules", extra: ["--set", "what=\(what)"]) { run, _, result in
                try check(try #require(run.cells.first), result)
            }
        }

        @Test(.timeLimit(.minutes(10))) func whatAModuleReportsAreCases() async throws {
            try await Self.run("results") { cell, result in
                #expect(result.status == 1)
                #expect(cell.cases.map(\.name) == ["right", "wrong", "absent"])
                #expect(cell.cases.map(\.verdict) == [.pass, .fail, .skip])
                #expect(cell.cases.map(\.reason) == [nil, "expected 4, got 5", "no such device"])
                #expect(cell.findings.map(\.title) == ["not ok: wrong"])
            }
        }

        @Test(.timeLimit(.minutes(10))) func aMissingSymbolIsNamedInTheKernelsWords() async throws {
            try await Self.run("missing") { cell, _ in
                let reason = try #require(cell.cases.first { $0.verdict == .fail }?.reason)
                #expect(reason.contains("needs a symbol"), "\(reason)")
                #expect(reason.contains("missing: Unknown symbol cordic_calc_iq"), "\(reason)")
            }
        }

        /// insmod returns 0 for it, and the test would run with the default.
        @Test(.timeLimit(.minutes(10))) func aMistypedParameterIsOurError() async throws {
            try await Self.run("parameter") { cell, result in
                #expect(result.status == 3)
                #expect(cell.verdict == .error)
                #expect(cell.reason?.contains("unknown parameter 'lenght' ignored") == true, "\(cell.reason ?? "")")
            }
        }

        @Test(.timeLimit(.minutes(10))) func cyclesPassWhereNothingGrows() async throws {
            try await Self.run("cycle") { cell, result in
                #expect(result.status == 0, "\(cell.reason ?? "")")
                #expect(cell.cases.map(\.name) == ["module.cycle"])
            }
        }

        @Test(.timeLimit(.minutes(10))) func whatAModuleKeepsAtItsRemovalIsALeak() async throws {
            try await Self.run("leak") { cell, result in
                #expect(result.status == 1)
                #expect(cell.cases.map(\.name) == ["kmalloc", "vmalloc"])
                #expect(cell.cases.map(\.verdict) == [.fail, .fail])
                let reasons = cell.cases.map { $0.reason ?? "" }
                // Half a MiB a cycle, and what the rest of the guest does meanwhile.
                #expect(reasons[0].contains(/SUnreclaim grew by \d{3} KiB a cycle: a leak/), "\(reasons[0])")
                #expect(reasons[1].contains(/VmallocUsed grew by \d{3} KiB a cycle: a leak/), "\(reasons[1])")
            }
        }

        @Test(.timeLimit(.minutes(10))) func anErrorOfTheCompilerIsRefusedWithItsPlace() async throws {
            let plan = Harness.plans.appending("unbuildable").string
            let result = try await Harness.run(["run", plan, "--kernel", Harness.kernel])
            #expect(result.status == 2)
            #expect(result.errorText.contains("module/unbuildable.c:4:"), "\(result.errorText)")
            #expect(result.errorText.contains("error: 'missing' undeclared"), "\(result.errorText)")
        }
    }
}
