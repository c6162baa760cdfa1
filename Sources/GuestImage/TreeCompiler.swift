import HostProcess

/// The compiler that built somebody's own kernel, for modules that go with it: another one may not know the
/// options that the configuration has for the first.
struct TreeCompiler {
    /// What kbuild is told (Documentation/kbuild/llvm.rst); nothing for plain `gcc`.
    let words: [String]
    /// Its name and version.
    let label: String

    /// The compiler that the configuration of the kernel names.
    ///
    /// - Throws: `Failure` if it is not installed.
    static func of(_ kernel: Kernel) async throws -> TreeCompiler {
        let text = kernel.configValue("CONFIG_CC_VERSION_TEXT") ?? ""
        let (program, words) = choice(
            versionText: text, usesLLD: kernel.configValue("CONFIG_LD_IS_LLD") == "y")
        let version = try await Command(program, ["--version"]).check(
            timeout: .seconds(30), advice: "the tree was built by '\(text)': install that compiler, and make")
        let first = version.text.split(separator: "\n").first.map(String.init) ?? ""
        return TreeCompiler(words: words, label: first)
    }

    /// - Parameters:
    ///   - text: the first line of `CC --version`, such as `gcc-13 (Debian 13.2.0-25) 13.2.0` or
    ///     `Debian clang version 14.0.6` (init/Kconfig: `CC_VERSION_TEXT`).
    ///   - usesLLD: the kernel was linked by LLVM's linker.
    static func choice(versionText text: String, usesLLD: Bool) -> (program: String, words: [String]) {
        let parts = text.split(separator: " ")
        if let name = parts.firstIndex(of: "clang"), parts.dropFirst(name + 1).first == "version" {
            return ("clang", [usesLLD ? "LLVM=1" : "CC=clang"])
        }
        let program = parts.first.map(String.init) ?? "gcc"
        // A cross-compiler is told by its prefix, x86_64-linux-gnu-gcc-12.
        guard program != "gcc", program.contains("gcc"), !program.contains("/") else { return ("gcc", []) }
        return (program, ["CC=\(program)"])
    }
}
