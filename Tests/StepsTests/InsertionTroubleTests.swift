import Testing

@testable import Steps

/// insmod's words and the kernel's, as seen on Debian's 5.10, 6.1, 6.12 and 7.2.
@Suite struct InsertionTroubleTests {
    @Test(arguments: [
        (
            "insmod: ERROR: could not insert module m.ko: Invalid module format",
            "m: disagrees about version of symbol module_layout", "another kernel"
        ),
        (
            "insmod: ERROR: could not insert module m.ko: Invalid module format",
            "module m: .gnu.linkonce.this_module section size must match the kernel's built struct module size at run time",
            "another kernel"
        ),
        (
            "insmod: ERROR: could not insert module m.ko: Invalid module format",
            "m: version magic '6.1.0 SMP' should be '7.2.12 SMP'", "another kernel"
        ),
        (
            "insmod: ERROR: could not insert module m.ko: Unknown symbol in module",
            "m: Unknown symbol not_there (err -2)", "needs a symbol"
        ),
        (
            "insmod: ERROR: could not insert module m.ko: Key was rejected by service",
            "Loading of unsigned module is rejected", "signature"
        ),
    ])
    func theKernelsLineTellsTheCause(said: String, line: String, words: String) {
        let trouble = InsertionTrouble(said: said, lines: ["an earlier line", line, "a later one"])
        #expect(trouble.words.contains(words))
        #expect(trouble.line == line)
        #expect(trouble.text.contains("(kernel: \"\(line)\")"))
    }

    @Test(arguments: [
        ("could not insert module m.ko: File exists", "loaded or built in already"),
        ("could not insert module m.ko: Unknown symbol in module", "init function returned ENOENT"),
        ("could not insert module m.ko: Something else", "Something else"),
    ])
    func withoutALineInsmodsWordsMustDo(said: String, words: String) {
        let trouble = InsertionTrouble(said: said, lines: [])
        #expect(trouble.words.contains(words))
        #expect(trouble.line == nil)
    }

    @Test func anIgnoredParameterIsSeen() {
        let line = "m: unknown parameter 'allocatoin' ignored"
        #expect(InsertionTrouble.unknownParameter(["m: loading out-of-tree module taints kernel.", line]) == line)
        #expect(InsertionTrouble.unknownParameter(["m: parameter 'x' ignored"]) == nil)
    }
}
