/// Tells a reset nobody asked for from an orderly reboot.
struct PowerState {
    /// The kernel wrote a line since the last reset.
    var hasSpoken = false
    /// A panic or an orderly end has been seen since the last boot.
    private(set) var isExpected = false

    /// The kernel says that it goes down.
    mutating func endsOrderly() { isExpected = true }

    /// A panic may end in a reset.
    mutating func panicked() { isExpected = true }

    mutating func kernelStarted() {
        hasSpoken = true
        isExpected = false
    }

    /// Firmware speaks. Returns whether that is news: a kernel was running and did not say goodbye.
    mutating func firmwareStarted() -> Bool {
        defer {
            hasSpoken = false
            isExpected = false
        }
        return hasSpoken && !isExpected
    }
}
