extension Duration {
    private static let units: [(name: String, milliseconds: Int)] = [
        ("ms", 1), ("s", 1000), ("min", 60_000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// What people write for a unit, with the spelling that is meant.
    private static let meant = [
        "": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "msec": "ms", "millis": "ms",
        "milliseconds": "ms", "mins": "min", "minute": "min", "minutes": "min", "hr": "h", "hour": "h", "hours": "h",
    ]

    /// Parses `500ms`, `30s`, `5min` (or `5m`) and `1h`: a whole number and a unit, without a space.
    ///
    /// - Throws: a ``Diagnostic`` without a location, with the nearest valid spelling as its advice.
    public init(parsing text: String) throws(Diagnostic) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = String(text.dropFirst(digits.count))
        guard !digits.isEmpty else {
            throw Diagnostic(message: "\(quoted(text)) is not a duration", advice: "write a duration such as 30s")
        }
        guard let scale = Self.units.first(where: { $0.name == unit }) else {
            let spelling =
                Self.meant[unit.lowercased().filter { $0 != " " }]
                ?? Self.units.first { $0.name == unit.lowercased().filter { $0 != " " } }?.name
            throw Diagnostic(
                message: "\(quoted(text)) is not a duration",
                advice: spelling.map { "did you mean \(digits)\($0)?" }
                    ?? "use a whole number and one of the units ms, s, min and h"
            )
        }
        // A century is beyond any test, and far within what the product below can hold.
        guard let number = Int(digits), number <= 3_155_760_000_000 / scale.milliseconds else {
            throw Diagnostic(
                message: "\(quoted(text)) is more than a hundred years", advice: "write a shorter duration")
        }
        self = .milliseconds(number * scale.milliseconds)
    }

    /// The duration in the largest unit that needs no fraction, such as `90s` or `2min`; below a millisecond it is cut.
    public var spelled: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        for (name, scale) in [("h", Int64(3_600_000)), ("min", 60_000), ("s", 1000)]
        where milliseconds != 0 && milliseconds % scale == 0 {
            return "\(milliseconds / scale)\(name)"
        }
        return "\(milliseconds)ms"
    }
}
