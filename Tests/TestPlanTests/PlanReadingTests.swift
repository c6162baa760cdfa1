import Foundation
import Testing

import TestPlan

/// What valid plans mean: defaults, short forms, parameters, shares.
@Suite struct PlanReadingTests {
    @Test func theShortestPlanHasTheDocumentedDefaults() throws {
        let plan = try PlanText.plan(PlanText.head + PlanText.steps)
        #expect(plan.guest == GuestRequest())
        #expect(plan.guest.memory.description == "1GiB" && plan.guest.cpus == 2 && plan.guest.image == "base")
        #expect(plan.guest.initSystem == .fast && plan.guest.accelerator == nil && plan.guest.devices.isEmpty)
        #expect(plan.calibration.isEmpty && plan.requires == Requirements() && plan.parameters.isEmpty)
        let location = SourceLocation(file: "plan.yaml", line: 4, column: 5)
        let step = PlanStep(
            action: .run(.shell("uname -r"), status: 0, caseName: nil), timeout: .seconds(300), location: location)
        #expect(plan.steps == [step])
    }

    @Test func everyKeyIsRead() throws {
        let plan = try PlanText.plan(
            """
            name: all-keys
            summary: Every key of the format
            guest:
              memory: 2GiB
              cpus: 8
              image: trixie
              init: systemd
              accel: tcg
              command-line: [nosmt, 'dyndbg="file virtio_fs.c +p"']
              devices:
                - virtiofs: {tag: a, cache: none, daemon: rust, read-only: true}
                - virtiofs: {tag: b}
                - disk: {name: 0_slow, size: 1GiB, iops-write: 150, bps-read: 2MiB}
            steps:
              - module.pad: {module: dummy, size: 1MiB, to: "b:/x/y.ko"}
              - mount: {virtiofs: a, at: /mnt/a, options: [dax=always], read-only: true, timeout: 5s, name: Mount a}
              - module.insert: {module: dummy, parameters: [numdummies=2]}
              - module.remove: dummy
              - unmount: /mnt/a
              - run: {command: [ls, -l, /], status: 2, case: listing, timeout: 2min}
            requires: {accel: tcg, modules: [virtiofs], config: [CONFIG_FUSE_FS, CONFIG_HZ=250]}
            """)
        #expect(
            plan.guest
                == GuestRequest(
                    memory: .gibibytes(2),
                    cpus: 8,
                    image: "trixie",
                    initSystem: .systemd,
                    accelerator: .tcg,
                    commandLine: ["nosmt", "dyndbg=\"file virtio_fs.c +p\""],
                    devices: [
                        .virtiofs(
                            VirtiofsRequest(
                                tag: "a", cache: .none, daemon: .rust, readOnly: true,
                                location: SourceLocation(file: "plan.yaml", line: 11, column: 7))),
                        .virtiofs(
                            VirtiofsRequest(
                                tag: "b", location: SourceLocation(file: "plan.yaml", line: 12, column: 7))),
                        .disk(
                            DiskRequest(
                                name: "0_slow", size: .gibibytes(1),
                                limits: [.writeOperations: 150, .readBytes: 2 << 20],
                                location: SourceLocation(file: "plan.yaml", line: 13, column: 7))),
                    ]))
        #expect(
            plan.steps.map(\.action) == [
                .modulePad(module: "dummy", size: .mebibytes(1), to: ShareFile(tag: "b", path: "/x/y.ko")),
                .mount(virtiofs: "a", at: "/mnt/a", options: ["dax=always"], readOnly: true),
                .moduleInsert(.name("dummy"), parameters: ["numdummies=2"], dependencies: false),
                .moduleRemove(name: "dummy"),
                .unmount(at: "/mnt/a"),
                .run(.arguments(["ls", "-l", "/"]), status: 2, caseName: "listing"),
            ])
        #expect(plan.steps.map(\.name) == [nil, "Mount a", nil, nil, nil, nil])
        #expect(plan.steps[1].timeout == .seconds(5) && plan.steps[5].timeout == .seconds(120))
        #expect(
            plan.requires
                == Requirements(
                    accelerator: .tcg, modules: ["virtiofs"], config: ["CONFIG_FUSE_FS", "CONFIG_HZ=250"]))
    }

    @Test func acceleratorAutoIsNone() throws {
        let plan = try PlanText.plan(PlanText.head + "guest: {accel: auto}\n" + PlanText.steps)
        #expect(plan.guest.accelerator == nil)
    }

    // MARK: Parameters

    private static let parametric =
        PlanText.head + """
            parameters:
              n: {default: 3, summary: How many CPUs}
              text: hello
            guest:
              cpus: ${n}
              memory: "${n}GiB"
            steps:
              - run: {command: [echo, "${text}", "$${text}", "a${text}b${n}", "$$", "$"], name: "Say ${text}"}

            """

    @Test func parametersAreSubstitutedBeforeTyping() throws {
        let plan = try PlanText.plan(Self.parametric)
        #expect(plan.guest.cpus == 3)
        #expect(plan.guest.memory == .gibibytes(3))
        #expect(plan.steps[0].name == "Say hello")
        #expect(
            plan.steps[0].action
                == .run(
                    .arguments(["echo", "hello", "${text}", "ahellob3", "$$", "$"]), status: 0, caseName: nil))
        #expect(plan.values == ["n": "3", "text": "hello"])
        #expect(plan.parameters.map(\.name) == ["n", "text"])
        #expect(plan.parameters.map(\.summary) == ["How many CPUs", nil])
    }

    @Test(arguments: ["", "~", "null", "a: b", "[x", "${n}", "&a", "'"])
    func whatIsSetIsTextAndNeverYAML(value: String) throws {
        let plan = try PlanText.plan(Self.parametric, settings: ["text": value])
        #expect(
            plan.steps[0].action
                == .run(
                    .arguments(["echo", value, "${text}", "a\(value)b3", "$$", "$"]), status: 0, caseName: nil))
    }

    @Test(arguments: [
        (["txet": "x"], "plan x has no parameter 'txet': did you mean 'text'?"),
        (["zzz": "x"], "plan x has no parameter 'zzz': use n or text"),
        (["text": "a\nb"], "the value set for parameter 'text' contains a control character"),
        (["text": String(repeating: "a", count: 4097)], "the value set for parameter 'text' is longer than 4096 bytes"),
        (["n": "300"], "plan.yaml:7:9: 'cpus' in guest must be a whole number from 1 to 256, not '300'"),
    ])
    func wrongSettingsAreRefused(settings: [String: String], message: String) {
        #expect(PlanText.problems(of: Self.parametric, settings: settings) == [message])
    }

    @Test func settingsOfAPlanWithoutParametersAreRefused() {
        #expect(
            PlanText.problems(of: PlanText.head + PlanText.steps, settings: ["a": "b"])
                == ["plan x has no parameter 'a': it has none to set"])
    }

    @Test func substitutionIsBounded() {
        let uses = String(repeating: "${a}", count: 1000)
        let text = PlanText.head + "parameters: {a: \(String(repeating: "x", count: 4000))}\nsteps:\n  - run: \(uses)\n"
        #expect(
            PlanText.problems(of: text) == [
                "plan.yaml:5:10: parameters add more than 1MiB of text: use them in fewer places"
            ])
    }

    // MARK: Shares

    private static func plan(sharing path: String) -> String {
        PlanText.head + "guest:\n  devices:\n    - virtiofs: {tag: a, share: \"\(path)\"}\n" + PlanText.steps
    }

    @Test func aShareIsADirectoryBelowThePlan() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: "\(directory)/data/in", withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: "\(directory)/data/file"))
            try FileManager.default.createSymbolicLink(atPath: "\(directory)/out", withDestinationPath: "/etc")
            try FileManager.default.createSymbolicLink(atPath: "\(directory)/in", withDestinationPath: "data/in")

            for path in ["data", "data/in", "in", "."] {
                let plan = try PlanText.plan(Self.plan(sharing: path), directory: directory)
                let share = try #require(plan.guest.virtiofs.first?.share)
                #expect(share.hasPrefix("/") && FileManager.default.fileExists(atPath: share))
                #expect(!share.hasSuffix("/in") || share.hasSuffix("/data/in"))
            }
            let refusals = [
                ("dat", "'\(directory)/dat' cannot be found: No such file or directory: create the directory"),
                ("data/file", "'\(directory)/data/file' is not a directory: name the directory around it"),
                ("out", "'\(directory)/out' leads out of the plan's directory: replace the symbolic link by a copy"),
            ]
            for (path, message) in refusals {
                #expect(
                    PlanText.problems(of: Self.plan(sharing: path), directory: directory)
                        == ["plan.yaml:5:33: 'share' in virtiofs: \(Self.cut(message))"])
            }
        }
    }

    /// Messages quote at most 60 characters of a path.
    private static func cut(_ message: String) -> String {
        let parts = message.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        return parts[1].count <= 60 ? message : "'\(parts[1].prefix(60))…'\(parts[2])"
    }

    @Test func aPlanDoesNotWriteIntoItsOwnDirectory() throws {
        try withTemporaryDirectory { directory in
            let text =
                PlanText.head + """
                    guest:
                      devices:
                        - virtiofs: {tag: a, share: .}
                    steps:
                      - module.pad: {module: m, size: 1MiB, to: "a:/m.ko"}

                    """
            #expect(
                PlanText.problems(of: text, directory: directory) == [
                    """
                    plan.yaml:7:45: 'to' in module.pad: share 'a' is a directory of the plan, which is not written to: \
                    leave out 'share' in line 5, or declare a second virtiofs device
                    """
                ])
        }
    }

    // MARK: All problems at once

    @Test func allProblemsAreFoundInOnePassAndInTheOrderOfTheFile() {
        let text = """
            name: X
            sumary: s
            guest: {cpus: 0, memory: 1G}
            steps:
              - run: {status: -1}
              - runn: x
            calibration: {fails: [{kernel: 6.1}]}

            """
        #expect(
            PlanText.problems(of: text).map { $0.prefix { $0 != " " } } == [
                "plan.yaml:1:1:", "plan.yaml:1:7:", "plan.yaml:2:1:", "plan.yaml:3:15:", "plan.yaml:3:26:",
                "plan.yaml:5:10:", "plan.yaml:5:19:", "plan.yaml:6:5:", "plan.yaml:7:32:",
            ])
    }

    @Test func aFileFullOfMistakesYieldsABoundedList() {
        let text = PlanText.head + PlanText.steps + (0..<3000).map { "k\($0): 1\n" }.joined()
        #expect(PlanText.problems(of: text).count == DiagnosticList.capacity)
    }
}
