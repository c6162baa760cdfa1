import Foundation
import RunRecord
import Testing

@Suite struct ABComparisonTests {
    private let pairs = (1...10).map { (a: "a#\($0)", b: "b#\($0)") }

    private func cell(_ id: String, _ verdict: Verdict, finding: String? = nil, boots: Bool = true) -> CellRecord {
        var cell = CellRecord(
            id: id, plan: "p", kernel: "k", parameters: [:], started: Date(timeIntervalSince1970: 0), directory: id)
        var record = CaseRecord(name: "run", step: 1, verdict: verdict, reason: "because", seconds: 1)
        if let finding {
            record.findings = [Finding(source: .console, severity: .failure, kind: "warning", title: finding)]
        }
        cell.cases = [record]
        cell.bootSeconds = boots ? 5 : nil
        cell.conclude()
        return cell
    }

    private func weigh(_ cells: [CellRecord], _ criterion: FailureCriterion = .init()) -> ABComparison {
        ABComparison(pairs: pairs, cells: cells, criterion: criterion, confidence: 0.95)
    }

    @Test("four pairs that differ decide it")
    func decided() {
        let cells = (1...4).flatMap { [cell("a#\($0)", .fail), cell("b#\($0)", .pass)] }
        #expect(weigh(Array(cells.prefix(7))).conclusion == nil)
        #expect(weigh(cells).test.worse == .a)
        #expect(weigh(cells).conclusion == "A fails more often")
        #expect(weigh(cells).tally(.a).rate == Proportion(4, of: 4))
    }

    /// Which ends first may depend on whether it fails.
    @Test("pairs are weighed in their order, up to the first that has not ended")
    func order() {
        let cells =
            [1, 3, 4, 5, 6].flatMap { [cell("a#\($0)", .fail), cell("b#\($0)", .pass)] } + [cell("b#2", .pass)]
        #expect(weigh(cells).test.pairs == 1)
        #expect(weigh(cells + [cell("a#2", .fail)]).test.worse == .a)
        #expect(weigh(cells).tally(.b).judged == 6)
    }

    @Test("an error says nothing, and takes its partner along; three in a row end it")
    func errors() {
        let cells = [cell("a#1", .error), cell("b#1", .pass), cell("a#2", .fail), cell("b#2", .pass)]
        #expect(weigh(cells).test.pairs == 1)
        #expect(weigh(cells).tally(.a).unjudged == 1 && weigh(cells).conclusion == nil)
        let broken = (1...3).flatMap { [cell("a#\($0)", .pass), cell("b#\($0)", .skip)] }
        #expect(weigh(broken).conclusion == "B gave no verdict 3 times in a row: because")
        let mended = broken.prefix(5) + [cell("b#3", .pass), cell("a#4", .pass), cell("b#4", .skip)]
        #expect(weigh(Array(mended)).conclusion == nil)
    }

    @Test("what is known or flaky has failed")
    func failures() {
        for verdict in [Verdict.fail, .known, .flaky] {
            #expect(FailureCriterion().outcome(of: cell("x", verdict)) == .failed)
        }
        #expect(FailureCriterion().outcome(of: cell("x", .skip)) == .unjudged("because"))
    }

    @Test("with a finding, who fails otherwise says nothing")
    func finding() {
        let criterion = FailureCriterion(finding: "in f")
        #expect(criterion.outcome(of: cell("x", .fail, finding: "WARNING in f")) == .failed)
        #expect(
            criterion.outcome(of: cell("x", .fail, finding: "WARNING in g"))
                == .unjudged("it failed otherwise: WARNING in g"))
        #expect(criterion.outcome(of: cell("x", .pass)) == .passed)
    }

    @Test("with a case, only that counts")
    func testCase() {
        var both = cell("x", .pass)
        both.cases.append(CaseRecord(name: "other", step: 2, verdict: .fail, seconds: 1))
        both.conclude()
        #expect(FailureCriterion(testCase: "run").outcome(of: both) == .passed)
        #expect(FailureCriterion(testCase: "other").outcome(of: both) == .failed)
        #expect(FailureCriterion(testCase: "thing").outcome(of: both) == .unjudged("there is no case 'thing' in it"))
        #expect(FailureCriterion(testCase: "boot").outcome(of: both) == .passed)
    }

    @Test("a guest that does not come up fails, or says nothing where a search is to pass over it")
    func boot() {
        let dead = cell("x", .fail, boots: false)
        #expect(FailureCriterion().outcome(of: dead) == .failed)
        #expect(
            FailureCriterion(countsBoot: false).outcome(of: dead) == .unjudged("the guest did not come up: because"))
    }

    @Test("failures are told once, those of most cells first")
    func words() {
        let words = FailureWords([
            cell("a", .fail, finding: "rare"), cell("b", .fail, finding: "hang in f (pid 12)"),
            cell("c", .fail, finding: "hang in f (pid 99)"),
        ])
        #expect(words.entries.map(\.title) == ["hang in f (pid 12)", "rare"])
        #expect(words.entries.map(\.cells) == [2, 1])
    }
}
