/// What a plan is run on where two such are compared: a kernel, with a mutation or values of parameters if they make the
/// difference.
///
/// Its text is `KERNEL[,mutate=NAME][,set=NAME=VALUE]…`, as `debian:6.1,mutate=devdax` or `debian:6.1,set=size=1MiB`.
public struct TestSubject: Sendable, Hashable, CustomStringConvertible {
    /// The kernel.
    public var kernel: KernelName
    /// The name of the plan's mutation of it; nil for the kernel as it is.
    public var mutation: String?
    /// Values of the plan's parameters.
    public var settings: [String: String]

    /// Parses the text form.
    ///
    /// - Throws: a ``Diagnostic`` without a location, with advice.
    public init(parsing text: String) throws(Diagnostic) {
        var words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        var kernel = words.removeFirst()
        // Names of files have commas, too.
        while let word = words.first, !word.hasPrefix("mutate="), !word.hasPrefix("set=") {
            kernel += "," + words.removeFirst()
        }
        mutation = nil
        settings = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            if parts[0] == "mutate", parts.count == 2, !parts[1].isEmpty, mutation == nil {
                mutation = parts[1]
            } else if parts[0] == "set", parts.count == 3, !parts[1].isEmpty, settings[parts[1]] == nil {
                settings[parts[1]] = parts[2]
            } else {
                throw Diagnostic(
                    message: "\(quoted(word)) says nothing about a kernel",
                    advice: "write KERNEL, KERNEL,mutate=NAME or KERNEL,set=NAME=VALUE, each name once")
            }
        }
        self.kernel = try KernelName(parsing: kernel)
    }

    /// The text form; `init(parsing:)` reads it back.
    public var description: String {
        "\(kernel)" + (mutation.map { ",mutate=\($0)" } ?? "")
            + settings.sorted { $0.key < $1.key }.map { ",set=\($0.key)=\($0.value)" }.joined()
    }
}
