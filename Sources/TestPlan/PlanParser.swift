/// Turns the YAML of a plan into a ``TestPlan``, and reports everything that is wrong with it.
///
/// The parts of a plan are in the extensions. Each part goes on after a problem with the format's default, so that one
/// pass finds all problems; a plan is made only if there were none.
struct PlanParser {
    /// The plan file, for diagnostics.
    let file: String
    /// The directory of the plan file: shares are looked for below it.
    let directory: String
    /// The name of that directory, which the plan must bear, or nil if there is no such thing.
    let expectedName: String?
    /// The guests that a plan can extend; nil where nobody knows of any.
    let guests: GuestLibrary?
    /// What `--set` said.
    let settings: [String: String]
    let problems = DiagnosticList()

    private static let keys = [
        "name", "summary", "parameters", "guest", "steps", "mutations", "calibration", "known", "requires",
    ]

    /// - Throws: ``InvalidFile`` with every problem found.
    func parse(_ root: LocatedNode) throws(InvalidFile) -> TestPlan {
        let plan = self.plan(root)
        try problems.throwIfAny()
        guard let plan else {
            // Every way to nil reports; this is for the day when one forgets.
            throw InvalidFile(diagnostics: [Diagnostic(location: root.location, message: "the plan is not valid")])
        }
        return plan
    }

    private func plan(_ root: LocatedNode) -> TestPlan? {
        guard let reader = MappingReader(root, of: "the plan", keys: Self.keys, problems) else { return nil }
        let name = planName(reader)
        let summary = reader.required("summary")
            .flatMap { line($0, reader.label("summary"), longest: 200) }
        let parameters = parameters(reader)
        let values = values(of: parameters, plan: name ?? expectedName ?? file)

        var substitution = ParameterSubstitution(values: values, problems)
        var guest =
            reader.node("guest").map { extended(substitution.apply(to: $0)) }
            .flatMap { self.guest($0, parameters, values) } ?? GuestRequest()
        guest.definition = reader.node("guest").flatMap(definitionFile)
        let steps =
            reader.required("steps").map { substitution.apply(to: $0) }
            .map { self.steps($0, guest, parameters, values) } ?? []
        let mutations = mutations(reader)
        let calibration =
            reader.node("calibration").flatMap { self.calibration($0, parameters, mutations) } ?? Calibration()
        let known = knownIssues(reader, parameters)
        let requires = reader.node("requires").flatMap { requirements($0, guest) } ?? Requirements()

        guard let name, let summary else { return nil }
        return TestPlan(
            name: name,
            summary: summary,
            directory: directory,
            file: file,
            parameters: parameters,
            values: values,
            guest: guest,
            steps: steps,
            calibration: calibration,
            known: known.map { issue in
                var issue = issue
                issue.plans = [name]
                return issue
            },
            requires: requires,
            mutations: mutations
        )
    }

    private func planName(_ reader: MappingReader) -> String? {
        guard let node = reader.required("name"), let name = node.string(reader.label("name"), problems) else {
            return nil
        }
        guard PlanLibrary.isPlanName(name) else {
            problems.report(
                "\(quoted(name)) is not the name of a plan",
                at: node.location,
                advice: "use lower-case letters, digits and '-', at most 64"
            )
            return nil
        }
        if let expectedName, name != expectedName {
            problems.report(
                "plan \(quoted(name)) lies in directory \(quoted(expectedName))",
                at: node.location,
                advice: "give both the same name"
            )
        }
        return name
    }

    /// One line of text without control characters, neither empty nor longer than `longest` characters.
    func line(_ node: LocatedNode, _ label: String, longest: Int) -> String? {
        guard let text = node.string(label, problems) else { return nil }
        guard !text.isEmpty, text.count <= longest, !text.unicodeScalars.contains(where: isControl) else {
            problems.report(
                "\(label) must be one line of 1 to \(longest) characters, not \(quoted(text))", at: node.location)
            return nil
        }
        return text
    }
}
