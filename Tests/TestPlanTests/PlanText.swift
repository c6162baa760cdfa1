import TestPlan

/// Plans as text, for tests which change one part.
enum PlanText {
    static let head = """
        name: x
        summary: A plan for tests

        """
    static let steps = """
        steps:
          - run: uname -r

        """

    /// The problems of a plan file called `plan.yaml`, one a line as the command line prints them; empty if it is valid.
    static func problems(
        of text: String, settings: [String: String] = [:], directory: String = "/nonexistent"
    ) -> [String] {
        do throws(InvalidFile) {
            _ = try plan(text, settings: settings, directory: directory)
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    static func plan(
        _ text: String, settings: [String: String] = [:], directory: String = "/nonexistent"
    ) throws(InvalidFile) -> TestPlan {
        try TestPlan.parse(Array(text.utf8), file: "plan.yaml", directory: directory, settings: settings)
    }
}
