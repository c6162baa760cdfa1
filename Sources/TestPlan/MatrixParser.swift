/// Turns the YAML of a matrix into a ``Matrix``, and reports everything that is wrong with it.
///
/// What is written is read first (``MatrixBlock``), then put beside the plans (``MatrixExpansion``). Each part goes on
/// after a problem, so that one pass finds all of them.
struct MatrixParser {
    /// The file, for diagnostics and for the paths in it.
    let file: String
    /// The plans that can be named without a path.
    let plans: PlanLibrary?
    let problems = DiagnosticList()

    private static let keys = ["name", "summary", "defaults", "cells"]
    private static let defaultKeys = ["kernels", "backends", "repeat", "expect"]
    private static let blockKeys = [
        "plans", "kernels", "mutations", "parameters", "backends", "repeat", "include", "exclude", "expect",
    ]
    private static let singleKeys = ["plan", "kernel", "mutation", "parameters", "backend", "repeat", "expect"]
    private static let patternKeys = ["plan", "kernel", "mutation", "parameters", "backend"]

    /// What blocks have that do not say otherwise.
    private struct Defaults {
        var kernels: [MatrixBlock.Kernel]?
        var backends: [GuestRequest.Backend]?
        var repetitions = 1
        var expect: [MatrixBlock.Expected] = []
    }

    /// - Throws: ``InvalidFile`` with every problem found.
    func parse(_ root: LocatedNode) throws(InvalidFile) -> Matrix {
        var matrix: Matrix?
        if let reader = MappingReader(root, of: "the matrix", keys: Self.keys, problems) {
            let name = reader.required("name").flatMap { matrixName($0, reader.label("name")) }
            let summary = reader.node("summary").flatMap { line($0, reader.label("summary"), longest: 200) }
            let defaults = reader.node("defaults").map { readDefaults($0) } ?? Defaults()
            let items = reader.required("cells").flatMap { $0.items(reader.label("cells"), problems) } ?? []
            if let node = reader.node("cells"), case .sequence(let items) = node.content, items.isEmpty {
                problems.report("'cells' in the matrix is empty", at: node.location, advice: "name plans to run")
            }
            let blocks = items.compactMap { block($0, defaults) }
            var expansion = MatrixExpansion(file: file, plans: plans, problems)
            for block in blocks { expansion.add(block) }
            expansion.finish()
            matrix = name.map {
                Matrix(name: $0, summary: summary, file: file, cells: expansion.cells, repeated: expansion.repeated)
            }
        }
        try problems.throwIfAny()
        guard let matrix else {
            throw InvalidFile(diagnostics: [Diagnostic(location: root.location, message: "the matrix is not valid")])
        }
        return matrix
    }

    private func matrixName(_ node: LocatedNode, _ label: String) -> String? {
        guard let name = node.string(label, problems) else { return nil }
        guard PlanLibrary.isPlanName(name) else {
            problems.report(
                "\(quoted(name)) is not the name of a matrix", at: node.location,
                advice: "use lower-case letters, digits and '-', at most 64")
            return nil
        }
        return name
    }

    private func line(_ node: LocatedNode, _ label: String, longest: Int) -> String? {
        ExpungeFile.line(node, label, longest: longest, problems)
    }

    private func readDefaults(_ node: LocatedNode) -> Defaults {
        var defaults = Defaults()
        guard let reader = MappingReader(node, of: "defaults", keys: Self.defaultKeys, problems) else { return defaults }
        defaults.kernels = kernels("kernels", reader)
        defaults.backends = backends("backends", reader)
        defaults.repetitions = repetitions(reader) ?? 1
        defaults.expect = expectations(reader)
        return defaults
    }

    private func block(_ node: LocatedNode, _ defaults: Defaults) -> MatrixBlock? {
        guard let reader = MappingReader(node, of: "an item of 'cells'", keys: Self.blockKeys, problems) else {
            return nil
        }
        _ = reader.required("plans")
        let plans = words("plans", reader)
        var block = MatrixBlock(
            location: node.location, plans: plans, kernels: kernels("kernels", reader) ?? defaults.kernels,
            mutations: words("mutations", reader), parameters: settings(reader),
            backends: backends("backends", reader) ?? defaults.backends,
            repetitions: repetitions(reader) ?? defaults.repetitions, exclude: [],
            expect: reader.node("expect") == nil ? defaults.expect : expectations(reader), include: [])
        block.exclude = items("exclude", reader).compactMap { item in
            guard let entry = MappingReader(item, of: "an exclusion", keys: Self.patternKeys, problems) else {
                return nil
            }
            return pattern(entry, isExclusion: true)
        }
        block.include = items("include", reader).compactMap { single($0, of: block) }
        return block
    }

