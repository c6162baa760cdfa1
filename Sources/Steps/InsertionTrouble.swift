/// Why the kernel did not take a module, in clear words, with the kernel's own
/// line. insmod knows an errno only, and several causes share one.
struct InsertionTrouble {
    /// One clause.
    var words: String
    /// The kernel's own line; nil where it said nothing.
    let line: String?

    /// - Parameters:
    ///   - said: what insmod or modprobe printed.
    ///   - lines: what the kernel said meanwhile.
    init(said: String, lines: [String]) {
        for (mark, words) in Self.kernelMarks {
            if let line = lines.last(where: { $0.contains(mark) }) {
                self.words = words
                self.line = line
                return
            }
        }
        line = lines.last
        words =
            Self.errors.first { said.contains($0.text) }?.words
            ?? said.split(whereSeparator: \.isNewline).last.map(String.init) ?? "insmod said nothing"
    }

    /// A parameter that the module does not have, for which insmod still returns 0 (kernel/module/main.c,
    /// unknown_module_param_cb).
    static func unknownParameter(_ lines: [String]) -> String? {
        lines.last { $0.contains(": unknown parameter '") && $0.hasSuffix("ignored") }
    }

    /// One sentence with the evidence.
    var text: String { words + (line.map { " (kernel: \"\($0)\")" } ?? "") }

    /// kernel/module/{main,version,signing,decompress}.c, 5.10 to 7.2.
    private static let kernelMarks = [
        ("disagrees about version of symbol", "it was built for another kernel (a symbol's version differs)"),
        ("version magic '", "it was built for another kernel (version magic differs)"),
        (
            ".gnu.linkonce.this_module section size must match",
            "it was built for another kernel (struct module differs)"
        ),
        ("Unknown symbol ", "it needs a symbol that the kernel and the modules in it do not export"),
        ("is rejected", "the kernel takes only modules with a signature it knows"),
        ("unsigned module loading is restricted", "the kernel is locked down and takes signed modules only"),
        ("decompression failed", "the kernel cannot unpack it: compress with xz --check=crc32 or none"),
        ("already loaded", "a module of that name is loaded already"),
        ("Unloaded module is incompatible", "a module of that name is on its way out"),
        ("duplicate symbol", "another module exports the same symbol"),
        ("exports duplicate symbol", "another module exports the same symbol"),
    ]

    /// errno as kmod words it (libkmod's `mod_strerror`).
    private static let errors: [(text: String, words: String)] = [
        ("File exists", "a module of that name is loaded or built in already"),
        // ENOENT is also what an init function may return.
        ("Unknown symbol in module", "its init function returned ENOENT, or it needs an unknown symbol"),
        ("Invalid module format", "it is no module for this kernel, or it is cut short"),
        ("Key was rejected by service", "the kernel takes only modules with a signature it knows"),
        ("Required key not available", "the kernel takes only modules with a signature it knows"),
        ("Function not implemented", "the kernel cannot unpack this format"),
        ("Invalid parameters", "a parameter was refused, or the file is empty or damaged"),
        ("No such device", "its init function returned ENODEV: no device for it"),
        ("Cannot allocate memory", "there is not enough memory for it"),
        ("No such file or directory", "there is no such file in the guest"),
        ("not found in directory", "the kernel has no module of that name"),
    ]
}
