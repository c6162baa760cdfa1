import Foundation
import Testing

import TestPlan

/// The plans that come with the repository, as `vmharness plan check` reads them.
@Suite struct ShippedPlanTests {
    static let library = PlanLibrary(
        directory: repositoryRoot + "/testplans", guests: GuestLibrary(directory: repositoryRoot + "/guests"))

    /// They show what a guest can do, and not what a kernel does wrong: none must fail them.
    static let ofTheHarness = ["lab-host"]

    @Test func thereArePlans() throws {
        #expect(try Self.library.names().contains("virtiofs-kvec"))
    }

    @Test(arguments: try library.names())
    func theyAreValidCalibratedAndDocumented(name: String) throws {
        let plan = try Self.library.plan(named: name)
        #expect(plan.name == name)
        #expect(!plan.calibration.passes.isEmpty)
        #expect(plan.calibration.fails.isEmpty == Self.ofTheHarness.contains(name))
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
                .moduleInsert(.path("/mnt/modules/big.ko"), parameters: [], dependencies: false),
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

/// The examples of `docs/plan-format.md` are plans.
@Suite struct DocumentedPlanTests {
    @Test func theExamplesAreValid() throws {
        let document = try String(contentsOfFile: repositoryRoot + "/docs/plan-format.md", encoding: .utf8)
        let examples = document.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(examples.count >= 6)
        for example in examples {
            #expect(PlanText.problems(of: example) == [], "\(example)")
        }
    }

    @Test func theExampleOfExpungesIsValid() throws {
        let document = try String(contentsOfFile: repositoryRoot + "/docs/plan-format.md", encoding: .utf8)
        let example = try #require(
            document.components(separatedBy: "```\n").first { $0.hasPrefix("- test: ") })
        let expunges = try ExpungeFile.parse(Array(example.utf8), file: "expunges.yaml")
        #expect(expunges.map(\.test) == ["generic/208"])
    }
}

/// Finding plans by name, in a directory that anything may have been put into.
@Suite struct PlanLibraryTests {
    private static func withLibrary(_ body: (PlanLibrary, String) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            for (name, text) in [("one", "one"), ("two", "two"), ("moved", "other"), (".hidden", "hidden")] {
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
                let plan = "name: \(text)\nsummary: s\n" + PlanText.steps
                try plan.write(toFile: "\(directory)/\(name)/plan.yaml", atomically: false, encoding: .utf8)
            }
            try FileManager.default.createDirectory(atPath: "\(directory)/empty", withIntermediateDirectories: true)
            try "".write(toFile: "\(directory)/README.md", atomically: false, encoding: .utf8)
            try body(PlanLibrary(directory: directory), directory)
        }
    }

    @Test func onlyDirectoriesWithAPlanFileAreListed() throws {
        try Self.withLibrary { library, _ in
            let names = try library.names()
            #expect(names == ["moved", "one", "two"])
        }
    }

    @Test func aPlanKnowsWhereItCameFrom() throws {
        try Self.withLibrary { library, directory in
            let plan = try library.plan(named: "one")
            #expect(plan.directory == "\(directory)/one")
            #expect(plan.file == "\(directory)/one/plan.yaml")
            #expect(plan.steps[0].location.description == "\(directory)/one/plan.yaml:4:5")
        }
    }

    @Test(arguments: [
        ("oen", "did you mean 'one'?"), ("zebra", "use moved, one or two"), ("empty", "use moved, one or two"),
        ("../one", "use moved, one or two"), ("", "use moved, one or two"), (".hidden", "use moved, one or two"),
        ("/etc/passwd", "use moved, one or two"),
    ])
    func unknownPlansAreRefused(name: String, advice: String) throws {
        try Self.withLibrary { library, _ in
            let error = #expect(throws: InvalidFile.self) { try library.plan(named: name) }
            #expect(error?.diagnostics.map(\.advice) == [advice])
            #expect(error?.description.hasPrefix("there is no plan '\(name)' in '") == true)
        }
    }

    @Test func aPlanMustBearTheNameOfItsDirectory() throws {
        try Self.withLibrary { library, directory in
            let error = #expect(throws: InvalidFile.self) { try library.plan(named: "moved") }
            #expect(
                error?.description == "\(directory)/moved/plan.yaml:1:7: plan 'other' lies in directory 'moved': "
                    + "give both the same name")
        }
    }

    @Test func aMissingLibraryIsNamed() {
        let error = #expect(throws: InvalidFile.self) { try PlanLibrary(directory: "/nonexistent").names() }
        #expect(
            error?.description
                == "cannot read the plans in '/nonexistent': name the directory which holds the plans")
    }
}
