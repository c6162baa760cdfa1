import Foundation
public import GuestImage
import HostProcess
public import Machine
public import SystemPackage
public import TestPlan

/// All that a cell's guest is made of, ready before any guest is started, so
/// that what is wrong is refused first.
public struct PreparedCell: Sendable {
    /// The cell.
    public let cell: Cell
    /// Its kernel, with the module changed where the cell has a mutation.
    public let kernel: Kernel
    /// What was changed in it; nil for the kernel as it is.
    public let mutated: MutatedKernel?
    /// Its rootfs.
    public let image: RootImage
    /// The initramfs of kernel and image.
    public let initramfs: FilePath
    /// The accelerator and why it is the one.
    public let accelerator: AcceleratorProbe.Answer
    /// What starts its guests.
    public let backend: Backend
    /// The daemon of each share, by tag.
    public let daemons: [String: VirtiofsdProgram]
    /// The QEMU that will run it.
    public let qemu: QEMUVersion
    /// The plan's functions of the host, as they are now.
    public let passthrough: [PassedFunction]
    /// The plan's persistent memory, as the host can give it.
    public let pmem: [PmemRequest]
    /// What was built of the plan's sources, by the step that wants it.
    public let built: [StepAction: BuiltFiles]
    /// The image of the built tree that the plan's suite runs; nil if it needs none or has none.
    public let tree: FilePath?
    /// The steps that have nothing to run, by their number from 1, and why: no tree of fstests.
    public let absent: [Int: String]
    /// The image of vmharness itself; nil if the guest is to have none.
    public let harness: FilePath?
    /// What the kernel lacks of the plan's requirements, if the plan has such cells skipped; nil if it has all.
    public let lack: String?

    /// Where saved guests are, from which its own can start.
    let templates: TemplateStore
    /// Keeps what was taken from the cache there as long as the cell may run.
    let hold: CacheHold

    /// What QEMU is given as `-kernel`: the unpacked image where the plan wants
    /// it, or leaves it open and unpacking would be emulated.
    var bootFile: FilePath {
        switch cell.plan.guest.boot {
        case .bzimage: kernel.vmlinuz
        case .vmlinux: kernel.vmlinux ?? kernel.vmlinuz
        case .auto: accelerator.accelerator == .tcg ? kernel.vmlinux ?? kernel.vmlinuz : kernel.vmlinuz
        }
    }
}

/// Resolves kernels, builds images, proves the accelerator and checks each
/// plan against its kernel.
public struct Preparation: Sendable {
    private let options: RunOptions
    private let cache: Cache
    private let progress: @Sendable (String) -> Void

    /// - Parameters:
    ///   - options: how the cells will run.
    ///   - cache: where kernels and images are kept.
    ///   - progress: gets a line for each thing that takes time.
    public init(options: RunOptions, cache: Cache, progress: @Sendable @escaping (String) -> Void) {
        self.options = options
        self.cache = cache
        self.progress = progress
    }

