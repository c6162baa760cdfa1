import RunRecord
import Runner
import Testing

@testable import vmharness

@Suite struct DisplayFrameTests {
    @Test("plans and kernels make a matrix")
    func matrix() {
        let cells = DisplaySamples.matrix(["alpha", "beta"], ["debian:6.1", "debian:6.12"])
        var state = DisplayState(cells)
        state.expect([cells[3].id: 60])
        state.apply(DisplaySamples.ended(cells[0], .fail, seconds: 41, reason: "WARNING in f"), at: 41)
        state.apply(DisplaySamples.ended(cells[1], .pass, seconds: 7), at: 48)
        state.apply(.cellStarted(id: cells[2].id), at: 48)
        state.apply(.stepStarted(cell: cells[2].id, name: "module.insert"), at: 55)
        #expect(
            DisplaySamples.lines(state, at: 60) == [
                "       debian:6.1                          debian:6.12",
                "alpha  ✗ FAIL WARNING in f 41 s            ✓ PASS 7 s",
                "beta   ● module.insert 12 s                · waiting ~60 s",
                "2 of 4 done, 1 failed, 60 s elapsed",
            ])
    }

    @Test("one dimension makes a list, with what goes on and how long it should take")
    func list() {
        let cells = DisplaySamples.matrix(["alpha"], ["debian:6.1", "debian:6.12", "debian:7.2"])
        var state = DisplayState(cells)
        state.expect([cells[1].id: 20, cells[2].id: 30])
        state.apply(DisplaySamples.ended(cells[0], .error, seconds: 3, reason: "virtiofsd died"), at: 3)
        state.apply(.cellStarted(id: cells[1].id), at: 3)
        state.apply(.guestUp(cell: cells[1].id, seconds: 6), at: 9)
        #expect(
            DisplaySamples.lines(state, at: 10) == [
                "! ERROR   alpha  debian:6.1   3 s           virtiofsd died",
                "● running alpha  debian:6.12  7 s of ~20 s  guest is up",
                "· waiting alpha  debian:7.2   ~30 s",
                "1 of 3 done, 1 failed, 10 s elapsed, about 43 s left",
            ])
    }

    @Test("repetitions share a place, which counts them")
    func repetitions() {
        let cells = (1...30).map { DisplaySamples.cell("alpha", "debian:6.1", $0) }
        var state = DisplayState(cells)
        for (index, cell) in cells.prefix(12).enumerated() {
            state.apply(DisplaySamples.ended(cell, index < 2 ? .fail : .pass), at: 60)
        }
        state.apply(.cellStarted(id: cells[12].id), at: 60)
        let lines = DisplaySamples.lines(state, at: 61)
        #expect(lines.count == 2)
        #expect(lines[0].contains("booting alpha") && lines[0].contains("12/30 2✗"), "\(lines)")
        #expect(lines[1].hasPrefix("12 of 30 done, 2 failed"))
    }

    @Test("where lines are few, what runs is shown first, and the rest is counted", arguments: [80, 200])
    func overflow(width: Int) {
        for columns in [["k"], ["k", "l"]] {
            let rows = (0..<50).map { "plan-\($0)" }
            var state = DisplayState(DisplaySamples.matrix(rows, columns))
            for row in rows.prefix(20) {
                for column in columns {
                    state.apply(DisplaySamples.ended(DisplaySamples.cell(row, column), .pass), at: 9)
                }
            }
            state.apply(.cellStarted(id: DisplaySamples.cell("plan-45", "k").id), at: 9)
            let lines = DisplaySamples.lines(state, at: 10, width, 12)
            #expect(lines.count == 11)
            #expect(lines.contains { $0.contains("plan-45") && $0.contains("booting") }, "\(lines)")
            let hidden = lines.count { $0.hasPrefix("… and ") }
            #expect(hidden == 1 && lines[9].contains("\(20 * columns.count) pass"), "\(lines)")
        }
    }

    @Test("no terminal is too small, no name too long or too wide, and no word of a guest commands the terminal")
    func sizes() {
        let names = [
            "a", "漢字テスト", String(repeating: "long-", count: 60), "e\u{301}e\u{301}", "\u{1b}[31m red",
            "tab\tnew\nline",
        ]
        for columns in [["debian:6.1"], ["debian:6.1", String(repeating: "k", count: 70)]] {
            let cells = DisplaySamples.matrix(names, columns)
            var state = DisplayState(cells)
            state.expect([cells[1].id: 12_345])
            state.apply(.preparing("\u{1b}]0;title\u{7}"), at: 0)
            for (index, cell) in cells.enumerated().dropFirst() {
                state.apply(.cellStarted(id: cell.id), at: 0)
                state.apply(.stepStarted(cell: cell.id, name: "漢\u{1b}[2J\n" + names[index % names.count]), at: 1)
                if index % 3 == 0 { state.apply(DisplaySamples.ended(cell, .fail, reason: "\u{9b}J\r漢"), at: 2) }
            }
            for width in Array(1...30) + [45, 80, 200] {
                for height in [1, 2, 3, 5, 10, 24, 60] {
                    let lines = DisplaySamples.lines(state, at: 100_000, width, height)
                    #expect(lines.count <= max(0, height - 1))
                    for line in lines {
                        let isSafe = line.unicodeScalars.allSatisfy {
                            $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value)
                        }
                        #expect(DisplayText.width(line) <= max(1, width - 1) && isSafe, "\(width)×\(height): \(line)")
                    }
                }
            }
        }
    }

    @Test(
        "time spans are short",
        arguments: [
            (0, "0 s"), (59.6, "60 s"), (187, "3:07"), (3723, "1:02:03"), (-1, "0 s"), (.infinity, "277777:46:40"),
        ])
    func times(seconds: Double, text: String) {
        #expect(DisplayText.time(seconds) == text)
    }
}
