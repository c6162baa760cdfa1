import GuestImage
import HostProcess
import Runner
import TestPlan

/// Whether a kernel can be judged at all, for searches that leave out those that cannot.
struct KernelFitness {
    /// How its cells would run.
    let options: RunOptions
    /// Gets a line for each thing that takes time.
    let progress: @Sendable (String) -> Void

    /// - Parameters:
    ///   - options: how its cells would run.
    ///   - progress: gets a line for each thing that takes time.
    init(options: RunOptions, progress: @Sendable @escaping (String) -> Void) {
        self.options = options
        self.progress = progress
    }

    /// Why a cell cannot be run for its kernel's sake: the archive does not have it, it lacks something, a module of the
    /// plan or a mutation does not compile for it. Nil if it can be.
    ///
    /// - Throws: `Failure` for what is not the kernel's: the next one would fare no better, or this one better tomorrow.
    func whyNot(_ cell: Cell) async throws -> String? {
        do {
            let unavailable = try await Preparation(options: options, cache: .standard(), progress: progress)
                .prepareAvailable([cell]).unavailable
            guard let failure = unavailable.first?.failure else { return nil }
            guard failure.blame == .request else { throw failure }
            return "\(failure)"
        } catch let invalid as InvalidFile {
            return invalid.diagnostics.first.map { $0.message } ?? "it cannot run the plan"
        }
    }
}
