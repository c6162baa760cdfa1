import Foundation
import Testing

import TestPlan

/// Files made to exhaust the reader. Each must be refused, with a place, in the time a person waits for `plan check`.
@Suite struct HostileInputTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let message: String

        init(_ name: String, _ text: String, _ message: String) {
            (testDescription, bytes, self.message) = (name, Array(text.utf8), message)
        }
    }

    private static let aliases = "YAML anchors and aliases are not supported"
    private static let deep = "nested more than 32 deep"
    private static let many = "more than 10000 values"
    private static let costly = "too many brackets and values"
    private static let large = "the file is larger than 1MiB"

    /// Thirty levels of nine aliases each, used by `use` in the end.
    private static func bomb(use: String) -> String {
        var text = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let items = Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ", ")
            text += "l\(level): &l\(level) [\(items)]\n"
        }
        return text + use
    }

    private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    private static func items(_ count: Int) -> String {
        (0..<count).map { String($0, radix: 36) + "," }.joined()
    }

    static let attacks = [
        Attack("alias bomb", bomb(use: "a: *l30\n"), aliases),
        Attack("alias bomb as a key", bomb(use: "*l30 : a\n"), aliases),
        Attack("alias bomb as two keys", bomb(use: "? *l30\n: a\n? *l30\n: b\n"), aliases),
        Attack("alias bomb in a flow key", bomb(use: "a: {[*l30]: a, \"k\":*l30}\n"), aliases),
        Attack("merge keys", bomb(use: "<<: [*l30, *l30]\n"), aliases),
        Attack("anchors without end", times(60_000, "- &a b\n"), aliases),
        Attack("10 MB of text", times(10 << 20, "a"), large),
        Attack("one byte too many", times((1 << 20) + 1, "#"), large),
        Attack("a million open lists", times(1 << 20, "["), costly),
        Attack("a million open mappings", times(1 << 20, "{"), costly),
        Attack("a thousand open lists", times(1500, "["), deep),
        Attack("a thousand open mappings", times(1500, "{"), deep),
        Attack("a thousand key marks", times(1500, "? "), deep),
        Attack("half a million dashes", times(1 << 19, "- "), deep),
        Attack("half a million key marks", times(1 << 19, "? "), costly),
        Attack("33 lists", times(33, "[") + times(33, "]"), deep),
        Attack("900 lists", times(900, "[") + times(900, "]"), deep),
        Attack("450 pairs in lists", times(450, "[a: ") + times(450, "]"), deep),
        Attack("900 indented keys", (0..<900).map { times($0, " ") + "a:\n" }.joined(), deep),
        Attack("900 keys with lists", (0..<900).map { times($0, " ") + "a:\n" + times($0, " ") + "- \n" }.joined(), ""),
        Attack("half a million items", "[" + times((1 << 19) - 2, "a,") + "]", many),
        Attack("a hundred thousand keys", (0..<100_000).map { "k\($0):\n" }.joined(), many),
        Attack("the same key for ever", times(200_000, "k:\n"), "key 'k' stands twice"),
        Attack("a long key", times(1 << 19, "k") + ": 1\n", "a ':' stands where no key can"),
        Attack("deep keys", times(900, "{") + items(100_000) + times(900, "}"), costly),
        Attack("deep keys of lists", times(450, "? - ") + "[" + items(100_000) + "]", costly),
        Attack("deep keys at the limit", times(900, "{") + items(3000) + times(900, "}"), deep),
        Attack("deep keys of lists at the limit", times(450, "? - ") + "[" + items(7000) + "]", deep),
        Attack("deep keys of words at the limit", times(450, "? - ") + times(4000, "[]\n"), ""),
        Attack("directives", times(80_000, "%TAG ! a\n"), ""),
    ]

    @Test(arguments: attacks)
    func theReaderRefusesInTime(attack: Attack) {
        var diagnostics: [Diagnostic] = []
        let elapsed = ContinuousClock().measure {
            do throws(InvalidFile) {
                _ = try LocatedYAML.parse(attack.bytes, file: "f.yaml")
            } catch {
                diagnostics = error.diagnostics
            }
        }
        #expect(diagnostics.count == 1)
        #expect(diagnostics.first?.location != nil)
        #expect(diagnostics.first?.description.contains(attack.message) == true || attack.message.isEmpty)
        // An unbounded reader takes minutes to ages; the rest is room for slow and busy machines.
        #expect(elapsed < .seconds(120))
    }
}
