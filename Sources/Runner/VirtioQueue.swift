import Machine

/// A queue of a virtio device, as QEMU and the guest's memory show it.
struct VirtioQueue: Sendable {
    /// The device's name in QEMU: `virtio-user-fs`.
    let device: String
    /// The share's tag, for virtiofs.
    let tag: String?
    /// The queue's number.
    let index: Int
    /// Requests the guest has made available and the device has not answered.
    let waiting: Int
    /// QEMU's whole answer.
    let state: JSONValue

    /// The queues of all devices.
    ///
    /// QEMU's own counters stand still for a vhost-user device, whose queues
    /// are read by another process; so the two indices are read from the
    /// guest's memory (virtio 1.2, 2.7.6 and 2.7.8: `idx` is the second
    /// 16-bit word of either ring).
    ///
    /// - Throws: `Failure` if QEMU does not answer.
    static func all(of guest: Guest) async throws -> [VirtioQueue] {
        guard case .array(let devices) = try await guest.execute("x-query-virtio", timeout: .seconds(5)) else {
            return []
        }
        // QEMU lists the devices last made first.
        var tags = guest.specification.shares.map(\.tag)
        var queues: [VirtioQueue] = []
        for path in devices.compactMap({ $0["path"]?.text }) {
            var tag: String?
            for index in 0..<4 {
                let arguments: [String: JSONValue] = ["path": .string(path), "queue": .int(index)]
                guard
                    let state = try? await guest.execute(
                        "x-query-virtio-queue-status", arguments, timeout: .seconds(5)),
                    let available = state["vring-avail"]?.number, let used = state["vring-used"]?.number,
                    available > 0, used > 0
                else { break }
                let name = state["name"]?.text ?? "?"
                if index == 0, name.hasSuffix("user-fs") { tag = tags.popLast() }
                let made = try await word(at: available + 2, of: guest)
                let answered = try await word(at: used + 2, of: guest)
                queues.append(
                    VirtioQueue(
                        device: name, tag: tag, index: index, waiting: Int(made &- answered), state: state))
            }
        }
        return queues
    }

    /// A 16-bit word of the guest's physical memory, by the human monitor:
    /// `0000000002ea4002: 0x0011`.
    private static func word(at address: Int, of guest: Guest) async throws -> UInt16 {
        let answer = try await guest.monitor("xp /1hx \(address)")
        let value = answer.split(separator: ":").last?.trimmed.dropFirst(2) ?? ""
        return UInt16(value, radix: 16) ?? 0
    }
}
