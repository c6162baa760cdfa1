/// The first two numbers of a kernel's release: `5.10` of `5.10.0-38-amd64`.
public struct KernelSeries: Sendable, Hashable, Comparable, CustomStringConvertible {
    private let major: Int
    private let minor: Int

    /// A series.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// The series of a release as uname(2) has it; nil if it does not begin with two numbers.
    public init?(release: String) {
        let numbers = release.split(separator: ".").prefix(2).map { Int($0.prefix { $0.isNumber && $0.isASCII }) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major, minor)
    }

    /// `5.10`.
    public var description: String { "\(major).\(minor)" }

    /// In the order in which they were released.
    public static func < (one: KernelSeries, other: KernelSeries) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }
}
