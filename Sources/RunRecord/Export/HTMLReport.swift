import Foundation

/// A run as one HTML page: matrix, what is new, a timeline of guests, and each finding with its console.
///
/// The page needs nothing else: no script, no font, no image, no network, and its policy forbids them. All words of
/// guests are escaped.
public struct HTMLReport: Sendable {
    let report: RunReport
    var run: RunRecord { report.run }

    /// Cases that are listed in one cell.
    private static let mostCases = 2000
    /// Cases up to which a page lists those that passed or were skipped as well.
    private static let mostCasesAtEase = 20_000
    /// Cells up to which those in which nothing went wrong stand among the others.
    private static let mostCellsAtEase = 60
    /// Guests up to which each has a line of its own on the timeline, without being asked for.
    private static let mostGuestsAtEase = 40

    /// The page of a run.
    public init(_ report: RunReport) {
        self.report = report
    }

    /// The document.
    public var text: String {
        let title = "\(run.standing.uppercased()) · \(run.id)"
        let body = [header, contents, matrix, comparison, timeline, findings, cells].joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(escape(title))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            \(body)
            </body>
            </html>

            """
    }

    func escape(_ text: some StringProtocol) -> String { ExportText.markup(text) }

    /// Escaped, on one line.
    func line(_ text: String) -> String { escape(ExportText.line(text)) }

    func badge(_ verdict: Verdict, _ words: String? = nil) -> String {
        "<span class=\"badge \(verdict.rawValue)\">\(words ?? verdict.rawValue)</span>"
    }

    static func seconds(_ value: Double) -> String {
        let tenths = Int((max(0, min(value.isFinite ? value : 0, 1e9)) * 10).rounded())
        if tenths < 6000 { return "\(tenths / 10).\(tenths % 10) s" }
        let seconds = tenths / 10
        return seconds < 36_000 ? "\(seconds / 60) min" : "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }

    static func time(_ date: Date) -> String {
        String(date.ISO8601Format().prefix(19)).replacing("T", with: " ") + " UTC"
    }

    private var header: String {
        var facts = ["<dt>began</dt><dd>\(Self.time(run.started))</dd>"]
        if let ended = run.ended {
            facts.append("<dt>took</dt><dd>\(Self.seconds(ended.timeIntervalSince(run.started)))</dd>")
        }
        if let matrix = run.matrix {
            let empty = run.isEmptyShard ? ": no cell falls to it" : ""
            facts.append("<dt>matrix</dt><dd>\(line(matrix.text + empty)), <code>\(line(matrix.file))</code></dd>")
        }
        facts.append("<dt>vmharness</dt><dd>\(line(run.vmharness))</dd>")
        facts.append("<dt>command</dt><dd><code>\(line(run.command.joined(separator: " ")))</code></dd>")
        if let interruption = run.interruption { facts.append("<dt>not complete</dt><dd>\(line(interruption))</dd>") }
        let counts = Verdict.allCases.compactMap { verdict -> String? in
            let count = run.cells.map { cell in cell.cases.count { $0.verdict == verdict && !$0.isRemark } }.reduce(
                0, +)
            return count == 0 ? nil : "<span class=\"badge \(verdict.rawValue)\">\(count) \(verdict.rawValue)</span>"
        }
        return """
            <header>
            <h1>\(badge(run.weight, run.standing)) <span>\(line(run.id))</span></h1>
            <p>\(run.cells.count) cells, their cases: \(counts.joined(separator: " "))</p>
            <dl>\(facts.joined())</dl>
            </header>
            """
    }

    /// Links to the parts.
    private var contents: String {
        var parts = [("matrix", "Matrix")]
        if report.comparison != nil { parts.append(("against", "What is new")) }
        parts += [("guests", "Guests"), ("findings", "Findings"), ("cells", "Cells")]
        return "<nav>\(parts.map { "<a href=\"#\($0.0)\">\($0.1)</a>" }.joined(separator: " "))</nav>"
    }

    // MARK: Matrix

    /// A large one is denser, and rows in which nothing went wrong are folded away.
    private var matrix: String {
        let matrix = RunMatrix(run)
        let isLarge = matrix.rows.count * matrix.kernels.count > 200
        let heads = matrix.kernels.map { "<th scope=\"col\">\(line($0))</th>" }.joined()
        let rows = matrix.rows.map { row -> String in
            let fields = matrix.kernels.map { kernel -> String in
                guard let field = row.fields[kernel], let first = field.cells.first else { return "<td></td>" }
                // A rate shows in the depth of the colour.
                let share = Double(field.failed) / Double(max(1, field.verdicts.count))
                let depth = field.failed == 0 ? "" : " style=\"--share:\(Int((40 + 60 * share).rounded()))%\""
                let seconds = isLarge ? "" : "<small>\(Self.seconds(field.seconds))</small>"
                return "<td class=\"\(field.weight.rawValue)\"\(depth)><a href=\"#cell-\(first)\">\(field.words)"
                    + "\(seconds)</a></td>"
            }
            return "<tr><th scope=\"row\">\(line(row.name))</th>\(fields.joined())</tr>"
        }
        func table(_ rows: some Collection<String>) -> String {
            """
            <div class="scroll"><table class="matrix\(isLarge ? " large" : "")">
            <thead><tr><th></th>\(heads)</tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody>
            </table></div>
            """
        }
        let quiet = isLarge ? matrix.rows.indices.filter { matrix.rows[$0].isQuiet } : []
        let loud = Set(rows.indices).subtracting(quiet).sorted().map { rows[$0] }
        let folded =
            quiet.isEmpty
            ? ""
            : "<details><summary>\(quiet.count) more rows, in which all passed or was skipped</summary>"
                + "\(table(quiet.map { rows[$0] }))</details>"
        return """
            <section id="matrix">
            <h2>Matrix</h2>
            \(loud.isEmpty ? "" : table(loud))\(folded)
            </section>
            """
    }

    // MARK: Comparison

    private var comparison: String {
        guard let comparison = report.comparison else { return "" }
        let kinds: [RunComparison.Kind] = [.new, .flaky, .unjudged, .fixed, .known, .failing]
        let parts = kinds.compactMap { kind -> String? in
            let changes = comparison.changes(kind)
            if changes.isEmpty { return nil }
            let items = changes.prefix(100).map { change -> String in
                let test = change.test
                let place = [test.kernel.isEmpty ? "" : "on \(test.kernel)", test.variation].filter { !$0.isEmpty }
                let titles = change.failures.map { "<br><code>\(line($0.title))</code>" }.joined()
                let verdicts = [change.before, change.after].map { $0.map { badge($0.verdict) } ?? "not run" }
                return "<li>\(line("\(test.plan)/\(test.case)")) \(line(place.joined(separator: " "))) "
                    + "\(verdicts.joined(separator: " → "))\(titles)</li>"
            }
            let rest = changes.count > 100 ? "<li>and \(changes.count - 100) more</li>" : ""
            // What is new is seen at once, as far as one can take it in.
            let open = [.new, .flaky, .unjudged].contains(kind) ? 20 : 5
            let folded =
                items.count > open
                ? "<details><summary>\(changes.count - open) more</summary><ul>"
                    + "\(items.dropFirst(open).joined(separator: "\n"))\(rest)</ul></details>" : ""
            return "<h3>\(changes.count) \(kind.words)</h3><ul>"
                + "\(items.prefix(open).joined(separator: "\n"))</ul>\(folded)"
        }
        return """
            <section id="against">
            <h2>Against \(line(comparison.before))</h2>
            <p>\(comparison.counts)</p>
            \(parts.joined(separator: "\n"))
            </section>
            """
    }

    // MARK: Timeline

    /// A bar for each guest: grey while it booted, then its cell's colour.
    private var timeline: String {
        let bars = run.cells.enumerated().flatMap { index, cell in
            cell.guestSpans.map { (index: index, cell: cell, span: $0) }
        }
        guard let start = bars.map(\.span.start).min(), let end = bars.map(\.span.end).max(), end > start else {
            return ""
        }
        func percent(_ date: Date) -> Double {
            max(0, min(100, date.timeIntervalSince(start) / end.timeIntervalSince(start) * 100))
        }
        func css(_ value: Double) -> String {
            "\(Int(value * 100) / 100).\(Int(value * 100) % 100 / 10)\(Int(value * 100) % 10)%"
        }
        let rows = bars.prefix(500).map { bar -> String in
            let left = percent(bar.span.start)
            let width = max(0.3, percent(bar.span.end) - left)
            let length = bar.span.end.timeIntervalSince(bar.span.start)
            let boot = bar.span.boot.map { max(0, min(1, $0 / max(length, 0.001))) * 100 } ?? 0
            let name =
                bar.cell.id + (bar.span.attempt.map { ", attempt \($0)" } ?? "")
                + (bar.span.number > 1 ? ", guest \(bar.span.number)" : "")
            return "<li><a href=\"#cell-\(bar.index)\">\(line(name))</a><span class=\"track\">"
                + "<span class=\"bar \(bar.cell.verdict.rawValue)\" style=\"margin-left:\(css(left));width:\(css(width))\">"
                + "<span class=\"boot\" style=\"width:\(css(boot))\"></span></span></span>"
                + "<small>\(Self.seconds(length))</small></li>"
        }
        let rest = bars.count > 500 ? "<p>and \(bars.count - 500) more guests</p>" : ""
        var list = "<ol class=\"timeline\">\(rows.joined(separator: "\n"))</ol>\(rest)"
        let isLarge = bars.count > Self.mostGuestsAtEase
        if isLarge {
            list =
                lanes(bars.map { ($0.index, $0.span) }, from: start, to: end)
                + "<details><summary>Each of them</summary>\(list)</details>"
        }
        return """
            <section id="guests">
            <h2>Guests</h2>
            <p><small>\(Self.time(start)) to \(Self.time(end)), \(Self.seconds(end.timeIntervalSince(start))); \
            \(isLarge ? "those on one line came one after the other" : "the grey part is the boot")</small></p>
            \(list)
            </section>
            """
    }

    // MARK: Findings

    /// Each with its console; those alike are together where there are many.
    private var findings: String {
        let all = RunReport.findings(of: run)
        if all.isEmpty {
            return "<section id=\"findings\"><h2>Findings</h2><p>None that weighs anything.</p></section>"
        }
        let chosen = RunReport.shownFindings(of: run)
        let shown = chosen.map { index, finding -> String in
            let cell = run.cells[index.cell]
            let record = cell.cases[index.case]
            let process = finding.comm.map { " in \($0)\(finding.pid.map { ", pid \($0)" } ?? "")" } ?? ""
            var parts = [
                "<p>\(badge(record.verdict)) <a href=\"#cell-\(index.cell)\">\(line(cell.id))</a> \(line(record.name))\(line(process))</p>"
            ]
            if let location = finding.location { parts.append("<p>at <code>\(line(location))</code></p>") }
            for known in record.known ?? [] {
                let link =
                    known.link.flatMap(webAddress).map { " <a rel=\"noreferrer\" href=\"\($0)\">\($0)</a>" } ?? ""
                parts.append("<p>known: \(line(known.reason))\(link)</p>")
            }
            if !finding.detail.isEmpty {
                parts.append("<pre>\(finding.detail.prefix(20).map(line).joined(separator: "\n"))</pre>")
            }
            if let excerpt = report.excerpts[index] {
                parts.append(console(excerpt))
            } else if !finding.stack.isEmpty {
                parts.append("<pre>\(finding.stack.prefix(60).map(line).joined(separator: "\n"))</pre>")
            }
            if let sources = finding.sources?.prefix(60), !sources.isEmpty {
                let frames = sources.map { frame in
                    line("\(frame.function) \(frame.location ?? "")\(frame.isInlined ? " [inline]" : "")")
                }
                parts.append(
                    "<details><summary>In the sources</summary><pre>\(frames.joined(separator: "\n"))</pre></details>")
            }
            return
                "<details class=\"finding\"\(all.count <= 5 ? " open" : "")><summary>\(line(finding.title)) <small>\(line(cell.id))</small></summary>"
                + parts.joined(separator: "\n") + "</details>"
        }
        let rest = all.count > shown.count ? "<p>and \(all.count - shown.count) more findings, in the record</p>" : ""
        let parts = all.count <= 5 ? shown : grouped(Array(zip(chosen.map(\.finding), shown)))
        return "<section id=\"findings\"><h2>Findings</h2>\n\(parts.joined(separator: "\n"))\(rest)</section>"
    }

    /// Findings with one fingerprint under one line, at the place of the first.
    private func grouped(_ findings: [(finding: Finding, text: String)]) -> [String] {
        var groups: [(title: String, texts: [String])] = []
        var places: [Fingerprint: Int] = [:]
        for (finding, text) in findings {
            let fingerprint = Fingerprint(of: finding)
            if let place = places[fingerprint] {
                groups[place].texts.append(text)
            } else {
                places[fingerprint] = groups.count
                groups.append((finding.title, [text]))
            }
        }
        return groups.map { group in
            guard group.texts.count > 1 else { return group.texts[0] }
            return "<details class=\"alike\"><summary>\(line(group.title)) <small>\(group.texts.count) times</small>"
                + "</summary>\(group.texts.joined(separator: "\n"))</details>"
        }
    }

    /// A link only to what is one: a record may be anybody's.
    private func webAddress(_ text: String) -> String? {
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && !text.contains(where: \.isWhitespace)
            ? line(text) : nil
    }

    private func console(_ excerpt: LogExcerpt) -> String {
        let last = excerpt.firstLine + excerpt.lines.count - 1
        let width = "\(last)".count
        let lines = excerpt.lines.enumerated().map { index, text -> String in
            let number = "\(excerpt.firstLine + index)"
            let padding = String(repeating: " ", count: max(0, width - number.count))
            let row = "<i>\(padding)\(number)</i> \(line(text))"
            return excerpt.marked.contains(index) ? "<b>\(row)</b>" : row
        }
        let cut = excerpt.isCut ? "\n<i>… there is more of it in the file</i>" : ""
        return "<p><small>\(line(excerpt.file)):\(excerpt.firstLine + excerpt.marked.lowerBound)</small></p>"
            + "<pre class=\"console\">\(lines.joined(separator: "\n"))\(cut)</pre>"
    }

    // MARK: Cells

    private var cells: String {
        // A page is no place for a million lines that say that all is well.
        let isAtEase = run.cells.map(\.cases.count).reduce(0, +) <= Self.mostCasesAtEase
        let parts = run.cells.enumerated().map { index, cell -> String in
            var facts: [(String, String)] = []
            if let environment = cell.environment {
                let kernel = environment.kernel
                facts = [
                    ("kernel", [kernel.release, kernel.version].filter { !$0.isEmpty }.joined(separator: " ")),
                    ("build id", kernel.buildID ?? ""),
                    ("accelerator", "\(environment.accelerator.used): \(environment.accelerator.reason)"),
                    ("start", environment.start?.text ?? ""),
                    ("backend", "\(environment.backend), \(environment.qemu)"), ("image", environment.image),
                    ("host", "\(environment.host.kernel), \(environment.host.cpus) CPUs"),
                ]
                facts += environment.notes.map { ("note", $0) }
            }
            if let expected = cell.expected {
                let came = expected.isMet.map { $0 ? "it did" : "it did not" } ?? "not shown"
                facts.insert(("expected", "\(expected.text): \(came)"), at: 0)
            }
            facts += (cell.attempts ?? []).map { attempt in
                let reason = attempt.reason.map { ": \($0)" } ?? ""
                let words =
                    "\(attempt.verdict.rawValue) after \(Self.seconds(attempt.seconds)), in \(attempt.directory)"
                return ("attempt \(attempt.number)", words + reason)
            }
            facts = cell.parameters.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) } + facts
            let list = facts.filter { !$0.1.isEmpty }.map { "<dt>\(line($0.0))</dt><dd>\(line($0.1))</dd>" }.joined()
            let listed = isAtEase ? cell.cases : cell.cases.filter { $0.verdict != .pass && $0.verdict != .skip }
            let cases = listed.prefix(isAtEase ? Self.mostCases : Self.mostCases / 10).map { record in
                "<tr><td>\(badge(record.verdict))</td><td>\(line(record.name))</td>"
                    + "<td class=\"number\">\(Self.seconds(record.seconds))</td><td>\(line(record.reason ?? ""))</td></tr>"
            }
            let rest =
                cell.cases.count > cases.count
                ? "<p>and \(cell.cases.count - cases.count) more cases, in the record</p>" : ""
            return """
                <details id="cell-\(index)" class="cell"><summary>\(badge(cell.weight, cell.verdict.rawValue)) \(line(cell.id)) \
                <small>\(Self.seconds(cell.seconds))</small></summary>
                <div class="scroll"><table class="cases"><tbody>\(cases.joined(separator: "\n"))</tbody></table></div>\(rest)
                <dl>\(list)</dl>
                </details>
                """
        }
        let quiet =
            run.cells.count > Self.mostCellsAtEase
            ? Set(run.cells.indices.filter { [.pass, .skip].contains(run.cells[$0].weight) }) : []
        let loud = parts.indices.filter { !quiet.contains($0) }.map { parts[$0] }
        // A link to one opens what it is folded into (HTML, "ancestor details revealing").
        let folded =
            quiet.isEmpty
            ? ""
            : "<details><summary>\(quiet.count) cells in which all passed or was skipped</summary>"
                + "\(quiet.sorted().map { parts[$0] }.joined(separator: "\n"))</details>"
        return "<section id=\"cells\"><h2>Cells</h2>\n\(loud.joined(separator: "\n"))\(folded)</section>"
    }
}
