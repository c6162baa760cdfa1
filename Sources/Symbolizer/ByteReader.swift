/// Numbers in a byte order, out of bytes that nobody vouches for: what lies outside reads as nil.
struct ByteReader {
    let bytes: [UInt8]
    let isBigEndian: Bool

    /// The number of `size` bytes (1…8) at a place.
    func number(at offset: Int, size: Int) -> UInt64? {
        guard offset >= 0, size <= bytes.count, offset <= bytes.count - size else { return nil }
        return (0..<size).reduce(0) { value, index in
            let byte = bytes[offset + (isBigEndian ? index : size - 1 - index)]
            return value << 8 | UInt64(byte)
        }
    }

    /// The bytes from a place to the zero that ends them, without it.
    func string(at offset: Int) -> ArraySlice<UInt8>? {
        guard bytes.indices.contains(offset), let end = bytes[offset...].firstIndex(of: 0) else { return nil }
        return bytes[offset..<end]
    }
}
