import GuestImage
import Runner
import TestPlan

/// The kernels of a bisection, from the good end to the bad one: what `bisect.json` keeps beside the run's record, so
/// that the search can be gone on with over the same kernels.
struct BisectRow: Codable, Sendable {
    /// The name of its file in the run's directory.
    static let fileName = "bisect.json"

    /// The kernels; the first must pass, the last must fail. Release and version are empty for those that are not
    /// Debian's.
    var kernels: [KernelCandidate]
    /// Why kernels could not be had, by their names.
    var unavailable: [String: String] = [:]
    /// What a reader should know: suites out of reach.
    var notes: [String]
    /// True if the bad end is the newer one: somebody broke it; nil if that is not known.
    var isBadNewer: Bool?

    init(kernels: [KernelCandidate], notes: [String]) {
        self.kernels = kernels
        self.notes = notes
        if let good = KernelVersion(kernels.first!.version), let bad = KernelVersion(kernels.last!.version) {
            isBadNewer = good.numbers.lexicographicallyPrecedes(bad.numbers)
            if good == bad { isBadNewer = nil }
        }
    }

    /// The name of a kernel with its version where that is known.
    func label(_ index: Int) -> String {
        kernels[index].version.isEmpty ? "\(kernels[index].name)" : kernels[index].label
    }
}
