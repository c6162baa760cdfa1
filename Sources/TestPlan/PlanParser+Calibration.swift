extension PlanParser {
    func calibration(_ node: LocatedNode) -> Calibration? {
        guard let reader = MappingReader(node, of: "calibration", keys: ["fails", "passes"], problems) else {
            return nil
        }
        let fails = expectations("fails", reader, keys: ["kernel", "finding"])
        let passes = expectations("passes", reader, keys: ["kernel"])
        var seen: [KernelName: SourceLocation] = [:]
        for expectation in fails + passes {
            if let first = seen[expectation.kernel] {
                problems.report(
                    "calibration names \(expectation.kernel) a second time",
                    at: expectation.location,
                    advice: "the first is in line \(first.line); keep one of them"
                )
            }
            seen[expectation.kernel] = seen[expectation.kernel] ?? expectation.location
        }
        return Calibration(fails: fails, passes: passes)
    }

    private func expectations(_ key: String, _ reader: MappingReader, keys: [String]) -> [Calibration.Expectation] {
        guard let node = reader.node(key), let items = node.items(reader.label(key), problems) else { return [] }
        return items.compactMap { item -> Calibration.Expectation? in
            guard let entry = MappingReader(item, of: "an item of \(reader.label(key))", keys: keys, problems),
                let kernel = entry.required("kernel"),
                let text = kernel.string(entry.label("kernel"), problems)
            else { return nil }
            let finding = entry.node("finding").flatMap { line($0, entry.label("finding"), longest: 200) }
            do throws(Diagnostic) {
                let name = try KernelName(parsing: text)
                return Calibration.Expectation(kernel: name, finding: finding, location: item.location)
            } catch {
                problems.report(error.located(at: kernel.location))
                return nil
            }
        }
    }

    func requirements(_ node: LocatedNode, _ guest: GuestRequest) -> Requirements? {
        guard let reader = MappingReader(node, of: "requires", keys: ["accel", "modules", "config"], problems) else {
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
