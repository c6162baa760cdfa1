/// An upper bound for the work of composing a text, from its bytes alone.
///
/// Yams looks for duplicate keys by hashing them, before anything can be refused. A key may itself be a mapping with
/// such keys, so that a value is hashed once for each key around it: a file of half a megabyte kept it busy for a
/// minute. Both factors are bounded by counting the characters without which there is neither a value nor such a key.
enum YAMLComplexity {
    /// Products up to this take Yams a second or two. Every file with up to 4000 lines, commas and colons is below it,
    /// and larger ones with fewer than a thousand brackets.
    static let limit = 4_000_000
    /// libyaml nests no deeper (`MAX_NESTING_LEVEL` in its parser.c).
    private static let deepest = 1000

    static func isBounded(_ text: some Sequence<UInt8>) -> Bool {
        var values = 1
        var collectionsInKeys = 0
        var previous: UInt8 = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "{") where previous == UInt8(ascii: "$"):
                // Text of a parameter or a shell: no mapping begins right after a plain character.
                break
            case UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "{"):
                collectionsInKeys += 1
                values += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                values += 1
            case UInt8(ascii: " ") where previous == UInt8(ascii: "-"),
                UInt8(ascii: "\t") where previous == UInt8(ascii: "-"):
                values += 1
            case 0xC2, 0xE2:
                // May begin U+0085, U+2028 or U+2029, which end lines too.
                values += 1
            default:
                break
            }
            previous = byte
        }
        return min(collectionsInKeys, deepest) * values <= limit
    }
}
