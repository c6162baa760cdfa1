/// The version of a kernel's source, such as 6.1.192, for comparison with a series or a release.
///
/// A Debian kernel's is that of its package: its `uname -r` says `6.1.0-56-amd64` of every 6.1.
public struct KernelVersion: Sendable, Hashable, CustomStringConvertible {
    /// The numbers: `[6, 1, 192]`, two to four of them.
    public let numbers: [Int]

    /// Takes the numbers at the beginning of `6.1.192-2`, `7.2.12-1~bpo13+1`, `6.13.0-rc4-00010-gabcdef` or `v6.13-rc4`;
    /// nil if there are not at least two.
    public init?(_ text: some StringProtocol) {
        let digits = (text.hasPrefix("v") ? text.dropFirst() : text[...]).prefix {
            $0.isASCII && ($0.isNumber || $0 == ".")
        }
        let numbers = digits.split(separator: ".", omittingEmptySubsequences: false).prefix(4).map { Int($0) }
        guard numbers.count >= 2, !numbers.prefix(2).contains(nil) else { return nil }
        self.numbers = numbers.prefix { $0 != nil }.compactMap(\.self)
    }

    /// The version of a kernel's source; nil if neither tells.
    ///
    /// - Parameters:
    ///   - package: its package's version; empty without one.
    ///   - release: `uname -r`. Where a distribution puts the number of its interface there (`6.1.0-56-amd64`), it does not
    ///     tell which 6.1 it is.
    public init?(package: String, release: String) {
        if package.isEmpty, release.prefixMatch(of: /[0-9]+\.[0-9]+\.0-[0-9]{1,4}[.\-]/) != nil { return nil }
        guard let version = KernelVersion(package.isEmpty ? release : package) ?? KernelVersion(release) else {
            return nil
        }
        self = version
    }

    /// Exactly what is written: `5.10` or `5.10.100`.
    init?(bound text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard 2...3 ~= parts.count, parts.allSatisfy({ 1...5 ~= $0.count && $0.allSatisfy { "0"..."9" ~= $0 } }),
            let version = KernelVersion(text)
        else { return nil }
        self = version
    }

    /// `6.1.192`.
    public var description: String { numbers.map(String.init).joined(separator: ".") }

    /// Whether it is `bound` or newer, over as many numbers as `bound` has: 6.1.192 is from 6.1, and not from 6.2.
    public func isFrom(_ bound: KernelVersion) -> Bool {
        !beginning(like: bound).lexicographicallyPrecedes(bound.numbers)
    }

    /// Whether it is `bound` or older, over as many numbers as `bound` has: 6.1.192 is up to 6.1, and not up to 6.1.89.
    public func isUpTo(_ bound: KernelVersion) -> Bool {
        !bound.numbers.lexicographicallyPrecedes(beginning(like: bound))
    }

    private func beginning(like bound: KernelVersion) -> [Int] {
        Array((numbers + [0, 0, 0, 0]).prefix(bound.numbers.count))
    }
}
