import Foundation
import Testing

import TestPlan

/// The reader below every file of ours: positions, syntax errors in words people can act on, and what is refused.
@Suite struct LocatedYAMLTests {
    private static func problems(of bytes: [UInt8]) -> [String] {
        do throws(InvalidFile) {
            _ = try LocatedYAML.parse(bytes, file: "f.yaml")
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    @Test func positionsCountCharactersFromOne() throws {
        let root = try LocatedYAML.parse("é: {\"ü\": [a, \"b\"]}\nnext:\n  - >\n    text\n", file: "f.yaml")
        guard case .mapping(let entries) = root.content, case .mapping(let inner) = entries[0].value.content,
            case .sequence(let items) = inner[0].value.content, case .sequence(let lines) = entries[1].value.content
        else {
            Issue.record("the shape is wrong: \(root)")
            return
        }
        #expect(entries.map(\.location.description) == ["f.yaml:1:1", "f.yaml:2:1"])
        #expect(inner[0].location.description == "f.yaml:1:5")
        #expect(items.map(\.location.description) == ["f.yaml:1:11", "f.yaml:1:14"])
        #expect(items.map(\.content) == [.scalar("a", isPlain: true), .scalar("b", isPlain: false)])
        #expect(lines.map(\.location.description) == ["f.yaml:3:5"])
        #expect(lines.map(\.content) == [.scalar("text\n", isPlain: false)])
    }

    @Test(arguments: ["6.10", "no", "0x10", "1_000", "2026-01-01", "1e3"])
    func scalarsStayAsTheyWereWritten(text: String) throws {
        let root = try LocatedYAML.parse("- \(text)\n", file: "f.yaml")
        guard case .sequence(let items) = root.content else {
            Issue.record("not a list")
            return
        }
        #expect(items.map(\.content) == [.scalar(text, isPlain: true)])
    }

    @Test(arguments: ["a: 1\r\nb: 2\r\n", "\u{FEFF}a: 1\nb: 2\n", "# c\n---\na: 1\nb: 2\n...\n", "a: 1 & 2\nb: 2*b\n"])
    func otherHabitsAreRead(text: String) throws {
        let root = try LocatedYAML.parse(text, file: "f.yaml")
        guard case .mapping(let entries) = root.content else {
            Issue.record("not a mapping")
            return
        }
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(entries.map(\.location.column) == [1, 1])
    }

    @Test(arguments: [
        ("", "f.yaml:1:1: the file is empty: write its keys, one a line"),
        ("# only a comment\n", "f.yaml:1:1: the file is empty: write its keys, one a line"),
        ("a: 1\na: 2\n", "f.yaml:1:1: key 'a' stands twice in the same mapping: keep one of them"),
        ("x:\n  - b: 1\n    'b': 2\n", "f.yaml:2:5: key 'b' stands twice in the same mapping: keep one of them"),
        ("a:\n\t- b\n", "f.yaml:2:1: a tab stands where YAML wants spaces: indent with spaces"),
        ("a: @x\n", "f.yaml:1:4: text cannot begin with '@': put it in quotes"),
        (
            "a: b: c\n",
            "f.yaml:1:5: a ':' stands where no key can: put text with ': ' in quotes, and check the indentation"
        ),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second YAML document begins here: keep one document a file"),
        (
            "a: {b: ${c}}\n",
            """
            f.yaml:1:9: YAML syntax: while parsing a flow mapping, did not find expected ',' or '}': within [ ] \
            and { } write a parameter in quotes, as "${size}"
            """
        ),
        (
            "a: ${b}\nc\n",
            "f.yaml:3:1: YAML syntax: while scanning a simple key, could not find expected ':'"
        ),
        (
            "? [a]\n: b\n",
            "f.yaml:1:3: a key is a list: keys are plain words; text with braces such as \"${size}\" needs quotes"
        ),
        (
            "a: [1\n",
            "f.yaml:2:1: YAML syntax: while parsing a flow sequence, did not find expected ',' or ']'"
        ),
        ("a: 'b\n", "f.yaml:2:1: YAML syntax: while scanning a quoted scalar, found unexpected end of stream"),
        ("a: !!int 1\n", "f.yaml:1:4: YAML tag 'tag:yaml.org,2002:int' is not supported: leave the tag out"),
        ("a: !x {}\n", "f.yaml:1:4: YAML tag '!x' is not supported: leave the tag out"),
        ("a: \"x\\0y\"\n", "f.yaml:1:4: text contains a NUL character: remove it"),
        ("a: b\0c\n", "f.yaml:1:5: control character U+0000: remove it, or write it as an escape in double quotes"),
        (
            "a:\n  \u{1B}[2J\n",
            "f.yaml:2:3: control character U+001B: remove it, or write it as an escape in double quotes"
        ),
        ("a: \u{FFFE}\n", "f.yaml:1:4: character U+FFFE is not allowed in YAML"),
        ("a: é\u{FFFE}\n", "f.yaml:1:5: character U+FFFE is not allowed in YAML"),
    ])
    func refusals(text: String, message: String) {
        let problems = Self.problems(of: Array(text.utf8))
        #expect(problems.count == 1)
        #expect(problems[0].hasPrefix(message), "\(problems)")
    }

    @Test(arguments: [
        ("a: &x 1\n", "f.yaml:1:4"), ("a: *x\n", "f.yaml:1:4"), ("a: &x [1]\nb: *x\n", "f.yaml:1:4"),
        ("a: &x [1]\n*x : b\n", "f.yaml:1:4"), ("<<: *x\n", "f.yaml:1:5"), ("&x a: 1\n", "f.yaml:1:1"),
    ])
    func anchorsAndAliasesAreRefused(text: String, place: String) {
        let problems = Self.problems(of: Array(text.utf8))
        #expect(problems.count == 1)
        #expect(problems[0].hasPrefix("\(place): YAML anchors and aliases are not supported"), "\(problems)")
    }

    @Test(arguments: [
        ([0x61, 0x3A, 0x20, 0xFF, 0x0A], "f.yaml:1:4"), ([0x61, 0x0A, 0xC3], "f.yaml:2:1"),
        ([0xFF, 0xFE, 0x61, 0x00], "f.yaml:1:1"), ([0xC3, 0xA9, 0xE2, 0x82, 0x41], "f.yaml:1:2"),
        ([0x61, 0xEF, 0x41], "f.yaml:1:2"),
    ])
    func bytesWhichAreNoTextAreRefused(bytes: [UInt8], place: String) {
        #expect(Self.problems(of: bytes) == ["\(place): the file is not UTF-8 text: save it as UTF-8"])
    }

    @Test(arguments: [
        (YAMLLimits(bytes: 8), "the file is larger than 8: is this the right file?"),
        (YAMLLimits(nesting: 2), "lists and mappings are nested more than 2 deep: make it flatter"),
        (YAMLLimits(nodes: 4), "the file has more than 4 values: make it smaller"),
    ])
    func limitsHold(limits: YAMLLimits, message: String) {
        let error = #expect(throws: InvalidFile.self) {
            try LocatedYAML.parse("- [[a]]\n- b\n", file: "f", limits: limits)
        }
        #expect(error?.description.hasSuffix(message) == true, "\(String(describing: error))")
    }

    @Test func limitsAreInclusive() throws {
        let limits = YAMLLimits(bytes: 12, nesting: 3, nodes: 5)
        _ = try LocatedYAML.parse("- [[a]]\n- b\n", file: "f", limits: limits)
    }

    @Test(arguments: [
        ("/nonexistent/f.yaml", "cannot read '/nonexistent/f.yaml': No such file or directory: check the path"),
        ("/dev/zero", "'/dev/zero' is not a regular file: name a file to read"),
        ("/", "'/' is not a regular file: name a file to read"),
    ])
    func whatIsNoFileIsRefused(path: String, message: String) {
        let error = #expect(throws: InvalidFile.self) { try LocatedYAML.read(path) }
        #expect(error?.description == message)
    }

    @Test func aPipeIsRefusedWithoutWaitingForAWriter() throws {
        try withTemporaryDirectory { directory in
            #expect(mkfifo("\(directory)/p.yaml", 0o600) == 0)
            let error = #expect(throws: InvalidFile.self) { try LocatedYAML.read("\(directory)/p.yaml") }
            #expect(error?.description.hasSuffix("is not a regular file: name a file to read") == true)
        }
    }
}
