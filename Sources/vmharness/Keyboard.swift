import Foundation

/// The person at the terminal.
enum Keyboard {
    /// Waits for a line on standard input, or its end.
    ///
    /// - Throws: `CancellationError`.
    static func waitForEnter() async throws {
        // poll(2) in short steps: a blocked read could not be cancelled.
        while true {
            var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, 0) > 0 {
                var bytes = [UInt8](repeating: 0, count: 256)
                // At its end the terminal is gone, and with it who would press Enter.
                _ = read(STDIN_FILENO, &bytes, bytes.count)
                return
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