    /// One more combination. What it does not name is its block's, if that has just one.
    private func single(_ node: LocatedNode, of block: MatrixBlock) -> MatrixBlock? {
        guard let reader = MappingReader(node, of: "an inclusion", keys: Self.singleKeys, problems) else { return nil }
        func one<Value>(_ key: String, _ values: [Value]?) -> [Value]? {
            guard let values else { return nil }
            if values.count > 1 {
                problems.report(
                    "\(reader.label(key)) has several values", at: reader.place(of: key),
                    advice: "an inclusion is one combination; write an item of 'cells' for more")
            }
            return Array(values.prefix(1))
        }
        var plans = one("plan", reader.node("plan") == nil ? nil : words("plan", reader)) ?? block.plans
        if reader.node("plan") == nil, plans.count > 1 {
            problems.report(
                "an inclusion does not say of which plan it is", at: node.location, advice: "add 'plan: …'")
            plans = []
        }
        let kernels = reader.required("kernel").flatMap { _ in one("kernel", self.kernels("kernel", reader)) }
        let settings = self.settings(reader)
        for setting in settings where setting.values.count > 1 { _ = one("parameters", setting.values) }
        return MatrixBlock(
            location: node.location, plans: plans, kernels: kernels ?? [],
            mutations: one("mutation", words("mutation", reader)) ?? [],
            parameters: settings,
            backends: one("backend", backends("backend", reader)) ?? (block.backends?.count == 1 ? block.backends : nil),
            repetitions: repetitions(reader) ?? block.repetitions, exclude: [],
            expect: reader.node("expect") == nil ? block.expect : expectations(reader), include: [])
    }

    // MARK: Parts

    /// A text, or a list of some; what stands twice is reported.
    private func words(_ key: String, _ reader: MappingReader) -> [MatrixBlock.Word] {
        reader.node(key).map { words($0, reader.label(key)) } ?? []
    }

    private func words(_ node: LocatedNode, _ label: String) -> [MatrixBlock.Word] {
        var nodes = [node]
        if case .sequence(let items) = node.content {
            nodes = items
            if items.isEmpty { problems.report("\(label) is empty", at: node.location, advice: "leave it out") }
        }
        var words: [MatrixBlock.Word] = []
        var seen: Set<String> = []
        for item in nodes {
            guard let text = item.string(label, problems) else { continue }
            guard text.utf8.count <= 8192, !text.isEmpty, !text.unicodeScalars.contains(where: isControl) else {
                problems.report("\(label) must be one line of text, not \(quoted(text))", at: item.location)
                continue
            }
            if seen.insert(text).inserted {
                words.append(MatrixBlock.Word(text: text, location: item.location))
            } else {
                problems.report("\(label) has \(quoted(text)) twice", at: item.location, advice: "keep one of them")
            }
        }
        return words
    }

    private func items(_ key: String, _ reader: MappingReader) -> [LocatedNode] {
        reader.node(key).flatMap { $0.items(reader.label(key), problems) } ?? []
    }

    private func repetitions(_ reader: MappingReader) -> Int? { reader.integer("repeat", in: 1...10_000) }

    private func kernels(_ key: String, _ reader: MappingReader) -> [MatrixBlock.Kernel]? {
        guard reader.node(key) != nil else { return nil }
        return words(key, reader).compactMap { word in
            do throws(Diagnostic) {
                return MatrixBlock.Kernel(name: try KernelName(parsing: word.text), location: word.location)
            } catch {
                problems.report(error.located(at: word.location))
                return nil
            }
        }
    }

    private func backends(_ key: String, _ reader: MappingReader) -> [GuestRequest.Backend]? {
        guard reader.node(key) != nil else { return nil }
        return words(key, reader).compactMap { backend($0, reader.label(key)) }
    }

