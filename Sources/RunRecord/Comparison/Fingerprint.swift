/// What two findings have in common that are the same trouble: a text that survives other addresses, process ids,
/// offsets and durations, and that a person can read.
///
/// The stack is left out on purpose: it differs between compilers, and for a hang between two looks.
public struct Fingerprint: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The kind and the title, with what differs from run to run replaced; at most 200 characters.
    public let description: String

    /// The fingerprint of a finding.
    public init(of finding: Finding) {
        var text = "\(finding.kind): \(Self.clean(finding.title))"
        if let function = finding.function.map(Self.clean), !text.contains(function) { text += " in \(function)" }
        description = String(text.prefix(200))
    }

    private static func clean(_ text: String) -> String {
        // Titles are short; hostile ones are cut before there is any work.
        String(text.prefix(300))
            // f+0x12/0x34
            .replacing(/\+0x[0-9a-fA-F]+(\/0x[0-9a-fA-F]+)?/, with: "")
            // f.isra.0, f.part.3.cold: the compiler's copies of f
            .replacing(/(\.(isra|constprop|part|cold|llvm)(\.[0-9]+)?)+\b/, with: "")
            .replacing(/\b(0x[0-9a-fA-F]+|[0-9a-f]{8,16})\b/, with: "ADDR")
            // pid 12, PID: 12, CPU#1
            .replacing(/\b([Pp][Ii][Dd]:?|CPU:?|cpu) ?#?[0-9]+\b/) { "\($0.output.1) NUM" }
            // insmod[12], insmod/168:
            .replacing(/\[[0-9]+\]/, with: "[NUM]")
            .replacing(/\b([0-9]+\.[0-9]+|[0-9]+ ?(s|ms|seconds|bytes)|[0-9]{4,})\b/, with: "NUM")
    }
}
