import Foundation
import HostProcess
import Kselftest
import RemoteShell
import RunRecord
import SystemPackage
import TestPlan

/// `kselftest`: the kernel's own selftests, each called as its `runner.sh` calls it (`run_one`), in a copy of the tree
/// that can be written to, since tests leave files beside themselves. Their `settings` give times to machines of
/// another speed than a guest's: they stand in the output and have no say.
struct KselftestSuite: Suite {
    let request: KselftestRequest
    let timeout: Duration

    var options: SuiteOptions { request.options }

    /// The image of the tree, and the copy in which tests run.
    private static let image = "/mnt/vmharness-tree"
    private static let place = "/var/lib/kselftest"
    /// The file system that outlives the guest, and the directory of the tests' output in it.
    private static let results = "/mnt/vmharness-results"
    private static let logs = "kselftest"
    /// On a busy host.
    private static let preparationLimit = Duration.seconds(600)
    /// Bytes kept of what a test prints.
    private static let outputLimit = 4 << 20

    func prepare(in context: StepContext) async throws -> [SuiteCase] {
        let script = """
            \(announcement)
            set -e
            \(SuiteDisk.staging)
            stage \(SuiteDisk.tree) \(Self.image) ro
            stage \(SuiteDisk.results) \(Self.results) sync,noatime
            mkdir -p \(Self.results)/\(Self.logs)
            rm -rf \(Self.place)
            cp -a \(Self.image) \(Self.place)
            cat \(Self.place)/\(KselftestList.fileName)
            """
        let result = try await context.shell.check(
            script, purpose: "copy the selftests' tree", outputLimit: KselftestList.largest,
            timeout: Self.preparationLimit)
        return try Self.cases(of: KselftestList(result.text), request)
    }

    /// The tests that the plan asks for; also, unless it names tests, the lines of the list that nobody understands.
    static func cases(of list: KselftestList, _ request: KselftestRequest) throws -> [SuiteCase] {
        let (chosen, excluded) = try list.selection(request)
        let unknown = request.tests.isEmpty ? list.unknown : []
        return chosen.map { SuiteCase(name: $0.name) }
            + excluded.map { SuiteCase(name: $0.name, skip: "left out by the plan's `exclude`") }
            + unknown.map { SuiteCase(name: $0, skip: "a line of \(KselftestList.fileName) that names no test") }
    }

    func run(
        _ names: [String], in context: StepContext, report: @Sendable @escaping (SuiteEvent) async -> Void
    ) async throws {
        for name in names {
            guard let test = KselftestCase(name) else {
                throw Failure("not the name of a selftest", on: name, advice: "COLLECTION:TEST", blame: .request)
            }
            await report(.began(name))
            let began = ContinuousClock.now
            let answer = try await context.shell.run(
                script(of: test), outputLimit: Self.outputLimit + 4096, timeout: timeout)
            let run = KselftestRun(answer, limit: Self.outputLimit)
            var outcome = run.judge(name)
            outcome.seconds = (ContinuousClock.now - began) / .seconds(1)
            if !run.output.isEmpty {
                let file = FstestsCaseFiles.write(
                    run.output, as: Self.fileName(of: test), in: context.directory, at: Self.logs)
                outcome.files = [file].compactMap(\.self)
            }
            await report(.ended(outcome))
            await report(.said("\(name): \(run.note)"))
        }
    }

    /// Runs a test and prints a line of ours, then what it printed. Its output goes to the disk that outlives the guest.
    private func script(of test: KselftestCase) -> String {
        let path = FilePath("\(Self.place)/\(test.path)")
        let log = GuestWord.quoted("\(Self.results)/\(Self.logs)/\(Self.fileName(of: test))")
        return """
            \(announcement)
            echo "<5>"\(GuestWord.quoted(mark(of: test.name))) >/dev/kmsg
            cd \(GuestWord.quoted(path.removingLastComponent().string)) 2>/dev/null || { echo "@absent"; exit 0; }
            set -- \(GuestWord.quoted("./" + path.lastComponent!.string))
            [ -f "$1" ] || { echo "@absent"; exit 0; }
            if [ ! -x "$1" ]; then
                [ "$(head -c 2 "$1")" = "#!" ] || { echo "@unusable"; exit 0; }
                set -- $(head -n 1 "$1" | cut -c 3-) "$1"
            fi
            ! command -v stdbuf >/dev/null || set -- stdbuf --output=L "$@"
            "$@" </dev/null >\(log) 2>&1
            status=$?
            echo "@ran $status $(sed -n 's/^timeout=\\([0-9]*\\)$/\\1/p' \
            \(GuestWord.quoted("\(Self.place)/\(test.collection)/settings")) 2>/dev/null | head -n 1)"
            head -c \(Self.outputLimit + 1) \(log)
            rm -f \(log)
            """
    }

    func mark(of name: String) -> String { caseMark + name }

    func resultFiles(of name: String) -> ResultFiles? {
        KselftestCase(name).map { test in
            ResultFiles(
                directory: "/\(Self.logs)", stem: Self.fileName(of: test), place: Self.logs, most: 1,
                largest: Self.outputLimit)
        }
    }

    /// `net-forwarding:router.sh.log`
    static func fileName(of test: KselftestCase) -> String {
        String(test.name.map { $0 == "/" ? "-" : $0 }) + ".log"
    }
}
