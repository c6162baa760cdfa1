public import SystemPackage

/// A program and its arguments, never a shell string.
public struct Command: Sendable, Hashable, CustomStringConvertible {
    /// A name looked up in `PATH`, or an absolute path.
    public var executable: String
    /// The arguments after the program's name.
    public var arguments: [String]
    /// Variables set on top of ours.
    public var environment: [String: String]
    /// Where it starts; our own directory if nil.
    public var workingDirectory: FilePath?

    /// - Parameters:
    ///   - executable: a name looked up in `PATH`, or an absolute path.
    ///   - arguments: the arguments after the program's name.
    ///   - environment: variables set on top of ours.
    ///   - workingDirectory: where it starts; ours if nil.
    public init(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        workingDirectory: FilePath? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
    }

    /// The command as one could type it, with what needs quoting quoted. For
    /// people to read and copy; we never give it to a shell ourselves.
    public var description: String {
        ([executable] + arguments).map(Self.quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let plain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_-+=./:,@%".utf8.contains(byte)
                }
            }
        if plain { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}

/// How a process ended.
public enum Termination: Sendable, Hashable, Codable, CustomStringConvertible {
    /// It exited with this status (0…255).
    case exited(Int)
    /// A signal ended it.
    case signaled(Int)

    /// True for exit status 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// `exit status 1` or `signal 9`.
    public var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .signaled(let signal): "signal \(signal)"
        }
    }
}

/// What a finished command left.
public struct CommandResult: Sendable {
    /// How it ended.
    public let termination: Termination
    /// Standard output, cut at the limit asked for.
    public let output: [UInt8]
    /// Standard error, cut at the limit asked for.
    public let errorOutput: [UInt8]
    /// True where either stream was cut at the limit.
    public let isTruncated: Bool

    /// What a command left.
    public init(termination: Termination, output: [UInt8], errorOutput: [UInt8], isTruncated: Bool) {
        self.termination = termination
        self.output = output
        self.errorOutput = errorOutput
        self.isTruncated = isTruncated
    }

    /// The exit status, or 128 plus the signal's number as shells have it.
    public var status: Int {
        switch termination {
        case .exited(let status): status
        case .signaled(let signal): 128 + signal
        }
    }

    /// Standard output as text, bytes that are not UTF-8 replaced.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// Both streams, output first, and a line that says so where something was cut.
    public var transcript: String {
        text + errorText + (isTruncated ? "\n[vmharness: cut here, there was more]\n" : "")
    }
    /// Standard error as text, bytes that are not UTF-8 replaced.
    public var errorText: String { String(decoding: errorOutput, as: UTF8.self) }
}
