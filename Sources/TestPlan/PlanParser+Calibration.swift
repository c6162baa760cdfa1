extension PlanParser {
    func calibration(
        _ node: LocatedNode, _ parameters: [TestPlan.Parameter], _ mutations: [Mutation]
    ) -> Calibration? {
        guard let reader = MappingReader(node, of: "calibration", keys: ["fails", "passes"], problems) else {
            return nil
        }
        let fails = expectations("fails", reader, keys: ["kernel", "mutate", "with", "finding"], parameters, mutations)
        let passes = expectations("passes", reader, keys: ["kernel", "mutate", "with"], parameters, mutations)
        var seen: [String: SourceLocation] = [:]
        for expectation in fails + passes {
            if let first = seen[expectation.subject] {
                problems.report(
                    "calibration names \(expectation.subject) a second time",
                    at: expectation.location,
                    advice: "the first is in line \(first.line); keep one of them"
                )
            }
            seen[expectation.subject] = seen[expectation.subject] ?? expectation.location
        }
        return Calibration(fails: fails, passes: passes)
    }

    private func expectations(
        _ key: String, _ reader: MappingReader, keys: [String], _ parameters: [TestPlan.Parameter],
        _ mutations: [Mutation]
    ) -> [Calibration.Expectation] {
        guard let node = reader.node(key), let items = node.items(reader.label(key), problems) else { return [] }
        return items.compactMap { item -> Calibration.Expectation? in
            guard let entry = MappingReader(item, of: "an item of \(reader.label(key))", keys: keys, problems),
                let kernel = entry.required("kernel"),
                let text = kernel.string(entry.label("kernel"), problems)
            else { return nil }
            let finding = entry.node("finding").flatMap { line($0, entry.label("finding"), longest: 200) }
            let settings = entry.node("with").map { self.settings($0, entry.label("with"), parameters) } ?? [:]
            let mutation = entry.string("mutate")
            if let mutation, !mutations.contains(where: { $0.name == mutation }) {
                problems.report(Mutation.unknown(mutation, among: mutations).located(at: entry.place(of: "mutate")))
            }
            do throws(Diagnostic) {
                let name = try KernelName(parsing: text)
                return Calibration.Expectation(
                    kernel: name, settings: settings, finding: finding, mutation: mutation, location: item.location)
            } catch {
                problems.report(error.located(at: kernel.location))
                return nil
            }
        }
    }

    /// `with: {size: 1MiB}`: values of parameters that the plan declares with `values`.
    func settings(
        _ node: LocatedNode, _ label: String, _ parameters: [TestPlan.Parameter]
    ) -> [String: String] {
        let varying = parameters.filter { !$0.values.isEmpty }
        guard let reader = MappingReader(node, of: label, keys: varying.map(\.name), problems) else { return [:] }
        return varying.reduce(into: [:]) { settings, parameter in
            guard let value = reader.string(parameter.name) else { return }
            guard parameter.values.contains(value) else {
                problems.report(
                    "parameter '\(parameter.name)' has no value \(quoted(value))",
                    at: reader.place(of: parameter.name), advice: spellingAdvice(for: value, among: parameter.values))
                return
            }
            settings[parameter.name] = value
        }
    }

    func requirements(_ node: LocatedNode, _ guest: GuestRequest) -> Requirements? {
        guard
            let reader = MappingReader(
                node, of: "requires", keys: ["accel", "modules", "config", "otherwise"], problems)
        else {
            return nil
        }
        var requirements = Requirements()
        requirements.accelerator = reader.choice("accel", of: AcceleratorKey.self)?.accelerator
        if let required = requirements.accelerator, let asked = guest.accelerator, required != asked {
            problems.report(
                "the plan requires \(required.rawValue) and its guest asks for \(asked.rawValue)",
                at: reader.place(of: "accel"),
                advice: "keep one of them"
            )
        }
        requirements.modules = checked("modules", reader, "must be the name of a module", isModuleName)
        requirements.config = checked(
            "config", reader, "must be CONFIG_NAME or CONFIG_NAME=VALUE", isConfiguration)
        requirements.otherwise = reader.choice("otherwise", of: Requirements.Otherwise.self) ?? .refuse
        return requirements
    }

    private func checked(
        _ key: String,
        _ reader: MappingReader,
        _ rule: String,
        _ isValid: (String) -> Bool
    ) -> [String] {
        guard let items = reader.node(key)?.items(reader.label(key), problems) else { return [] }
        return items.compactMap { item in
            guard let text = item.string("an item of \(reader.label(key))", problems) else { return nil }
            guard isValid(text) else {
                let advice = isValid("CONFIG_\(text)") && key == "config" ? "did you mean 'CONFIG_\(text)'?" : nil
                problems.report(
                    "an item of \(reader.label(key)) \(rule), not \(quoted(text))", at: item.location, advice: advice)
                return nil
            }
            return text
        }
    }

    private func isConfiguration(_ text: String) -> Bool {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        // Kconfig symbols are mostly upper case, and some are not: CONFIG_VIDEO_STK1160_COMMON, CONFIG_SND_SOC_hdac.
        return text.utf8.count <= 200 && parts[0].hasPrefix("CONFIG_") && parts[0].count > 7
            && parts[0].allSatisfy { isLetterOrDigit($0) || $0 == "_" }
            && (parts.count == 1 || (!parts[1].isEmpty && !parts[1].unicodeScalars.contains(where: isControl)))
    }
}