    /// Prepares all cells, or none.
    ///
    /// - Throws: `Failure` for the host, `InvalidFile` with every plan's
    ///   problems on its kernels.
    public func prepare(_ cells: [Cell]) async throws -> [PreparedCell] {
        let qemu = try await QEMUVersion.installed()
        // What a guest's start calls later is missed now.
        for program in ["qemu-img", "ssh", "ssh-keygen"] { _ = try await Command(program).path() }
        let installed = await VirtiofsdProgram.installed()
        var problems: [Diagnostic] = []
        var daemons: [TestPlan: [String: VirtiofsdProgram]] = [:]
        var passthrough: [TestPlan: [PassedFunction]] = [:]
        var pmem: [TestPlan: [PmemRequest]] = [:]
        for plan in Set(cells.map(\.plan)) {
            daemons[plan] = try Self.daemons(for: plan, among: installed)
            pmem[plan] = try await PmemCheck.resolved(plan.guest.pmem)
            passthrough[plan] = try await PassedFunction.resolve(plan.guest, pmem: pmem[plan]!)
        }
        let store = KernelStore(cache: cache, progress: progress)
        var kernels: [KernelName: Kernel] = [:]
        for name in cells.map(\.kernel) where kernels[name] == nil {
            kernels[name] = try await store.resolve(name, refresh: options.refresh)
        }
        var lacks: [Cell: String] = [:]
        for cell in cells {
            if let mutation = cell.mutation,
                let refusal = MutationBuilder.refusal(of: mutation, on: kernels[cell.kernel]!),
                !problems.contains(refusal)
            {
                problems.append(refusal)
            }
            let lack = Self.lack(cell.plan, on: kernels[cell.kernel]!)
            if cell.plan.requires.otherwise == .skip, let first = lack.first {
                lacks[cell] = first.message
            } else {
                problems += lack + Self.check(cell.plan, on: kernels[cell.kernel]!)
            }
        }
        guard problems.isEmpty else { throw InvalidFile(diagnostics: problems) }

        let probe = AcceleratorProbe(cache: cache.root)
        var backends: [Backend.Kind: Backend] = [:]
        for kind in try cells.map({ try backend(for: $0.plan) }) where backends[kind] == nil {
            if kind == .libvirt { progress("asking libvirt what this host can do") }
            backends[kind] = try await Backend.prepare(kind, uri: options.connect, cache: cache.root)
        }
        let builder = SourceBuilder(cache: cache, progress: progress)
        let mutations = MutationBuilder(cache: cache, progress: progress)
        let images = ImageStore(cache: cache, definitions: options.images, progress: progress)
        let wantsHarness = cells.contains { $0.plan.guest.hasHarness && lacks[$0] == nil }
        let harness =
            wantsHarness
            ? try await HarnessImage(cache: cache, data: options.images.removingLastComponent()).ensure() : nil
        var prepared: [PreparedCell] = []
        for cell in cells {
            let stock = kernels[cell.kernel]!
            var mutated: MutatedKernel?
            if let mutation = cell.mutation, lacks[cell] == nil {
                mutated = try await mutations.kernel(stock, with: mutation)
            }
            let kernel = mutated?.kernel ?? stock
            let image = try await images.ensure(cell.plan.guest.image)
            let initramfs = try await Initramfs.ensure(kernel: kernel, image: image, cache: cache)
            let tree =
                lacks[cell] == nil
                ? try await SuiteTree(for: cell.plan, on: kernel, cache: cache, progress: progress) : SuiteTree()
            let built = lacks[cell] == nil ? try await Self.build(cell.plan, for: kernel, by: builder) : [:]
            prepared.append(
                PreparedCell(
                    cell: cell, kernel: kernel, mutated: mutated, image: image, initramfs: initramfs,
                    accelerator: try await probe.choose(try request(for: cell.plan)),
                    backend: backends[try backend(for: cell.plan)]!,
                    daemons: daemons[cell.plan]!, qemu: qemu,
                    passthrough: passthrough[cell.plan]!, pmem: pmem[cell.plan]!,
                    built: built, tree: tree.image, absent: tree.absent,
                    harness: cell.plan.guest.hasHarness ? harness : nil,
                    lack: lacks[cell] ?? tree.lack(of: cell.plan),
                    templates: TemplateStore(cache: cache),
                    hold: try cache.hold(
                        [kernel.directory, image.directory, initramfs.removingLastComponent()]
                            + built.values.map(\.entry)
                            + [tree.image, harness].compactMap { $0?.removingLastComponent() })))
        }
        if options.start == .template {
            for cell in prepared {
                guard cell.lack == nil, let obstacle = TemplateFitness(prepared: cell).obstacle else { continue }
                throw Failure(
                    "the guest cannot start from a template: \(obstacle)", on: cell.cell.id,
                    advice: "`--start auto` boots it", blame: .request)
            }
        }
        return prepared
    }

    /// Builds the plan's own modules and programs.
    private static func build(
        _ plan: TestPlan, for kernel: Kernel, by builder: SourceBuilder
    ) async throws -> [StepAction: BuiltFiles] {
        var built: [StepAction: BuiltFiles] = [:]
        for action in plan.steps.map(\.action) where built[action] == nil {
            switch action {
            case .moduleBuild(let source, _):
                built[action] = try await builder.modules(in: FilePath(source), for: kernel)
            case .userspaceBuild(let source, _):
                built[action] = try await builder.programs(in: FilePath(source))
            default: break
            }
        }
        return built
    }

    /// The accelerator that the plan and the command line agree on.
    private func request(for plan: TestPlan) throws -> AcceleratorProbe.Request {
        guard let required = plan.guest.accelerator ?? plan.requires.accelerator else { return options.accelerator }
        let request = AcceleratorProbe.Request(rawValue: required.rawValue)!
        guard options.accelerator == .auto || options.accelerator == request else {
            throw Failure(
                "the plan asks for \(required.rawValue), the command line for \(options.accelerator.rawValue)",
                on: plan.file, advice: "drop --accel, or change the plan", blame: .request)
        }
        return request
    }

    /// The backend that the plan and the command line agree on.
    private func backend(for plan: TestPlan) throws -> Backend.Kind {
        guard let required = plan.guest.backend.flatMap({ Backend.Kind(rawValue: $0.rawValue) }) else {
            return options.backend ?? .qemu
        }
        guard options.backend == nil || options.backend == required else {
            throw Failure(
                "the plan asks for \(required.rawValue), the command line for \(options.backend!.rawValue)",
                on: plan.file, advice: "drop --backend, or change the plan", blame: .request)
        }
        return required
    }

