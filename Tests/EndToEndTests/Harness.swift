import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

/// All tests with real guests. One at a time: they share two cores, and their
/// limits are meant for a guest that has them.
@Suite(.serialized) enum EndToEnd {}

/// The built `vmharness`, as a user calls it.
enum Harness {
    /// The checkout.
    static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    /// The plans of these tests.
    static let plans = FilePath(#filePath).removingLastComponent().appending("Plans")
    /// The kernel of the tests that need any.
    static let kernel = "debian:6.1"

    static var binary: FilePath {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return FilePath(own).removingLastComponent().appending("vmharness")
        }
    }

    /// The variable that every process of one call inherits, so that what it leaves can be found.
    static let mark = "VMHARNESS_TEST"

    /// Keeps the results of tests apart from the user's.
    static var data: FilePath {
        get throws { try binary.removingLastComponent().appending("end-to-end-data") }
    }

    static func command(_ arguments: [String], mark value: String = "none", data: FilePath? = nil) throws -> Command {
        Command(
            try binary.string, arguments,
            environment: [
                "VMHARNESS_DATA": root.string, mark: value, "XDG_DATA_HOME": try (data ?? self.data).string,
            ],
            workingDirectory: root)
    }

    /// Runs it to its end.
    static func run(_ arguments: [String], timeout: Duration = .seconds(600)) async throws -> CommandResult {
        try await command(arguments).run(timeout: timeout)
    }

    /// A run's record as it can be read now, also while it goes on or after its controller was killed.
    static func record(of run: FilePath) async throws -> RunRecord {
        struct Shown: Decodable {
            var run: RunRecord
        }
        let result = try await self.run(["results", "show", run.string, "--json"])
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try #require(
            try? decoder.decode(Shown.self, from: Data(result.output)), "no record; standard error: \(result.errorText)"
        ).run
    }

    /// Runs a plan of these tests and returns its record and directory's contents to `check`.
    static func runPlan(
        _ name: String, kernels: [String] = [kernel], extra: [String] = [],
        _ check: (RunRecord, FilePath, CommandResult) throws -> Void
    ) async throws {
        try await withScratchDirectory { scratch in
            let out = scratch.appending("run")
            let plan = plans.appending(name).string
            let result = try await run(
                ["run", plan, "--json", "--out", out.string] + kernels.flatMap { ["--kernel", $0] } + extra)
            let record = try #require(
                try? RunRecord(json: Data(result.output)), "no record; standard error: \(result.errorText)")
            try check(record, out, result)
        }
    }

    /// The processes that still run for a mark.
    static func processes(_ value: String) -> [Int] {
        ProcessTable.pids(withVariable: mark, value: value).filter(ProcessTable.isRunning)
    }

    /// A process of a mark by its name. A QEMU that is to become a template is not the one that anybody waits for.
    static func process(_ name: String, _ value: String) -> Int? {
        processes(value).first { self.name(of: $0).hasSuffix(name) && !isSeed($0) }
    }

    private static func isSeed(_ pid: Int) -> Bool {
        String(decoding: ProcessTable.read("/proc/\(pid)/cmdline") ?? [], as: UTF8.self).contains("/partial/templates-")
    }

    /// The program of a process, as it was called.
    static func name(of pid: Int) -> String {
        String(decoding: (ProcessTable.read("/proc/\(pid)/cmdline") ?? []).prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Waits until a condition holds.
    static func wait(_ what: Comment, _ limit: Duration = .seconds(90), until condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while !condition() {
            try #require(ContinuousClock.now < deadline, what)
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// QEMU of a call. libvirt's has no more of our environment than the scope, which virtiofsd has as well.
    static func guest(_ value: String) -> Int? {
        if let pid = process("qemu-system-x86_64", value) { return pid }
        guard let scope = process("virtiofsd", value).map(scope(of:)), !scope.isEmpty else { return nil }
        return ProcessTable.pids(withVariable: "VMHARNESS_SCOPE", value: scope)
            .first { name(of: $0).hasSuffix("qemu-system-x86_64") }
    }

    /// The scope that a process carries in its environment.
    static func scope(of pid: Int) -> String {
        let environment = ProcessTable.read("/proc/\(pid)/environ") ?? []
        let name = "VMHARNESS_SCOPE="
        let entry = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            .first { $0.hasPrefix(name) }
        return entry.map { String($0.dropFirst(name.count)) } ?? ""
    }

    /// libvirt's driver for QEMU is there, and the user that it wants as root.
    static var hasLibvirt: Bool {
        let places = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"]
        return places.contains { access("\($0)/libvirt/connection-driver/libvirt_driver_qemu.so", R_OK) == 0 }
            && (getuid() != 0 || getpwnam("libvirt-qemu") != nil)
    }
}
