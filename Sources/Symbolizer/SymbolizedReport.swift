public import KernelLog

/// A report whose frames have places in the sources.
///
/// In JSON it is the report's object with these frames in the place of its own.
public struct SymbolizedReport: Sendable, Hashable, Encodable {
    /// The report as it was read.
    public var report: KernelReport
    /// Its frames with their places, from where the processor was; inlined ones added.
    public var frames: [SymbolizedFrame]

    /// Puts frames to a report.
    public init(report: KernelReport, frames: [SymbolizedFrame]) {
        self.report = report
        self.frames = frames
    }

    private enum Key: String, CodingKey {
        case frames
    }

    /// Writes the report with these frames.
    public func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(frames, forKey: .frames)
    }
}
