import Foundation
import Testing

import TestPlan

/// `fstests` steps: what they mean.
@Suite struct FstestsPlanTests {
    static func plan(_ step: String, devices: String = "") -> String {
        PlanText.head + """
            guest:
              devices:
                - disk: {name: test, size: 1GiB}
                - disk: {name: scratch, size: 1GiB}
                - disk: {name: log, size: 64MiB}
                - virtiofs: {tag: share}
            \(devices)
            steps:
              - fstests: \(step)

            """
    }

    static func request(_ step: String, devices: String = "", directory: String = "/plans/x") throws -> FstestsRequest {
        let plan = try PlanText.plan(plan(step, devices: devices), directory: directory)
        guard case .fstests(let request) = plan.steps.first?.action else { throw CocoaError(.coderValueNotFound) }
        return request
    }

    @Test func theShortestHasTheDocumentedDefaults() throws {
        let request = try Self.request("{filesystem: ext4, groups: [quick]}")
        #expect(
            request
                == FstestsRequest(
                    sections: [
                        .init(name: "ext4", filesystem: .ext4, devices: [.test: ["test"], .scratch: ["scratch"]])
                    ],
                    groups: ["quick"]))
        #expect(request.options.limits == SuiteOptions.Limits(first: .seconds(1200), floor: .seconds(120), factor: 5))
        #expect(request.otherwise == .refuse && request.options.shards == 1)
    }

    @Test func everyKeyIsRead() throws {
        let request = try Self.request(
            """

                  tree: ../tree
                  otherwise: skip
                  filesystem: xfs
                  test: log
                  scratch: test
                  logwrites: scratch
                  mkfs: -m rmapbt=1
                  mount: ""
                  variables: {SOAK_DURATION: 60, FSX_AVOID: -E}
                  tests: [generic/001, xfs/1234-name]
                  groups: [quick, xfs/auto]
                  exclude: [generic/002]
                  exclude-groups: [dangerous]
                  limit: {first: 5min, floor: 30s, factor: 3}
                  shards: 2
            """)
        #expect(
            request
                == FstestsRequest(
                    tree: "/plans/tree", otherwise: .skip,
                    sections: [
                        .init(
                            name: "xfs", filesystem: .xfs,
                            devices: [.test: ["log"], .scratch: ["test"], .logwrites: ["scratch"]],
                            mkfsOptions: "-m rmapbt=1", mountOptions: "",
                            variables: ["SOAK_DURATION": "60", "FSX_AVOID": "-E"])
                    ],
                    tests: ["generic/001", "xfs/1234-name"], groups: ["quick", "xfs/auto"],
                    excludedTests: ["generic/002"], excludedGroups: ["dangerous"],
                    options: SuiteOptions(
                        limits: .init(first: .seconds(300), floor: .seconds(30), factor: 3), shards: 2)))
    }

    @Test func sectionsInheritWhatTheyDoNotSay() throws {
        let request = try Self.request(
            """

                  filesystem: ext4
                  mkfs: -b 4096
                  test-log: log
                  variables: {A: "1", B: "2"}
                  tests: [generic/001]
                  sections:
                    plain:
                    small: {mkfs: -b 1024, variables: {B: "3"}}
                    pool: {filesystem: btrfs, mkfs: "", scratch-pool: [scratch, log]}
                    shared: {filesystem: virtiofs, test: share}
                    memory: {filesystem: tmpfs}
            """)
        #expect(
            request.sections == [
                .init(
                    name: "plain", filesystem: .ext4,
                    devices: [.test: ["test"], .scratch: ["scratch"], .testLog: ["log"]], mkfsOptions: "-b 4096",
                    variables: ["A": "1", "B": "2"]),
                .init(
                    name: "small", filesystem: .ext4,
                    devices: [.test: ["test"], .scratch: ["scratch"], .testLog: ["log"]], mkfsOptions: "-b 1024",
                    variables: ["A": "1", "B": "3"]),
                .init(
                    name: "pool", filesystem: .btrfs, devices: [.test: ["test"], .scratchPool: ["scratch", "log"]],
                    mkfsOptions: "", variables: ["A": "1", "B": "2"]),
                .init(
                    name: "shared", filesystem: .virtiofs, devices: [.test: ["share"]],
                    variables: ["A": "1", "B": "2"]),
                .init(name: "memory", filesystem: .tmpfs, variables: ["A": "1", "B": "2"]),
            ])
        #expect(request.place(ofCase: "small/generic/001")?.test == "generic/001")
        #expect(request.place(ofCase: "small/generic/001")?.section.mkfsOptions == "-b 1024")
        #expect(request.place(ofCase: "generic/001") == nil)
    }

    @Test func aCaseOfOneSectionIsCalledAsTheTest() throws {
        let request = try Self.request("{filesystem: tmpfs, tests: [generic/001]}")
        #expect(request.place(ofCase: "generic/001")?.test == "generic/001")
    }

    @Test(arguments: [
        ("/a/./b/../c", "/a/c"), ("sub/tree", "/plans/x/sub/tree"), ("\"\"", nil), ("~", nil),
        ("~/tree", ProcessInfo.processInfo.environment["HOME"].map { $0 + "/tree" }),
    ])
    func aTreeIsAnAbsolutePath(text: String, path: String?) throws {
        #expect(try Self.request("{filesystem: tmpfs, groups: [auto], tree: \(text)}").tree == path)
    }

    @Test func aRelativePlanHasItsTreeHere() throws {
        let request = try Self.request("{filesystem: tmpfs, groups: [auto], tree: t}", directory: "p/x")
        #expect(request.tree == FileManager.default.currentDirectoryPath + "/p/x/t")
    }

    /// A parameter with nothing in it leaves the tree to the environment.
    @Test func aTreeMayBeAParameter() throws {
        let text =
            PlanText.head + """
                parameters: {tree: ""}
                steps:
                  - fstests: {filesystem: tmpfs, groups: [auto], tree: "${tree}"}

                """
        func tree(_ settings: [String: String]) throws -> String? {
            let action = try PlanText.plan(text, settings: settings).steps.first?.action
            guard case .fstests(let request) = action else { return "no step" }
            return request.tree
        }
        #expect(try tree([:]) == nil)
        #expect(try tree(["tree": "/t"]) == "/t")
    }
}
