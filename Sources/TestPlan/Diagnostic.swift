/// One thing wrong with what somebody wrote: where, what, and what to write instead.
///
///     testplans/x/plan.yaml:7:5: unknown key 'memmory' in guest: did you mean 'memory'?
public struct Diagnostic: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// Where it stands, or nil for what came from the command line.
    public let location: SourceLocation?
    /// What is wrong, without a full stop.
    public let message: String
    /// What to do about it, or nil if the message says it already.
    public let advice: String?

    /// Creates a diagnostic.
    public init(location: SourceLocation? = nil, message: String, advice: String? = nil) {
        self.location = location
        self.message = message
        self.advice = advice
    }

    /// The diagnostic on one line, as a compiler prints it.
    public var description: String {
        [location?.description, message, advice].compactMap(\.self).joined(separator: ": ")
    }

    /// The same diagnostic at `location`, for parsers of single values, which do not know where the value stands.
    func located(at location: SourceLocation?) -> Diagnostic {
        Diagnostic(location: location, message: message, advice: advice)
    }
}

/// A file that cannot be used, with every problem found in it and not only the first.
public struct InvalidFile: Error, Sendable, Hashable, CustomStringConvertible {
    /// The problems in the order of the file. Never empty.
    public let diagnostics: [Diagnostic]

    /// Creates the error. `diagnostics` must not be empty.
    public init(diagnostics: [Diagnostic]) {
        precondition(!diagnostics.isEmpty, "an invalid file has at least one problem")
        self.diagnostics = diagnostics
    }

    /// One diagnostic a line.
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
