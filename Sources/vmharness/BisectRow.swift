import GuestImage
import RunRecord
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
        isBadNewer = order
    }

    /// Takes the release and the version of a kernel that was named by hand from a cell that ran on it.
    mutating func learn(_ cell: CellRecord, of index: Int) {
        guard kernels[index].version.isEmpty, let kernel = cell.environment?.kernel else { return }
        (kernels[index].release, kernels[index].version) = (kernel.release, kernel.version)
        isBadNewer = order
    }

    /// What the versions of the ends say; nil where they are not known, or those of one source.
    private var order: Bool? {
        guard let good = KernelVersion(kernels.first!.version), let bad = KernelVersion(kernels.last!.version),
            good != bad
        else { return nil }
        return good.numbers.lexicographicallyPrecedes(bad.numbers)
    }

    /// The name of a kernel with its version where that is known.
    func label(_ index: Int) -> String {
        kernels[index].version.isEmpty ? "\(kernels[index].name)" : kernels[index].label
    }
}
