/// The address of a PCI function, as sysfs writes it.
public struct PCIAddress: Sendable, Hashable, Codable, CustomStringConvertible, LosslessStringConvertible {
    /// The domain, 0 to 0xffffffff (VMD has wide ones).
    public let domain: UInt32
    /// The bus.
    public let bus: UInt8
    /// The device, 0 to 31.
    public let device: UInt8
    /// The function, 0 to 7.
    public let function: UInt8

    /// Reads `DDDD:BB:DD.F` or `BB:DD.F`, in hexadecimal; nil if it is neither.
    public init?(_ text: String) {
        // Swift's numbers may have a sign.
        guard text.utf8.allSatisfy({ $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") || isHexDigit($0) }) else {
            return nil
        }
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2, halves[1].utf8.count == 1, let function = UInt8(halves[1], radix: 16), function < 8
        else { return nil }
        let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.suffix(2).allSatisfy({ $0.utf8.count == 2 }),
            let bus = UInt8(parts[parts.count - 2], radix: 16), let device = UInt8(parts[parts.count - 1], radix: 16),
            device < 32
        else { return nil }
        var domain: UInt32 = 0
        if parts.count == 3 {
            guard (4...8).contains(parts[0].utf8.count), let number = UInt32(parts[0], radix: 16) else { return nil }
            domain = number
        }
        self.domain = domain
        self.bus = bus
        self.device = device
        self.function = function
    }

    /// `0000:03:10.2`.
    public var description: String {
        func hex(_ value: some BinaryInteger, _ width: Int) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(hex(domain, 4)):\(hex(bus, 2)):\(hex(device, 2)).\(hex(function, 1))"
    }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"):
        true
    default: false
    }
}

extension PCIAddress {
    /// As its description, so that a journal reads like sysfs.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = PCIAddress(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no PCI address")
        }
        self = address
    }

    /// As its description.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
