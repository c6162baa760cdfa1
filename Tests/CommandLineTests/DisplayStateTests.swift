import RunRecord
import Runner
import Testing

@testable import vmharness

@Suite struct DisplayStateTests {
    private let cell = DisplaySamples.cell("plan", "debian:6.1")

    @Test("a cell is followed from its start to its verdict")
    func course() {
        var state = DisplayState([cell])
        #expect(state.cells[0].phase == .waiting)
        state.apply(.preparing("building"), at: 1)
        #expect(state.preparing == "building")
        state.apply(.cellStarted(id: cell.id), at: 10)
        #expect(state.preparing == nil && state.cells[0].phase == .booting && state.cells[0].began == 10)
        state.apply(.stepStarted(cell: cell.id, name: "fstests"), at: 15)
        state.apply(.casesPlanned(cell: cell.id, total: 7, recorded: 2), at: 16)
        state.apply(.caseStarted(cell: cell.id, name: "generic/001"), at: 17)
        #expect(state.cells[0].activity == "generic/001 (3 of 7)")
        let record = CaseRecord(name: "generic/001", verdict: .fail, seconds: 1)
        state.apply(.caseEnded(cell: cell.id, record), at: 18)
        state.apply(.caseStarted(cell: cell.id, name: "generic/002"), at: 18)
        #expect(state.cells[0].activity == "generic/002 (4 of 7, 1 failed)")
        state.apply(DisplaySamples.ended(cell, .pass, seconds: 9), at: 19)
        #expect(state.cells[0].phase == .ended(.pass) && state.cells[0].seconds == 9)
        // Tried again.
        state.apply(.cellStarted(id: cell.id), at: 20)
        #expect(state.cells[0].phase == .booting && state.cells[0].began == 20 && state.cells[0].seconds == nil)
    }

    @Test("a cell that nobody announced is shown as well")
    func unannounced() {
        var state = DisplayState([cell])
        state.apply(.cellStarted(id: "other"), at: 0)
        #expect(state.cells.count == 2)
        #expect(DisplaySamples.lines(state).contains { $0.contains("booting") && $0.contains("other") })
    }

    @Test("the time that is left is told once all that is left has a history")
    func remaining() {
        let cells = (1...4).map { DisplaySamples.cell("plan\($0)", "k") }
        var state = DisplayState(cells)
        state.expect([cells[0].id: 10, cells[1].id: 20, cells[2].id: 30])
        #expect(DisplayTotals(state.cells, at: 0).remaining == nil)
        state.expect([cells[3].id: 40])
        #expect(DisplayTotals(state.cells, at: 0).remaining == 100)
        state.apply(.cellStarted(id: cells[0].id), at: 0)
        state.apply(.cellStarted(id: cells[3].id), at: 0)
        // Two at a time, five seconds of each done: 90 s of work.
        #expect(DisplayTotals(state.cells, at: 5).remaining == 45)
        // Those that take longer than ever have nothing left, as far as anybody knows.
        #expect(DisplayTotals(state.cells, at: 500).remaining == 30)
        for cell in cells { state.apply(DisplaySamples.ended(cell, .pass), at: 600) }
        #expect(DisplayTotals(state.cells, at: 600).remaining == nil)
    }

    @Test("the first repetition is the history of the others, unless our side broke it")
    func repetitions() {
        let cells = (1...3).map { DisplaySamples.cell("plan", "k", $0) }
        var state = DisplayState(cells)
        #expect(state.slots.count == 1)
        state.apply(DisplaySamples.ended(cells[0], .error, seconds: 99), at: 99)
        #expect(state.cells[2].expected == nil)
        state.apply(DisplaySamples.ended(cells[1], .fail, seconds: 7), at: 106)
        #expect(state.cells[2].expected == 7)
    }

    @Test("what failed stays on the terminal, what passed does not, and quiet leaves what must be acted on")
    func lasting() {
        let finding = Finding(source: .console, severity: .failure, kind: "warning", title: "WARNING in f")
        let notice = Finding(source: .console, severity: .notice, kind: "notice", title: "slow")
        #expect(RunEvent.found(cell: "c", finding).isLasting)
        #expect(!RunEvent.found(cell: "c", notice).isLasting)
        for verdict in Verdict.allCases {
            let isBad = [.fail, .error, .flaky].contains(verdict)
            #expect(DisplaySamples.ended(cell, verdict).isLasting == isBad, "\(verdict)")
        }
        #expect(RunEvent.kept(cell: "c", command: "ssh").mustBeActedOn)
        #expect(RunEvent.kept(cell: "c", command: "ssh").isLasting)
        #expect(!RunEvent.found(cell: "c", finding).mustBeActedOn)
    }

    @Test(
        "only a terminal that can is drawn on",
        arguments: [
            (["TERM": "xterm"], true, true), (["TERM": "xterm"], false, false), (["TERM": "dumb"], true, false),
            ([:], true, false), (["TERM": "xterm", "NO_COLOR": "1"], true, false),
            (["TERM": "xterm", "NO_COLOR": ""], true, true),
        ])
    func terminals(environment: [String: String], isTerminal: Bool, isLive: Bool) {
        #expect(RunDisplays.canMoveCursor(environment, isTerminal: isTerminal) == isLive)
    }
}
