internal import Foundation

/// Puts the blocks of a matrix beside the plans that they name, and makes cells of them.
struct MatrixExpansion {
    private let file: String
    private let library: PlanLibrary?
    private let problems: DiagnosticList
    private var variants: [String: PlanVariants] = [:]
    /// What an exclusion or an expectation did, by its place: one that did nothing is a mistake.
    private var used: Set<SourceLocation> = []
    private var patterns: [(pattern: MatrixPattern, what: String)] = []
    private var places: [Key: Int] = [:]
    private var isTooLarge = false

    /// What tells a cell from every other.
    private struct Key: Hashable {
        var plan: String
        var subject: String
    }

    /// Each once, in the order of the blocks.
    private(set) var cells: [Matrix.Cell] = []
    /// What was asked for more than once.
    private(set) var repeated: [Matrix.Repeated] = []

    init(file: String, plans: PlanLibrary?, _ problems: DiagnosticList) {
        self.file = file
        self.library = plans
        self.problems = problems
    }

    /// Adds the cells of a block and of what it includes.
    mutating func add(_ block: MatrixBlock) {
        patterns += block.exclude.map { ($0, "the exclusion") } + block.expect.map { ($0.pattern, "the expectation") }
        for word in block.plans {
            for plan in files(word).compactMap({ variants($0, at: word) }) { add(block, of: plan, named: word) }
        }
        for inclusion in block.include { add(inclusion) }
    }

    /// Reports what excludes or expects nothing: a misspelling would hide there.
    func finish() {
        guard problems.isEmpty else { return }
        var told: Set<SourceLocation> = []
        for (pattern, what) in patterns
        where !used.contains(pattern.location) && told.insert(pattern.location).inserted {
            problems.report(
                "\(what) is about no cell", at: pattern.location,
                advice: nearest(pattern) ?? "`--list` without it shows the cells; leave it out if it is not needed")
        }
        if problems.isEmpty, cells.isEmpty {
            problems.report("the matrix has no cell", at: SourceLocation(file: file, line: 1, column: 1))
        }
    }

    // MARK: Plans

    /// The files of the plans that a word names.
    private func files(_ word: MatrixBlock.Word) -> [String] {
        let text = word.text
        let slash = text.lastIndex(of: "/")
        if text.contains("*") {
            let directory = slash.map { beside(String(text[..<$0])) }
            guard directory?.contains("*") != true,
                let library = directory.map({ PlanLibrary(directory: $0, guests: library?.guests) }) ?? library
            else {
                problems.report(
                    "\(quoted(text)) names no plans", at: word.location,
                    advice: "write a '*' in the last part of a path alone")
                return []
            }
            let pattern = slash.map { String(text[text.index(after: $0)...]) } ?? text
            let names = (try? library.names())?.filter { MatrixPattern.matches(pattern, $0) } ?? []
            if names.isEmpty {
                problems.report(
                    "no plan in \(quoted(library.directory)) is called so: \(quoted(pattern))", at: word.location)
            }
            return names.map { library.file(of: $0) }
        }
        if slash != nil || text.hasSuffix(".yaml") {
            let path = beside(text)
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            let file = exists && isDirectory.boolValue ? path + "/" + PlanLibrary.fileName : path
            guard FileManager.default.fileExists(atPath: file) else {
                problems.report(
                    "there is no plan at \(quoted(file))", at: word.location,
                    advice: "paths are relative to the matrix's file")
                return []
            }
            return [file]
        }
        let names = (try? library?.names()) ?? []
        guard names.contains(text), let library else {
            problems.report(
                "there is no plan \(quoted(text))" + (library.map { " in \(quoted($0.directory))" } ?? ""),
                at: word.location, advice: spellingAdvice(for: text, among: names) ?? "name its directory, as ./\(text)"
            )
            return []
        }
        return [library.file(of: text)]
    }

    private func beside(_ path: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return String(file[...slash]) + path
    }

    private mutating func variants(_ file: String, at word: MatrixBlock.Word) -> PlanVariants? {
        if let known = variants[file] { return known }
        do throws(InvalidFile) {
            let plan = try PlanVariants(file, guests: library?.guests)
            variants[file] = plan
            return plan
        } catch {
            for problem in error.diagnostics { problems.report(problem) }
            return nil
        }
    }

