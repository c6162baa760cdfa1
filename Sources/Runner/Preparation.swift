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
        try await prepare(cells, unavailable: { throw $1 })
    }

    /// Prepares the cells that can be had today. Those whose kernel is not there, or for whose kernel something cannot be
    /// made, are left to the caller with the reason; what is wrong in plans is refused as by ``prepare(_:)``.
    ///
    /// - Throws: as ``prepare(_:)``, for what is not one kernel's.
    public func prepareAvailable(
        _ cells: [Cell]
    ) async throws -> (cells: [PreparedCell], unavailable: [UnavailableCell]) {
        var unavailable: [UnavailableCell] = []
        let prepared = try await prepare(cells) { unavailable.append(UnavailableCell(cell: $0, failure: $1)) }
        return (prepared, unavailable)
    }

    /// - Parameter unavailable: told of a cell that cannot be prepared although nothing is wrong with the request; if it
    ///   throws, none is.
    private func prepare(
        _ cells: [Cell], unavailable: (Cell, Failure) throws -> Void
    ) async throws -> [PreparedCell] {
        let qemu = try await QEMUVersion.installed()
        // What a guest's start calls later is missed now.
        for program in ["qemu-img", "ssh", "ssh-keygen"] { _ = try await Command(program).path() }
        let hasShares = cells.contains { !$0.plan.guest.virtiofs.isEmpty }
        let installed = hasShares ? await VirtiofsdProgram.installed() : (programs: [], refused: [])
        var problems: [Diagnostic] = []
        var devices: [GuestRequest: HostDevices] = [:]
        for cell in cells where devices[cell.plan.guest] == nil {
            let guest = cell.plan.guest
            let pmem = try await PmemCheck.resolved(guest.pmem)
            devices[guest] = HostDevices(
                daemons: try Self.daemons(for: cell.plan, among: installed), pmem: pmem,
                passthrough: try await PassedFunction.resolve(guest, pmem: pmem))
        }
        let store = KernelStore(cache: cache, progress: progress)
        var kernels: [KernelName: Result<Kernel, Failure>] = [:]
        for name in cells.map(\.kernel) where kernels[name] == nil {
            do {
                kernels[name] = .success(try await store.resolve(name, refresh: options.refresh))
            } catch let failure as Failure where failure.blame == .host || name.isOfArchive {
                kernels[name] = .failure(failure)
            }
        }
        // Cells that are repeated, or differ in what is not asked here, are asked once.
        var looked: [PlanOnKernel: String?] = [:]
        var available: [(cell: Cell, kernel: Kernel, lack: String?)] = []
        for cell in cells {
            let kernel: Kernel
            switch kernels[cell.kernel]! {
            case .success(let found): kernel = found
            case .failure(let failure):
                try unavailable(cell, failure)
                continue
            }
            let key = PlanOnKernel(plan: cell.plan, kernel: cell.kernel, mutation: cell.mutation)
            let known = looked[key]
            let lack = known ?? Self.look(cell, kernel, &problems)
            if known == nil { looked[key] = .some(lack) }
            available.append((cell, kernel, lack))
        }
        guard problems.isEmpty else { throw InvalidFile(diagnostics: problems) }

        let probe = AcceleratorProbe(cache: cache.root)
        var accelerators: [AcceleratorProbe.Request: AcceleratorProbe.Answer] = [:]
        var backends: [Backend.Kind: Backend] = [:]
        for cell in available.map(\.cell) {
            let kind = try backend(for: cell)
            if backends[kind] == nil {
                if kind == .libvirt { progress("asking libvirt what this host can do") }
                backends[kind] = try await Backend.prepare(kind, uri: options.connect, cache: cache.root)
            }
            let request = try request(for: cell.plan)
            if accelerators[request] == nil { accelerators[request] = try await probe.choose(request) }
        }
        let wantsHarness = available.contains { $0.cell.plan.guest.hasHarness && $0.lack == nil }
        let harness =
            wantsHarness
            ? try await HarnessImage(cache: cache, data: options.images.removingLastComponent()).ensure() : nil
        var parts = CellParts(options: options, cache: cache, progress: progress)
        var prepared: [PreparedCell] = []
        for (cell, stock, lack) in available {
            let made: CellParts.Made
            switch try await parts.made(for: cell, on: stock, isLacking: lack != nil) {
            case .success(let parts): made = parts
            case .failure(let failure):
                try unavailable(cell, failure)
                continue
            }
            let host = devices[cell.plan.guest]!
            prepared.append(
                PreparedCell(
                    cell: cell, kernel: made.kernel, mutated: made.mutated, image: made.image,
                    initramfs: made.initramfs, accelerator: accelerators[try request(for: cell.plan)]!,
                    backend: backends[try backend(for: cell)]!,
                    daemons: host.daemons, qemu: qemu, passthrough: host.passthrough, pmem: host.pmem,
                    built: made.built, tree: made.tree.image, absent: made.tree.absent,
                    harness: cell.plan.guest.hasHarness ? harness : nil,
                    lack: lack ?? made.tree.lack(of: cell.plan),
                    templates: TemplateStore(cache: cache),
                    hold: try parts.hold(made, and: harness)))
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

    /// What a guest has of the host, as it is now.
    private struct HostDevices {
        var daemons: [String: VirtiofsdProgram]
        var pmem: [PmemRequest]
        var passthrough: [PassedFunction]
    }

    private struct PlanOnKernel: Hashable {
        var plan: TestPlan
        var kernel: KernelName
        var mutation: Mutation?
    }

    /// Holds a plan against its kernel.
    ///
    /// - Returns: what the kernel lacks, if the plan has such a cell skipped.
    private static func look(_ cell: Cell, _ kernel: Kernel, _ problems: inout [Diagnostic]) -> String? {
        if let mutation = cell.mutation, let refusal = MutationBuilder.refusal(of: mutation, on: kernel),
            !problems.contains(refusal)
        {
            problems.append(refusal)
        }
        let lack = Self.lack(cell.plan, on: kernel)
        if cell.plan.requires.otherwise == .skip, let first = lack.first { return first.message }
        problems += (lack + check(cell.plan, on: kernel)).filter { !problems.contains($0) }
        return nil
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

    /// The backend that the cell, its plan and the command line agree on.
    private func backend(for cell: Cell) throws -> Backend.Kind {
        let planned = cell.plan.guest.backend.flatMap { Backend.Kind(rawValue: $0.rawValue) }
        guard let required = cell.backend ?? planned else { return options.backend ?? .qemu }
        if let planned, planned != required {
            throw Failure(
                "the plan asks for \(planned.rawValue), its cell for \(required.rawValue)",
                on: cell.plan.file, advice: "leave the plan out where the backend is another", blame: .request)
        }
        guard options.backend == nil || options.backend == required else {
            throw Failure(
                "the \(cell.backend == nil ? "plan" : "cell") asks for \(required.rawValue), the command line for "
                    + "\(options.backend!.rawValue)",
                on: cell.backend == nil ? cell.plan.file : cell.id,
                advice: "drop --backend, or change the \(cell.backend == nil ? "plan" : "matrix")", blame: .request)
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
