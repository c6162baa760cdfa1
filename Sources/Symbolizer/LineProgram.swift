import HostProcess
import SystemPackage

/// A program of the machine that knows the line of an address: llvm-symbolizer or addr2line.
///
/// Both are asked for the same form of answer: the address, then a line with a function and one with its
/// place for each inlined call from the innermost outwards, and for the function itself.
enum LineProgram: String, Sendable, CaseIterable {
    /// LLVM's: several times as fast, and reads files of any processor.
    case llvmSymbolizer = "llvm-symbolizer"
    /// That of binutils. It alone can be told a section, which a module's addresses need.
    case addr2line

    /// The programs that are installed, the better one first.
    static func installed() async -> [LineProgram] {
        var found: [LineProgram] = []
        for program in allCases where (try? await Command(program.rawValue).path()) != nil { found.append(program) }
        return found
    }

    /// Looks up addresses, all in one process.
    ///
    /// - Parameters:
    ///   - addresses: in the order of the answer.
    ///   - file: with debug information.
    ///   - section: the name of the one that the addresses count from; nil for addresses of a kernel.
    /// - Returns: for each address its calls from the innermost outwards.
    /// - Throws: `Failure` if the program fails or says something else; `CancellationError`.
    func calls(at addresses: [UInt64], in file: FilePath, section: String?) async throws -> [[SourceCall]] {
        let input = addresses.map { "0x" + String($0, radix: 16) + "\n" }.joined()
        // An empty list of servers: nothing of a log goes over the network.
        let result = try await Command(
            rawValue, arguments(file: file, section: section), environment: ["DEBUGINFOD_URLS": ""]
        ).check(
            input: Array(input.utf8), outputLimit: Self.outputLimit,
            advice: "is it a complete ELF file? addr2line reads foreign processors' only from binutils-multiarch")
        guard let calls = LineAnswer.parse(result.text, addresses: addresses), !result.isTruncated else {
            throw Failure(
                "\(rawValue) does not answer what it was asked", on: file.string,
                advice: "is it a complete ELF file? is \(rawValue) the one of LLVM or binutils?")
        }
        return calls
    }

    private static let outputLimit = 64 << 20

    private func arguments(file: FilePath, section: String?) -> [String] {
        switch self {
        case .llvmSymbolizer:
            ["--addresses", "--inlines", "--functions=linkage", "--output-style=GNU", "--obj=" + file.string]
        case .addr2line:
            ["--addresses", "--inlines", "--functions", "--exe=" + file.string] + (section.map { ["-j", $0] } ?? [])
        }
    }
}