    /// The plan with these values; nil, and reported, if it cannot have them.
    private func plan(_ variants: PlanVariants, _ settings: [String: String], at location: SourceLocation) -> TestPlan?
    {
        do throws(InvalidFile) {
            return try variants.plan(settings)
        } catch {
            if !settings.isEmpty {
                let values = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                problems.report(
                    "\(quoted(variants.file)) is no plan with \(values.joined(separator: ", "))", at: location)
            }
            for problem in error.diagnostics { problems.report(problem) }
            return nil
        }
    }

    // MARK: Cells

    private mutating func add(_ block: MatrixBlock, of variants: PlanVariants, named word: MatrixBlock.Word) {
        guard let plan = plan(variants, [:], at: word.location), check(block, plan, word) else { return }
        let mutations = block.mutations.isEmpty ? [nil] : block.mutations.map { mutation($0, of: plan) }
        let backends: [GuestRequest.Backend?] = block.backends ?? [nil]
        let settings = combinations(block.parameters)
        for mutation in mutations {
            let kernels = block.kernels?.map(\.name) ?? calibrated(plan, mutation)
            if kernels.isEmpty, block.kernels == nil {
                problems.report(
                    "plan \(plan.name) has no kernel to run on", at: word.location,
                    advice: "add 'kernels': its calibration names none"
                        + (mutation.map { " with mutation '\($0.name)'" } ?? ""))
            }
            let each = product(
                [kernels.count, settings.count, backends.count, block.repetitions]
                    + plan.parameters.filter { parameter in
                        parameter.values.count > 1 && !block.parameters.contains { $0.name == parameter.name }
                    }.map(\.values.count))
            guard cells.count + each <= Matrix.mostCells, !isTooLarge else {
                isTooLarge = true
                problems.report(
                    "the matrix has more than \(Matrix.mostCells) cells", at: block.location, advice: "divide it")
                return
            }
            let plans = settings.flatMap { plan.combinations(settings: $0) }
                .compactMap { self.plan(variants, $0, at: word.location) }
            for kernel in kernels {
                for plan in plans {
                    for backend in backends {
                        for number in 1...block.repetitions {
                            add(
                                Matrix.Cell(
                                    plan: plan, kernel: kernel, mutation: mutation, backend: backend,
                                    repetition: block.repetitions > 1 ? number : nil, location: word.location), block,
                                of: variants)
                        }
                    }
                }
            }
        }
    }

    private mutating func add(_ cell: Matrix.Cell, _ block: MatrixBlock, of variants: PlanVariants) {
        let exclusions = block.exclude.filter { $0.matches(cell) }
        used.formUnion(exclusions.map(\.location))
        guard exclusions.isEmpty else { return }
        var cell = cell
        for expected in block.expect where expected.pattern.matches(cell) {
            guard let expectation = expectation(expected, of: cell) else { continue }
            used.insert(expected.pattern.location)
            cell.expectation = expectation
            break
        }
        let key = Key(plan: variants.identity, subject: cell.subject)
        guard let at = places[key] else {
            places[key] = cells.count
            cells.append(cell)
            return
        }
        let first = cells[at]
        repeated.append(Matrix.Repeated(cell: cell.subject, first: first.location, again: cell.location))
        guard let other = first.expectation, let own = cell.expectation else {
            cells[at].expectation = first.expectation ?? cell.expectation
            return
        }
        if (other.outcome, other.finding) != (own.outcome, own.finding) {
            problems.report(
                "of \(cell.subject) something else is expected than in line \(first.location.line)",
                at: cell.location, advice: "exclude it from one of the two items")
        }
    }

    /// What is expected of a cell; nil where its plan's calibration says nothing of it.
    private func expectation(_ expected: MatrixBlock.Expected, of cell: Matrix.Cell) -> Matrix.Expectation? {
        switch expected.what {
        case .outcome(let outcome, let finding):
            return Matrix.Expectation(outcome: outcome, finding: finding, location: expected.pattern.location)
        case .calibration:
            func isAbout(_ expectation: Calibration.Expectation) -> Bool {
                expectation.kernel == cell.kernel && expectation.mutation == cell.mutation?.name
                    && expectation.settings.allSatisfy { cell.plan.values[$0.key] == $0.value }
            }
            let calibration = cell.plan.calibration
            if let fails = calibration.fails.first(where: isAbout) {
                return Matrix.Expectation(
                    outcome: .fail, finding: fails.finding, isOfCalibration: true, location: fails.location)
            }
            return calibration.passes.first(where: isAbout)
                .map {
                    Matrix.Expectation(outcome: .pass, finding: nil, isOfCalibration: true, location: $0.location)
                }
        }
    }

