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
                let count = read(STDIN_FILENO, &bytes, bytes.count)
                if count > 0 { return }
                // Without a terminal there is nobody to press Enter: only a signal ends the wait.
                if count <= 0 { try await Task.sleep(for: .seconds(86400)) }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
