import Foundation
import Testing

import TestPlan

/// The plans that come with the repository, as `vmharness plan check` reads them.
@Suite struct ShippedPlanTests {
    static let library = PlanLibrary(directory: repositoryRoot + "/testplans")

    @Test func thereArePlans() throws {
        #expect(try Self.library.names().contains("virtiofs-kvec"))
    }

    @Test(arguments: try library.names())
    func theyAreValidCalibratedAndDocumented(name: String) throws {
        let plan = try Self.library.plan(named: name)
        #expect(plan.name == name)
        #expect(!plan.calibration.fails.isEmpty && !plan.calibration.passes.isEmpty)
        #expect(FileManager.default.fileExists(atPath: plan.directory + "/README.md"))
    }

    @Test func virtiofsKvecSaysWhatItsReadmeSays() throws {
        let plan = try Self.library.plan(named: "virtiofs-kvec")
        #expect(plan.guest.memory == .gibibytes(1))
        #expect(plan.guest.cpus == 2)
        #expect(plan.guest.virtiofs.map(\.tag) == ["modules"])
        #expect(plan.guest.virtiofs.map(\.cache) == [.none])
        #expect(plan.guest.virtiofs.map(\.share) == [nil])
        #expect(
            plan.steps.map(\.action) == [
                .modulePad(module: "dummy", size: .mebibytes(10), to: ShareFile(tag: "modules", path: "/big.ko")),
                .mount(virtiofs: "modules", at: "/mnt/modules", options: [], readOnly: false),
                .moduleInsert(.path("/mnt/modules/big.ko"), parameters: []),
            ])
        #expect(plan.steps.map(\.timeout) == [.seconds(60), .seconds(60), .seconds(30)])
        #expect(plan.calibration.fails.map(\.kernel) == [.debian(series: "6.1", flavour: nil)])
        #expect(plan.calibration.fails.map(\.finding) == ["WARNING in __alloc_pages"])
        #expect(plan.calibration.passes.map(\.kernel.description) == ["debian:6.12", "debian:7.2"])
    }

    @Test func aParameterIsSetFromOutside() throws {
        let plan = try Self.library.plan(named: "virtiofs-kvec", settings: ["size": "64KiB"])
        #expect(plan.values == ["size": "64KiB"])
        guard case .modulePad(_, let size, _) = plan.steps[0].action else {
            Issue.record("the first step pads a module")
            return
        }
        #expect(size == .kibibytes(64))
    }
}
