import HostProcess
import RunRecord

/// What came of one selftest in the guest.
struct KselftestRun {
    /// How it came to its end.
    enum Ending: Hashable {
        /// The tree lists it and does not have it.
        case absent
        /// It is no program and names no interpreter.
        case unusable
        /// It ended with a status.
        case ended(Int)
        /// The script around it did not say.
        case unknown(Int)
    }

    /// How it came to its end.
    let ending: Ending
    /// What it printed, up to the limit.
    let output: [UInt8]
    /// It printed more.
    let isCut: Bool
    /// Seconds that `runner.sh` would have given it: 45 unless the collection's `settings` say otherwise, 0 for no limit.
    let runnersLimit: Int

    /// - Parameters:
    ///   - answer: of the script: a line of ours, then the output.
    ///   - limit: bytes kept of the output.
    init(_ answer: CommandResult, limit: Int) {
        let head = answer.output.prefix { $0 != UInt8(ascii: "\n") }
        let rest = answer.output.dropFirst(head.count + 1)
        isCut = answer.isTruncated || rest.count > limit
        output = Array(rest.prefix(limit))
        let words = String(decoding: head, as: UTF8.self).split(separator: " ").map(String.init)
        runnersLimit = words.count == 3 ? Int(words[2]) ?? 45 : 45
        ending =
            switch words.first {
            case "@absent": .absent
            case "@unusable": .unusable
            case "@ran" where words.count >= 2: Int(words[1]).map(Ending.ended) ?? .unknown(answer.status)
            default: .unknown(answer.status)
            }
    }

    /// What that says of the case. The status is selftests' own word for a result; one inside it that is not ok
    /// fails the case all the same.
    func judge(_ name: String) -> SuiteResult {
        let status: Int
        switch ending {
        case .absent: return error(name, "the tree lists it and has no such file: it was not built")
        case .unusable: return error(name, "neither a program nor a script")
        case .unknown(let own): return error(name, "the guest's shell ended with status \(own) before it did")
        case .ended(let own): status = own
        }
        let result = CommandResult(
            termination: .exited(status), output: output, errorOutput: [], isTruncated: isCut)
        // ld.so's words and status, where the image lacks a library of the test.
        if status == 127, let range = result.text.firstRange(of: "error while loading shared libraries: ") {
            let library = result.text[range.upperBound...].prefix { $0 != ":" && !$0.isNewline }
            return error(name, "the guest's image lacks the library \(library)")
        }
        var outcome = ProgramSuite.judge(result, name: name)
        if outcome.verdict == .fail, status > 128, status < 193 {
            outcome.reason = (outcome.reason ?? "") + " (signal \(status - 128))"
        }
        if isCut {
            outcome.reason = [outcome.reason, "its output was cut, results beyond are not among its cases"]
                .compactMap(\.self).joined(separator: "; ")
        }
        return outcome
    }

    /// A line for the step's output.
    var note: String {
        let limit = runnersLimit == 0 ? "no limit" : "a limit of \(runnersLimit) s"
        return switch ending {
        case .absent, .unusable: "not run"
        case .ended(let status): "status \(status); run_kselftest.sh has \(limit) for it"
        case .unknown(let status): "ended without a word, status \(status)"
        }
    }

    private func error(_ name: String, _ reason: String) -> SuiteResult {
        SuiteResult(
            name: name, verdict: .error, reason: reason, evidence: lastLines(String(decoding: output, as: UTF8.self)))
    }
}
