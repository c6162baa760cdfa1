/// QEMU did not take a template's state, or what was to be plugged in: the guest never ran.
public struct TemplateRefused: Error, Sendable, CustomStringConvertible {
    /// One clause, with QEMU's last words.
    public let reason: String
    /// A sentence.
    public var description: String { "the guest did not start from its template: \(reason)" }
}