    /// Reports what the plan does not have of what the block asks for.
    private func check(_ block: MatrixBlock, _ plan: TestPlan, _ word: MatrixBlock.Word) -> Bool {
        let before = problems.diagnostics.count
        for setting in block.parameters {
            guard let parameter = plan.parameters.first(where: { $0.name == setting.name }) else {
                problems.report(
                    "plan \(plan.name) has no parameter \(quoted(setting.name))", at: setting.location,
                    advice: plan.parameters.isEmpty
                        ? "it has none to set" : spellingAdvice(for: setting.name, among: plan.parameters.map(\.name)))
                continue
            }
            for value in setting.values where !parameter.values.isEmpty && !parameter.values.contains(value.text) {
                problems.report(
                    "parameter '\(setting.name)' of plan \(plan.name) cannot be \(quoted(value.text))",
                    at: value.location, advice: spellingAdvice(for: value.text, among: parameter.values))
            }
        }
        for word in block.mutations where word.text != "none" && mutation(word, of: plan) == nil {
            problems.report(
                "plan \(plan.name) has no mutation \(quoted(word.text))", at: word.location,
                advice: spellingAdvice(for: word.text, among: ["none"] + plan.mutations.map(\.name)))
        }
        if let own = plan.guest.backend, let backends = block.backends,
            let other = backends.first(where: { $0 != own })
        {
            problems.report(
                "plan \(plan.name) asks for backend \(own.rawValue), the matrix for \(other.rawValue)",
                at: word.location, advice: "give it an item of 'cells' of its own")
        }
        return problems.diagnostics.count == before
    }

    private func mutation(_ word: MatrixBlock.Word, of plan: TestPlan) -> Mutation? {
        plan.mutations.first { $0.name == word.text }
    }

    /// The kernels that the plan's calibration names with a mutation, each once.
    private func calibrated(_ plan: TestPlan, _ mutation: Mutation?) -> [KernelName] {
        var kernels: [KernelName] = []
        for expectation in plan.calibration.fails + plan.calibration.passes
        where expectation.mutation == mutation?.name && !kernels.contains(expectation.kernel) {
            kernels.append(expectation.kernel)
        }
        return kernels
    }

    /// Every combination of the values.
    private func combinations(_ settings: [MatrixBlock.Setting]) -> [[String: String]] {
        guard product(settings.map(\.values.count)) <= Matrix.mostCells else {
            if let first = settings.first {
                problems.report(
                    "the matrix has more than \(Matrix.mostCells) cells", at: first.location, advice: "divide it")
            }
            return []
        }
        return settings.reduce([[:]]) { combinations, setting in
            combinations.flatMap { combination in
                setting.values.map { combination.merging([setting.name: $0.text]) { $1 } }
            }
        }
    }

    /// The product, or one more than a matrix may have.
    private func product(_ counts: [Int]) -> Int {
        counts.reduce(1) { min($0 * min($1, Matrix.mostCells + 1), Matrix.mostCells + 1) }
    }

    /// The nearest spelling of a word of a pattern that names nothing in the matrix.
    private func nearest(_ pattern: MatrixPattern) -> String? {
        func nearest(_ words: [MatrixBlock.Word], _ names: @autoclosure () -> Set<String>) -> String? {
            guard !words.isEmpty else { return nil }
            let names = names()
            for word in words where !names.contains(where: { MatrixPattern.matches(word.text, $0) }) {
                if let near = nearestSpelling(of: word.text, among: names.sorted()) { return "did you mean '\(near)'?" }
            }
            return nil
        }
        for setting in pattern.parameters {
            let names = Set(cells.flatMap(\.plan.values.keys))
            if !names.contains(setting.name) {
                return nearestSpelling(of: setting.name, among: names.sorted()).map { "did you mean '\($0)'?" }
            }
            let values = Set(cells.compactMap { $0.plan.values[setting.name] })
            if let advice = nearest(setting.values, values) { return advice }
        }
        return nearest(pattern.kernels, Set(cells.map { "\($0.kernel)" }))
            ?? nearest(pattern.plans, Set(cells.map(\.plan.name)))
            ?? nearest(pattern.mutations, Set(cells.map { $0.mutation?.name ?? "none" }))
    }
}