    private func backend(_ word: MatrixBlock.Word, _ label: String) -> GuestRequest.Backend? {
        LocatedNode(location: word.location, content: .scalar(word.text, isPlain: true))
            .choice(label, of: GuestRequest.Backend.self, problems)
    }

    private func settings(_ reader: MappingReader) -> [MatrixBlock.Setting] {
        guard let node = reader.node("parameters") else { return [] }
        guard case .mapping(let entries) = node.content else {
            problems.report(
                "\(reader.label("parameters")) must be a mapping, not \(node.summary)", at: node.location,
                advice: "write 'parameter: value' or 'parameter: [value, value]'")
            return []
        }
        return entries.map { entry in
            MatrixBlock.Setting(
                name: entry.key, location: entry.location,
                values: words(entry.value, "'\(entry.key)' in 'parameters'"))
        }
    }

    private func pattern(_ reader: MappingReader, isExclusion: Bool = false) -> MatrixPattern? {
        var pattern = MatrixPattern(location: reader.location)
        pattern.plans = words("plan", reader)
        pattern.kernels = words("kernel", reader)
        pattern.mutations = words("mutation", reader)
        pattern.backends = words("backend", reader)
        pattern.parameters = settings(reader)
        for word in pattern.kernels where !word.text.contains("*") {
            do throws(Diagnostic) {
                _ = try KernelName(parsing: word.text)
            } catch {
                problems.report(error.located(at: word.location))
            }
        }
        for word in pattern.backends where !word.text.contains("*") { _ = backend(word, reader.label("backend")) }
        let namesNothing = Self.patternKeys.allSatisfy { reader.node($0) == nil }
        if isExclusion, namesNothing {
            problems.report(
                "an exclusion names nothing, and would exclude all", at: reader.location,
                advice: "write 'kernel: …' or another of \(alternatives(Self.patternKeys))")
            return nil
        }
        return pattern
    }

    // MARK: Expectations

    /// A word, a mapping, or a list of such.
    private func expectations(_ reader: MappingReader) -> [MatrixBlock.Expected] {
        guard let node = reader.node("expect") else { return [] }
        guard case .sequence(let items) = node.content else {
            return [expectation(node, reader.label("expect"))].compactMap(\.self)
        }
        if items.isEmpty {
            problems.report("\(reader.label("expect")) is empty", at: node.location, advice: "leave it out")
        }
        return items.compactMap { expectation($0, "an item of \(reader.label("expect"))") }
    }

    private func expectation(_ node: LocatedNode, _ label: String) -> MatrixBlock.Expected? {
        guard case .mapping = node.content else {
            return outcome(node, label).map {
                MatrixBlock.Expected(pattern: MatrixPattern(location: node.location), what: $0)
            }
        }
        guard
            let reader = MappingReader(
                node, of: "an expectation", keys: ["outcome", "finding"] + Self.patternKeys, problems)
        else { return nil }
        let finding = reader.node("finding").flatMap { line($0, reader.label("finding"), longest: 200) }
        let pattern = self.pattern(reader)
        guard var what = reader.required("outcome").flatMap({ outcome($0, reader.label("outcome")) }) else {
            return nil
        }
        if let finding {
            switch what {
            case .outcome(let outcome, _) where outcome == .fail || outcome == .known:
                what = .outcome(outcome, finding: finding)
            default:
                problems.report(
                    "only what fails has a finding", at: reader.place(of: "finding"),
                    advice: "write 'outcome: fail', or leave 'finding' out")
            }
        }
        return pattern.map { MatrixBlock.Expected(pattern: $0, what: what) }
    }

    private func outcome(_ node: LocatedNode, _ label: String) -> MatrixBlock.Expected.What? {
        let words = ["calibration"] + Matrix.Expectation.Outcome.allCases.map(\.rawValue)
        if case .scalar(let text, _) = node.content {
            if text == "calibration" { return .calibration }
            if let outcome = Matrix.Expectation.Outcome(rawValue: text) { return .outcome(outcome, finding: nil) }
            let nearest = nearestSpelling(of: text, among: words).map { "did you mean '\($0)'?" }
            problems.report(
                "\(label) must be \(alternatives(words)), not \(node.summary)", at: node.location, advice: nearest)
        } else {
            problems.report("\(label) must be \(alternatives(words)), not \(node.summary)", at: node.location)
        }
        return nil
    }
}
