/// A set of function names, written as `name`, `^prefix`, `suffix$`, `^whole$`.
///
/// A trace has dozens of frames and the helper list hundreds of names, so the names are
/// found by the first two bytes at every position instead of one after the other.
struct FunctionSet: Sendable {
    private struct Entry: Sendable {
        let text: StaticString
        let from: Int
        let count: Int
        let isPrefix: Bool
        let isSuffix: Bool
    }

    /// Entries by a hash of their first two bytes.
    private var buckets: [[Entry]]

    private static let bucketCount = 256

    init(_ names: [StaticString]) {
        buckets = names.isEmpty ? [] : Array(repeating: [], count: Self.bucketCount)
        for name in names { insert(name) }
    }

    private mutating func insert(_ name: StaticString) {
        let view = ByteView(name)
        let isPrefix = view.at(0) == UInt8(ascii: "^")
        let isSuffix = view.at(view.count - 1) == UInt8(ascii: "$")
        let from = isPrefix ? 1 : 0
        let count = view.count - from - (isSuffix ? 1 : 0)
        precondition(count >= 2, "too short to be found: \(name)")
        let entry = Entry(text: name, from: from, count: count, isPrefix: isPrefix, isSuffix: isSuffix)
        buckets[Self.bucket(view[from], view[from + 1])].append(entry)
    }

    private static func bucket(_ a: UInt8, _ b: UInt8) -> Int {
        Int((UInt16(a) &* 31 &+ UInt16(b)) & UInt16(bucketCount - 1))
    }

    /// Whether any name of the set occurs in a function's name.
    func matches(_ function: ByteView) -> Bool {
        guard !buckets.isEmpty, function.count >= 2 else { return false }
        for i in 0..<(function.count - 1) {
            for entry in buckets[Self.bucket(function[i], function[i + 1])] {
                if entry.isPrefix, i != 0 { continue }
                if entry.isSuffix, i + entry.count != function.count { continue }
                let text = ByteView(start: entry.text.utf8Start + entry.from, count: entry.count)
                if function.hasPrefix(text, at: i) { return true }
            }
        }
        return false
    }
}
