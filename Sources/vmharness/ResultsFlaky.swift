import ArgumentParser
import ResultStore
import RunRecord

/// `vmharness results flaky`
struct ResultsFlaky: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flaky", abstract: "Shows the cases that pass and fail on the same input.",
        discussion: "The same input is the same build of a kernel, the same parameters, accelerator and backend.")

    @Option(help: "Only this plan's.", completion: Completions.plans) var plan: String?
    @Option(help: "Only on this kernel, as it was asked for.", completion: Completions.kernels) var kernel: String?
    @Option(help: "How many of a case's latest outcomes on a kernel are looked at.") var last: Int = 50
    @Flag(help: "Print one JSON document.") var json = false

    func validate() throws {
        guard (2...100_000).contains(last) else { throw ValidationError("--last must be from 2 to 100000.") }
    }

    func run() throws {
        let store = try ResultsCommand.store()
        if let plan { try ResultsCommand.check(plan: plan, in: store) }
        let flaky = try store.flaky(plan: plan, kernel: kernel, last: last)
        if flaky.isEmpty { Terminal.error("no case has both passed and failed on the same input") }
        try printList(flaky, json: json, header: ["TEST", "KERNEL", "RELEASE", "BY", "FAILED", "LAST", "RUN", "WITH"]) {
            flaky in
            let variation = flaky.test.variation
            return [
                "\(flaky.test.plan)/\(flaky.test.case)" + (variation.isEmpty ? "" : " \(variation)"), flaky.test.kernel,
                flaky.release ?? "-",
                [flaky.backend, flaky.accelerator].compactMap { $0 }.joined(separator: ", "), flaky.failed.text,
                flaky.lastFailed.toTheMinute, flaky.lastRun,
                flaky.failures.map(\.title).joined(separator: "; "),
            ]
        }
    }
}
