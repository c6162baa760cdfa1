import Foundation
import Synchronization

/// Where words go: results to standard output, all else to standard error.
enum Terminal {
    /// True if standard output is a terminal that may be coloured (no-color.org).
    static let isColoured =
        isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
        && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// Why standard output took no more; nil as long as it does. A reader that
    /// went away (`… | head`) is no failure.
    static let outputFailure = Mutex<String?>(nil)

    /// Takes lines for standard error as long as something is drawn there; false if it is not any more.
    static let interposed = Mutex<(@Sendable (String) -> Bool)?>(nil)

    /// Prints a line to standard error. Where nobody reads it, nothing is lost.
    static func error(_ line: String) {
        if let take = interposed.withLock({ $0 }), take(line) { return }
        _ = write(visible(line) + "\n", to: STDERR_FILENO)
    }

    /// Prints a line to standard output.
    static func output(_ line: String) {
        guard let number = write(line + "\n", to: STDOUT_FILENO), number != EPIPE else { return }
        outputFailure.withLock { $0 = $0 ?? String(cString: strerror(number)) }
    }

    /// Writes it all.
    ///
    /// - Returns: the error number; nil if all is written.
    static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { bytes in
            var start = 0
            while start < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress! + start, bytes.count - start)
                if count < 0 && errno != EINTR { return errno }
                start += max(count, 0)
            }
            return nil
        }
    }

    enum Style: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case bold = "1"
        case dim = "2"
    }

    /// The text in a style, where standard output can show it.
    static func styled(_ text: String, _ style: Style) -> String {
        isColoured ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// The text with control characters made visible: words of guests end up
    /// here, and must not command the terminal.
    static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.reduce(into: "") { visible, scalar in
            if isControl(scalar) {
                visible += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                visible.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.value < 0x20 && scalar != "\n" && scalar != "\t") || (0x7f...0x9f).contains(scalar.value)
    }
}
