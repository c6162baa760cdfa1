import Foundation
import HostProcess
import RunRecord
import Runner
import TestSupport
import Testing

@testable import vmharness

/// A live display on a real pseudo-terminal.
@Suite(.timeLimit(.minutes(2))) struct LiveDisplayTests {
    private let cells = DisplaySamples.matrix(["alpha", "beta"], ["debian:6.1"])

    private func pause() async throws { try await Task.sleep(for: .milliseconds(120)) }

    /// Shows what is on the terminal until it is what is waited for: how fast that comes depends on the host.
    private func settle(
        _ display: LiveDisplay, _ terminal: Pseudoterminal, _ screen: inout Screen, until text: String
    ) async throws {
        let ticking = Task { await display.tick() }
        for _ in 0..<300 where !screen.text.contains(text) {
            try await pause()
            screen.feed(terminal.read())
        }
        ticking.cancel()
        await ticking.value
        screen.feed(terminal.read())
        try #require(screen.text.contains(text), "\(screen.text)")
    }

    @Test("the picture stays in its place, what failed is printed above it, and nothing else is left")
    func course() async throws {
        let terminal = try Pseudoterminal(width: 60, height: 10)
        var screen = Screen(width: 60, height: 10)
        screen.feed("$ vmharness run\n")
        let display = LiveDisplay(cells, on: terminal.slave)
        for number in 0..<30 {
            display.show(.preparing("step \(number)"))
            if number % 10 == 0 { try await pause() }
        }
        display.show(.cellStarted(id: cells[0].id))
        try await settle(display, terminal, &screen, until: "booting alpha")
        #expect(
            screen.text.split(separator: "\n").map { $0.prefix(22) } == [
                "$ vmharness run", "● booting alpha  debia", "· waiting beta   debia", "0 of 2 done, 0 failed,",
            ])
        let reason = "WARNING in f, " + String(repeating: "x", count: 50)
        display.show(DisplaySamples.ended(cells[0], .fail, reason: reason))
        display.show(.cellStarted(id: cells[1].id))
        try await settle(display, terminal, &screen, until: "booting beta")
        let lines = screen.text.split(separator: "\n")
        #expect(lines.count == 6, "\(screen.text)")
        #expect(lines[1].contains("alpha@debian:6.1: FAIL after 5.0 s: WARNING in f, x"))
        #expect(lines[3].hasPrefix("✗ FAIL    alpha") && lines[4].hasPrefix("● booting beta"))
        display.end()
        screen.feed(terminal.read())
        #expect(screen.text.split(separator: "\n").count == 3, "\(screen.text)")
        #expect(!screen.text.contains("booting") && screen.isTidy && screen.unknown.isEmpty && screen.movesUp > 2)
        display.show(.cellStarted(id: cells[1].id))
        display.end()
        #expect(terminal.read().isEmpty)
    }

    @Test("a terminal that was stopped stops nobody, and gets it all in the end")
    func stopped() async throws {
        let terminal = try Pseudoterminal(width: 100, height: 10)
        let display = LiveDisplay(cells, on: terminal.slave)
        #expect(tcflow(terminal.slave, Int32(TCOOFF)) == 0)
        let cell = cells[0]
        let telling = Thread {
            for number in 0..<3000 {
                display.show(DisplaySamples.ended(cell, .fail, reason: "reason \(number)"))
                if number % 1000 == 0 { usleep(120_000) }
            }
        }
        telling.start()
        for _ in 0..<300 where !telling.isFinished { try await pause() }
        // Were it to wait for the terminal, it would wait for ever.
        #expect(telling.isFinished)
        #expect(tcflow(terminal.slave, Int32(TCOON)) == 0)
        let written = Locked("")
        let ending = Thread { display.end() }
        ending.start()
        while !ending.isFinished { written.update { $0 += terminal.read() } }
        written.update { $0 += terminal.read() }
        #expect(written.get().contains("reason 0\r\n"))
        #expect(written.get().contains("lines left out"))
    }

    @Test("a terminal of another size gets another picture, without anything happening")
    func resized() async throws {
        let terminal = try Pseudoterminal(width: 100, height: 10)
        let display = LiveDisplay(cells, on: terminal.slave)
        let ticking = Task { await display.tick() }
        var text = ""
        for _ in 0..<100 where !text.contains("elapsed") {
            try await pause()
            text += terminal.read()
        }
        terminal.resize(30, 10)
        // It broke the line of the totals into two.
        for _ in 0..<100 where !text.contains("\u{1b}[4A") {
            try await pause()
            text += terminal.read()
        }
        ticking.cancel()
        await ticking.value
        display.end()
        #expect(text.contains("\u{1b}[4A"), "\(text.debugDescription)")
        let last = text.components(separatedBy: "\u{1b}[4A").last ?? ""
        #expect(last.contains("0 failed, ") && !last.contains("elapsed"), "\(last.debugDescription)")
    }

    @Test("cells of an earlier part of the run are done, and nothing is printed of them")
    func resumed() async throws {
        let terminal = try Pseudoterminal(width: 80, height: 10)
        var screen = Screen(width: 80, height: 10)
        let display = LiveDisplay(cells, on: terminal.slave)
        var complete = CellRecord(
            id: cells[0].id, plan: "alpha", kernel: "debian:6.1", parameters: [:], started: Date(), directory: "cells")
        (complete.verdict, complete.isComplete) = (.fail, true)
        var interrupted = complete
        (interrupted.id, interrupted.isComplete) = (cells[1].id, nil)
        display.resume([complete, interrupted])
        try await settle(display, terminal, &screen, until: "1 of 2 done")
        let lines = screen.text.split(separator: "\n")
        #expect(lines.count == 3 && lines[2].hasPrefix("1 of 2 done, 1 failed"), "\(screen.text)")
        #expect(lines[1].hasPrefix("· waiting beta"))
        display.end()
    }

    @Test("while a guest is held for a look, the terminal is the person's")
    func held() async throws {
        let terminal = try Pseudoterminal(width: 80, height: 10)
        var screen = Screen(width: 80, height: 10)
        let display = LiveDisplay(cells, on: terminal.slave)
        display.show(.cellStarted(id: cells[0].id))
        try await settle(display, terminal, &screen, until: "booting alpha")
        display.show(.kept(cell: cells[0].id, command: "ssh -p 1 guest"))
        display.show(.cellStarted(id: cells[1].id))
        try await settle(display, terminal, &screen, until: "Enter or Ctrl-C ends it.")
        #expect(screen.text.hasSuffix("Enter or Ctrl-C ends it.") && screen.text.contains("ssh -p 1 guest"))
        display.show(DisplaySamples.ended(cells[0], .fail))
        try await settle(display, terminal, &screen, until: "1 of 2 done")
        display.end()
    }
}