    /// The daemon for each share: the one the plan names, or the first that
    /// has the cache mode. Never 9p.
    private static func daemons(
        for plan: TestPlan, among installed: (programs: [VirtiofsdProgram], refused: [Failure])
    ) throws -> [String: VirtiofsdProgram] {
        let programs = installed.programs
        return try plan.guest.virtiofs.reduce(into: [:]) { chosen, share in
            let cache = VirtiofsdProgram.Cache(rawValue: share.cache.rawValue)!
            let fitting = programs.filter { program in
                (share.daemon == .any || share.daemon.rawValue == program.implementation.rawValue)
                    && (try? program.word(for: cache)) != nil && (program.servesReadOnly || !share.readOnly)
            }
            guard let first = fitting.first else {
                let kind = share.daemon == .any ? "virtiofsd" : "virtiofsd in \(share.daemon.rawValue)"
                let known = programs.map { "\($0.path) (\($0.implementation.rawValue))" }
                let refused = installed.refused.map { "\($0.subject): \($0.what)" }
                throw Failure(
                    "there is no \(kind) with cache mode '\(share.cache.rawValue)'"
                        + (share.readOnly ? " that can serve read-only" : ""), on: "\(share.location)",
                    advice: known.isEmpty && refused.isEmpty
                        ? "apt-get install qemu-system-common (Debian 12) or virtiofsd (Debian 13)"
                        : "found \((known + refused).joined(separator: ", ")); VMHARNESS_VIRTIOFSD names others",
                    blame: .request)
            }
            chosen[share.tag] = first
        }
    }

    private static func missing(_ module: String, at location: SourceLocation?, on kernel: Kernel) -> Diagnostic? {
        if kernel.hasModule(module) { return nil }
        let near = nearestSpelling(of: module, among: kernel.moduleNames).map { "did you mean '\($0)'?" }
        return Diagnostic(
            location: location, message: "kernel \(kernel.release) has no module '\(module)'",
            advice: near ?? "`vmharness kernel list` shows where its modules are")
    }

    /// What the plan requires and the kernel lacks.
    private static func lack(_ plan: TestPlan, on kernel: Kernel) -> [Diagnostic] {
        let modules = plan.requires.modules.compactMap { missing($0, at: nil, on: kernel) }
        let options = plan.requires.config.compactMap { option -> Diagnostic? in
            let parts = option.split(separator: "=", maxSplits: 1)
            let actual = kernel.configValue(String(parts[0])) ?? "n"
            let wanted = parts.count == 2 ? [String(parts[1])] : ["y", "m"]
            guard !wanted.contains(actual) else { return nil }
            let state =
                kernel.config == nil
                ? "the configuration of kernel \(kernel.release) is unknown, \(option) is required"
                : "kernel \(kernel.release) has \(parts[0])=\(actual), not \(wanted.joined(separator: " or "))"
            return Diagnostic(
                location: nil, message: state, advice: "choose another kernel, or change the plan's `requires`")
        }
        return modules + options
    }

    /// What the plan's guest and steps need and the kernel lacks.
    private static func check(_ plan: TestPlan, on kernel: Kernel) -> [Diagnostic] {
        func missing(_ module: String, at location: SourceLocation?) -> Diagnostic? {
            Self.missing(module, at: location, on: kernel)
        }
        var problems: [Diagnostic?] = []
        let options = kernel.lackingOptions
        if !options.isEmpty {
            problems.append(
                Diagnostic(
                    location: nil,
                    message:
                        "kernel \(kernel.release) cannot run in a guest without \(options.joined(separator: ", "))",
                    advice: "build it with them; `make defconfig kvm_guest.config` has all that a guest needs"))
        }
        if plan.guest.boot == .bzimage && !kernel.hasCompressedImage {
            problems.append(
                Diagnostic(
                    location: nil, message: "kernel \(kernel.release) has no bzImage, only a vmlinux",
                    advice: "build one (`make bzImage`), or leave `boot` out"))
        }
        if plan.guest.boot == .vmlinux && kernel.vmlinux == nil {
            problems.append(
                Diagnostic(
                    location: nil, message: "kernel \(kernel.release) cannot be booted unpacked (no PVH note)",
                    advice: "set `boot: bzimage` in the plan's guest"))
        }
        problems += checkPCI(plan, on: kernel)
        if !plan.guest.virtiofs.isEmpty {
            problems.append(missing("virtiofs", at: plan.guest.virtiofs[0].location))
        }
        problems += PmemCheck.modules(of: plan).map { missing($0.name, at: $0.location) }
        for step in plan.steps {
            switch step.action {
            case .modulePad(let module, _, _):
                problems.append(missing(module, at: step.location))
                if kernel.hasModule(module), kernel.modulePath(module) == nil {
                    problems.append(
                        Diagnostic(
                            location: step.location, message: "'\(module)' is built into kernel \(kernel.release)",
                            advice: "name one that is a file, such as dummy"))
                }
            case .moduleInsert(.name(let module), _, _), .moduleCycle(.name(let module), _, _, _):
                problems.append(missing(module, at: step.location))
            default: break
            }
        }
        return problems.compactMap { $0 }
    }
}
