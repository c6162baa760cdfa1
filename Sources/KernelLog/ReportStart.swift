/// Lines that begin the text of a report before its headline.
enum ReportStart {
    static let rulers: [StaticString] = ["------------[ cut here", "8<--- cut here ---", "=================="]

    static func isOne(_ message: ByteView) -> Bool {
        rulers.contains { message.hasPrefix($0) }
    }
}
