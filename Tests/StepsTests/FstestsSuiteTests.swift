import Foundation
import Fstests
import GuestImage
import HostProcess
import Machine
import RemoteShell
import RunRecord
import Steps
import SystemPackage
import TestPlan
import TestSupport
import Testing

/// The suite with a real tree in real guests; `VMHARNESS_FSTESTS` names the tree, built for Debian trixie.
@Suite(
    .serialized,
    .enabled(
        if: ProcessInfo.processInfo.environment["VMHARNESS_FSTESTS"] != nil,
        "VMHARNESS_FSTESTS names no built tree of fstests"))
struct FstestsSuiteTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// A copy of the tree with cases of the test's own in it.
    private func image(_ cases: [String: String], in directory: FilePath) async throws -> FilePath {
        let tree = directory.appending("tree")
        try await Command("cp", ["-a", Self.environment["VMHARNESS_FSTESTS"] ?? "", tree.string]).check()
        for (name, text) in cases {
            let path = tree.appending("tests").appending(name)
            try text.write(toFile: path.string, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path.string)
            let number = path.lastComponent?.string ?? ""
            try "QA output created by \(number)\nSilence is golden\n".write(
                toFile: path.string + ".out", atomically: false, encoding: .utf8)
            let list = path.removingLastComponent().appending("group.list").string
            try (String(contentsOfFile: list, encoding: .utf8) + "\(number) ours\n").write(
                toFile: list, atomically: false, encoding: .utf8)
        }
        return try await TreeImage(cache: Cache(root: directory.appending("cache"))).image(
            of: tree, purpose: FstestsTree.format
        ) { root in
            let tree = try FstestsTree(at: root)
            return TreeImage.Content(root: tree.root, files: tree.guestFiles)
        }
    }

    private static func shell(_ body: String) -> String {
        ". ./common/preamble\n_begin_fstest ours\n\(body)\nstatus=0\nexit\n"
    }

    private var kernel: KernelName {
        get throws { try KernelName(parsing: Self.environment["VMHARNESS_FSTESTS_KERNEL"] ?? "debian:6.12") }
    }

    @Test("each case as it ends with its files, and after damage the rest in another guest", .timeLimit(.minutes(30)))
    func goingOn() async throws {
        try await withScratchDirectory { directory in
            let tree = try await image(
                [
                    "generic/9001": Self.shell("echo a wrong kernel"),
                    "generic/9002": Self.shell(
                        "_require_scratch\n_scratch_mkfs >/dev/null 2>&1\n_scratch_mount\n"
                            + "(cd $SCRATCH_MNT && setsid sleep 10000 </dev/null >/dev/null 2>&1 &)\nsleep 1\n"
                            + "echo Silence is golden"),
                ], in: directory)
            let section = FstestsRequest.Section(
                name: "small", filesystem: .ext4, devices: [.test: ["test"], .scratch: ["scratch"]])
            let suite = FstestsSuite(
                FstestsRequest(
                    sections: [section],
                    tests: ["generic/005", "generic/006", "generic/413", "generic/9001", "generic/9002"],
                    excludedTests: ["generic/006"]))
            let guest = SuiteGuest(
                directory: directory, kernel: try kernel, tree: tree, disks: ["test": 1 << 30, "scratch": 1 << 30])
            let events = Locked<[SuiteEvent]>([])
            let cases = try await guest.boot { context in
                let cases = try await suite.prepare(in: context)
                let order = ["generic/005", "generic/413", "generic/9001", "generic/9002"]
                try await suite.run(order, in: context) { event in events.update { $0.append(event) } }
                return cases
            }
            #expect(
                cases.filter { $0.skip == nil }.map(\.name) == [
                    "generic/005", "generic/413", "generic/9001", "generic/9002",
                ])
            #expect(cases.filter { $0.skip != nil }.map(\.name) == ["generic/006"])
            let results = events.get().compactMap { if case .ended(let result) = $0 { result } else { nil } }
            #expect(results.map(\.name) == ["generic/005", "generic/413", "generic/9001", "generic/9002"])
            #expect(results.map(\.verdict).prefix(3) == [.pass, .skip, .fail])
            #expect(results[0].seconds ?? 0 > 0)
            #expect(results[1].reason?.contains("dax") == true)
            #expect(results[2].evidence.contains("+a wrong kernel"))
            #expect(results[2].files.contains("fstests/generic/9001.out.bad"))
            #expect(results[2].files.contains("fstests/generic/9001.diff"))
            #expect(results[3].damage?.contains("/mnt/scratch stays mounted") == true)
            let console = String(decoding: guest.console.get(), as: UTF8.self)
            for result in results { #expect(console.contains(suite.mark(of: result.name))) }
            // The same disks, another guest.
            let later = Locked<[SuiteEvent]>([])
            try await guest.boot { context in
                _ = try await suite.prepare(in: context)
                try await suite.run(["generic/005"], in: context) { event in later.update { $0.append(event) } }
            }
            let second = later.get().compactMap { if case .ended(let result) = $0 { result } else { nil } }
            #expect(second.map(\.verdict) == [.pass])
            #expect(second.first?.damage == nil)
        }
    }

    @Test(
        "a case that the tree has not, and a group that it does not know, are refused by name", .timeLimit(.minutes(20))
    )
    func refusals() async throws {
        try await withScratchDirectory { directory in
            let section = FstestsRequest.Section(name: "small", filesystem: .tmpfs)
            let guest = SuiteGuest(
                directory: directory, kernel: try kernel, tree: try await image([:], in: directory), disks: [:])
            try await guest.boot { context in
                let unknown = FstestsSuite(FstestsRequest(sections: [section], tests: ["generic/9999"]))
                let failure = try await #require(throws: Failure.self) { try await unknown.prepare(in: context) }
                #expect(failure.subject == "generic/9999")
                let group = FstestsSuite(FstestsRequest(sections: [section], groups: ["nonsense"]))
                let refusal = try await #require(throws: Failure.self) { try await group.prepare(in: context) }
                #expect(refusal.subject == "nonsense")
            }
        }
    }

    @Test("every file system in sections of one guest, on the same disks", .timeLimit(.minutes(60)))
    func filesystems() async throws {
        try await withScratchDirectory { directory in
            let filesystems = FstestsRequest.Filesystem.allCases.filter { $0 != .virtiofs }
            let suite = FstestsSuite(
                FstestsRequest(
                    sections: filesystems.map { filesystem in
                        FstestsRequest.Section(
                            name: filesystem.rawValue, filesystem: filesystem,
                            devices: filesystem == .tmpfs ? [:] : [.test: ["test"], .scratch: ["scratch"]],
                            variables: filesystem == .ext4 ? ["REPORT_LIST": "xunit"] : [:])
                    }, tests: ["generic/006"]))
            let guest = SuiteGuest(
                directory: directory, kernel: try kernel, tree: try await image([:], in: directory),
                disks: ["test": 2 << 30, "scratch": 2 << 30])
            let events = Locked<[SuiteEvent]>([])
            try await guest.boot { context in
                let cases = try await suite.prepare(in: context).map(\.name)
                #expect(cases == filesystems.map { "\($0.rawValue)/generic/006" })
                for name in cases {
                    do {
                        try await suite.run([name], in: context) { event in events.update { $0.append(event) } }
                    } catch let failure as Failure {
                        Issue.record("\(name): \(failure)")
                    }
                }
            }
            let results = events.get().compactMap { if case .ended(let result) = $0 { result } else { nil } }
            for result in results {
                #expect(result.verdict == .pass, "\(result)")
                #expect(result.damage == nil, "\(result)")
            }
            #expect(results.count == filesystems.count)
        }
    }
}
