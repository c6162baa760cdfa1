extension PlanParser {
    /// MODULE_NAME_LEN of include/linux/moduleparam.h on 64-bit machines, without the final NUL.
    private static let longestModuleName = 55
    private static let mostCycles = 100_000

    /// Sources of the plan and where what they make goes in the guest.
    func built(_ reader: MappingReader) -> (source: String, at: String)? {
        let source = reader.required("source").flatMap { planDirectory($0, reader.label("source")) }
        let at = reader.required("at").flatMap { guestPath($0, reader.label("at")) }
        guard let source, let at else { return nil }
        return (source, at)
    }

    func modulePad(_ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        let module = reader.required("module").flatMap { moduleName($0, reader.label("module")) }
        // A module is read into memory as a whole, so 1 GiB is far beyond what loads.
        let size = reader.required("size")
            .flatMap { $0.byteCount(reader.label("size"), in: ByteCount(bytes: 1) ... .gibibytes(1), problems) }
        let target = reader.required("to").flatMap { shareFile($0, reader.label("to"), guest) }
        guard let module, let size, let target else { return nil }
        return .modulePad(module: module, size: size, to: target)
    }

    func moduleInsert(_ reader: MappingReader) -> StepAction? {
        let parameters = reader.node("parameters").map { words($0, reader.label("parameters")) } ?? []
        let dependencies = reader.boolean("dependencies")
        guard let source = moduleSource(reader) else { return nil }
        if case .name = source, dependencies == false {
            problems.report(
                "\(reader.subject): a module by its name comes with its dependencies",
                at: reader.place(of: "dependencies"), advice: "leave 'dependencies' out, or name a file by 'path'")
        }
        return .moduleInsert(source, parameters: parameters, dependencies: dependencies ?? false)
    }

    func moduleCycle(_ reader: MappingReader) -> StepAction? {
        let parameters = reader.node("parameters").map { words($0, reader.label("parameters")) } ?? []
        let times = reader.required("times")
            .flatMap { $0.integer(reader.label("times"), in: 1...Self.mostCycles, problems) }
        let load = reader.node("load").flatMap { command($0, reader.label("load")) }
        guard let source = moduleSource(reader), let times else { return nil }
        return .moduleCycle(source, parameters: parameters, times: times, load: load)
    }

    private func moduleSource(_ reader: MappingReader) -> ModuleSource? {
        switch (reader.node("path"), reader.node("module")) {
        case (let path?, nil):
            return guestPath(path, reader.label("path")).map { .path($0) }
        case (nil, let module?):
            return moduleName(module, reader.label("module")).map { .name($0) }
        case (nil, nil):
            problems.report(
                "\(reader.subject) has neither 'path' nor 'module'", at: reader.location,
                advice: "add 'path: /…' for a file in the guest or 'module: NAME' for one of the kernel's own")
        case (_?, let module?):
            problems.report(
                "\(reader.subject) has both 'path' and 'module'", at: module.location, advice: "keep one of them")
        }
        return nil
    }

    func moduleName(_ node: LocatedNode, _ label: String) -> String? {
        guard let name = node.string(label, problems) else { return nil }
        guard isModuleName(name) else {
            let advice = name.hasSuffix(".ko") ? "leave out '.ko'" : "use letters, digits, '_' and '-'"
            problems.report(
                "\(label) must be the name of a module, not \(quoted(name))", at: node.location, advice: advice)
            return nil
        }
        return name
    }

    func isModuleName(_ name: String) -> Bool {
        guard let first = name.first, isLetterOrDigit(first) else { return false }
        return name.utf8.count <= Self.longestModuleName
            && name.allSatisfy { isLetterOrDigit($0) || $0 == "_" || $0 == "-" }
    }
}
