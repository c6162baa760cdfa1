extension TestPlan {
    /// Reads the plan file at `path`, which must lie in a directory of the plan's name.
    ///
    /// - Parameters:
    ///   - settings: values for parameters, by name.
    ///   - guests: those that it can extend.
    /// - Throws: ``InvalidFile`` with every problem found.
    public static func read(
        _ path: String, settings: [String: String] = [:], guests: GuestLibrary? = nil
    ) throws(InvalidFile) -> TestPlan {
        try PlanVariants(path, guests: guests).plan(settings)
    }

    /// Parses the bytes of a plan file called `file`, whose shares are below `directory`.
    ///
    /// - Parameters:
    ///   - settings: values for parameters, by name.
    ///   - guests: those that it can extend.
    /// - Throws: ``InvalidFile`` with every problem found.
    public static func parse(
        _ bytes: [UInt8],
        file: String,
        directory: String,
        settings: [String: String] = [:],
        guests: GuestLibrary? = nil
    ) throws(InvalidFile) -> TestPlan {
        let root = try LocatedYAML.parse(bytes, file: file)
        let parser = PlanParser(
            file: file, directory: directory, expectedName: nil, guests: guests, settings: settings)
        return try parser.parse(root)
    }
}
