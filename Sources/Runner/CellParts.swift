import GuestImage
import HostProcess
import SystemPackage
import TestPlan

/// What the guests of cells are made of, each thing found or made once, however many cells share it.
struct CellParts {
    /// The parts of one cell.
    struct Made {
        var kernel: Kernel
        var mutated: MutatedKernel?
        var image: RootImage
        var initramfs: FilePath
        var tree: SuiteTree
        var built: [StepAction: BuiltFiles]
    }

    /// A kernel, with what is changed in it.
    private struct KernelKey: Hashable {
        var directory: FilePath
        var mutation: Mutation?
    }
    private struct InitramfsKey: Hashable {
        var kernel: String
        var image: String
    }
    private struct TreeKey: Hashable {
        var steps: [PlanStep]
        var kernel: FilePath
    }
    private struct BuildKey: Hashable {
        var action: StepAction
        /// Nil for what is no kernel's.
        var kernel: FilePath?
    }

    private let cache: Cache
    private let progress: @Sendable (String) -> Void
    private let mutations: MutationBuilder
    private let builder: SourceBuilder
    private let store: ImageStore

    private var kernels = Once<KernelKey, MutatedKernel>()
    private var images = Once<String, RootImage>()
    private var archives = Once<InitramfsKey, FilePath>()
    private var trees = Once<TreeKey, SuiteTree>()
    private var builds = Once<BuildKey, BuiltFiles>()
    private var holds: [FilePath: CacheHold] = [:]

    init(options: RunOptions, cache: Cache, progress: @Sendable @escaping (String) -> Void) {
        self.cache = cache
        self.progress = progress
        mutations = MutationBuilder(cache: cache, progress: progress)
        builder = SourceBuilder(cache: cache, progress: progress)
        store = ImageStore(cache: cache, definitions: options.images, progress: progress)
    }

    /// The parts of a cell, or why they cannot be had today.
    ///
    /// - Parameters:
    ///   - cell: whose.
    ///   - stock: its kernel, as it is.
    ///   - isLacking: the cell will be skipped, and needs nothing that takes time.
    /// - Throws: `Failure` for what is wrong with the request whatever the kernel: no such image, no tree for a suite.
    mutating func made(for cell: Cell, on stock: Kernel, isLacking: Bool) async throws -> Result<Made, Failure> {
        let image: RootImage
        do {
            image = try await images.value(cell.plan.guest.image) { [store] in
                try await store.ensure(cell.plan.guest.image)
            }
        } catch let failure as Failure where failure.blame == .host {
            return .failure(failure)
        }
        var mutated: MutatedKernel?
        var built: [StepAction: BuiltFiles] = [:]
        let kernel: Kernel
        let initramfs: FilePath
        // What one kernel does not give, such as a module that does not compile for it, is nobody else's.
        do {
            if let mutation = cell.mutation, !isLacking { mutated = try await self.mutated(stock, by: mutation) }
            kernel = mutated?.kernel ?? stock
            initramfs = try await archives.value(InitramfsKey(kernel: kernel.digest, image: image.digest)) { [cache] in
                try await Initramfs.ensure(kernel: kernel, image: image, cache: cache)
            }
            if !isLacking { built = try await self.built(for: cell.plan, on: kernel) }
        } catch let failure as Failure {
            return .failure(failure)
        }
        do {
            let tree = isLacking ? SuiteTree() : try await tree(for: cell.plan, on: kernel)
            return .success(
                Made(kernel: kernel, mutated: mutated, image: image, initramfs: initramfs, tree: tree, built: built))
        } catch let failure as Failure where failure.blame == .host {
            return .failure(failure)
        }
    }

    /// Keeps a cell's parts in the cache. One lock is held for each entry, not for each cell.
    mutating func hold(_ made: Made, and harness: FilePath?) throws -> CacheHold {
        let entries =
            [made.kernel.directory, made.image.directory, made.initramfs.removingLastComponent()]
            + made.built.values.map(\.entry)
            + [made.tree.image, harness].compactMap { $0?.removingLastComponent() }
        return CacheHold(
            joining: try Set(entries).map { entry in
                if let known = holds[entry] { return known }
                let hold = try cache.hold([entry])
                holds[entry] = hold
                return hold
            })
    }

    private mutating func mutated(_ stock: Kernel, by mutation: Mutation) async throws -> MutatedKernel {
        try await kernels.value(KernelKey(directory: stock.directory, mutation: mutation)) { [mutations] in
            try await mutations.kernel(stock, with: mutation)
        }
    }

    private mutating func tree(for plan: TestPlan, on kernel: Kernel) async throws -> SuiteTree {
        try await trees.value(TreeKey(steps: plan.steps, kernel: kernel.directory)) { [cache, progress] in
            try await SuiteTree(for: plan, on: kernel, cache: cache, progress: progress)
        }
    }

    /// The plan's own modules and programs.
    private mutating func built(for plan: TestPlan, on kernel: Kernel) async throws -> [StepAction: BuiltFiles] {
        var built: [StepAction: BuiltFiles] = [:]
        for action in plan.steps.map(\.action) {
            switch action {
            case .moduleBuild(let source, _):
                built[action] = try await builds.value(BuildKey(action: action, kernel: kernel.directory)) { [builder] in
                    try await builder.modules(in: FilePath(source), for: kernel)
                }
            case .userspaceBuild(let source, _):
                built[action] = try await builds.value(BuildKey(action: action, kernel: nil)) { [builder] in
                    try await builder.programs(in: FilePath(source))
                }
            default: break
            }
        }
        return built
    }
}
