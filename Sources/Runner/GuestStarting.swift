import Foundation
import GuestImage
import HostProcess
import Machine
import RemoteShell
import RunRecord
import Synchronization
import SystemPackage
import TestPlan

/// Decides how guests come to run, and makes the templates that are missing. One for all cells of a run: what could not
/// be made is not tried again.
final class GuestStarting: Sendable {
    private let wish: GuestStart
    private let bootLimit: Duration
    private let report: @Sendable (RunEvent) -> Void
    private let failures = Mutex<[String: String]>([:])

    init(_ options: RunOptions, report: @Sendable @escaping (RunEvent) -> Void) {
        wish = options.start
        bootLimit = options.bootLimit
        self.report = report
    }

    /// How a guest is to run.
    struct Decision: Sendable {
        var origin = GuestOrigin.boot
        var record: EnvironmentRecord.Start
        /// What is not as one would expect; nil if all is.
        var note: String?
        /// What the console of the template said, which is the beginning of the guest's own.
        var console: [UInt8] = []
        /// Keeps the template in the cache.
        var hold: CacheHold?
        /// The template, and what it is known by.
        fileprivate var template: (entry: TemplateStore.Entry, recipe: String)?
    }

    /// How a guest of this specification starts.
    ///
    /// - Throws: `Failure` if only a template will do, and there can be none; `CancellationError`.
    func decide(
        _ specification: GuestSpecification, _ prepared: PreparedCell, _ keys: GuestKeys
    ) async throws -> Decision {
        guard wish != .cold else { return Decision(record: .init(how: EnvironmentRecord.Start.cold)) }
        if let obstacle = TemplateFitness(prepared: prepared).obstacle {
            return Decision(record: .init(how: EnvironmentRecord.Start.cold, reason: obstacle))
        }
        let ports = TemplateFitness.ports(for: specification.portsNeeded)
        let recipe = Self.recipe(specification, prepared, ports: ports)
        if let words = failures.withLock({ $0[recipe] }) { return try cold(because: words, prepared) }
        let isNew = Mutex(false)
        do {
            let began = ContinuousClock.now
            let (entry, hold) = try await prepared.templates.ensure(
                recipe, what: Self.description(specification, prepared),
                on: [prepared.kernel.directory, prepared.image.directory]
            ) { entry in
                isNew.withLock { $0 = true }
                try await make(entry, specification, prepared, ports: ports)
            }
            let made = isNew.withLock { $0 } ? (ContinuousClock.now - began) / .seconds(1) : nil
            let template = GuestTemplate(memory: entry.memory, state: entry.state, disk: entry.disk, ports: ports)
            return Decision(
                origin: .template(template, keys.identity),
                record: .init(how: EnvironmentRecord.Start.template, template: entry.digest, made: made),
                console: try BoundedRead.bytes(of: entry.console, limit: CellRunner.consoleLimit), hold: hold,
                template: (entry, recipe))
        } catch {
            try Task.checkCancellation()
            let words = "no template could be made: \((error as? Failure)?.what ?? "\(error)")"
            // What kept us from one that is there may pass; one that cannot be made, cannot be made.
            if isNew.withLock({ $0 }) { failures.withLock { $0[recipe] = words } }
            return try cold(because: words, prepared)
        }
    }

    /// How a guest starts whose template QEMU did not take: the template is of no use to anybody.
    ///
    /// - Throws: `Failure` if only a template will do.
    func decide(after refusal: TemplateRefused, of decision: Decision, _ prepared: PreparedCell) throws -> Decision {
        decision.hold?.release()
        if let template = decision.template {
            prepared.templates.drop(template.entry)
            failures.withLock { $0[template.recipe] = refusal.description }
        }
        return try cold(because: refusal.description, prepared)
    }

    private func cold(because words: String, _ prepared: PreparedCell) throws -> Decision {
        guard wish == .auto else {
            throw Failure(words, on: prepared.cell.id, advice: "`--start auto` boots the guest instead")
        }
        return Decision(record: .init(how: EnvironmentRecord.Start.cold, reason: words), note: "booted: \(words)")
    }

    /// All that a template depends on.
    private static func recipe(_ specification: GuestSpecification, _ prepared: PreparedCell, ports: Int) -> String {
        [
            prepared.qemu.text, prepared.kernel.digest, prepared.image.digest, "\(prepared.initramfs)",
            modules(for: specification).joined(separator: " "), specification.templateWords(ports: ports),
        ].joined(separator: "\n")
    }

    private static func description(_ specification: GuestSpecification, _ prepared: PreparedCell) -> String {
        "\(prepared.kernel.release) with \(prepared.image.name), \(specification.memory >> 20) MiB, "
            + "\(specification.cpus) CPUs" + (specification.pmem.isEmpty ? "" : ", room for persistent memory")
    }

    /// Drivers that must be there before a device is plugged in. nfit hears of an NVDIMM by a notification, and reads
    /// no table later that the firmware did not have at boot (kernel: drivers/acpi/nfit/core.c, acpi_nfit_add).
    private static func modules(for specification: GuestSpecification) -> [String] {
        specification.pmem.contains { $0.model == .nvdimm } ? ["nfit"] : []
    }

    /// Boots a guest, has it fall asleep, and saves it.
    private func make(
        _ entry: TemplateStore.Entry, _ specification: GuestSpecification, _ prepared: PreparedCell, ports: Int
    ) async throws {
        report(.preparing("making a template: \(Self.description(specification, prepared))"))
        try await withScratchDirectory { scratch in
            let keys = GuestKeys(try await SSHIdentity.make(in: scratch))
            var seed = specification.seed(memory: entry.memory, ports: ports)
            seed.initrd = scratch.appending("initrd")
            try Initramfs.write(base: prepared.initramfs, files: keys.files(prepared.cell.plan), to: seed.initrd)
            let recorder = ConsoleRecorder(
                log: try BoundedFile(entry.console, limit: CellRunner.consoleLimit), file: "console.log")
            defer { recorder.log.finish() }
            let words = GuestLogs(
                qemu: try BoundedFile(scratch.appending("qemu.log"), limit: CellRunner.daemonLogLimit), virtiofsd: [:])
            try await withGuest(seed, logs: words, console: { recorder.receive($0) }) { guest in
                let limit = self.bootLimit
                let late = Failure("it did not come up within \(limit)", on: prepared.cell.id, advice: "")
                try await withTimeout(limit, orThrow: late) {
                    try await self.withoutTrouble(guest, recorder) {
                        try await recorder.waitForLine(containing: InitMarks.ready)
                    }
                    try await self.withoutTrouble(guest, recorder) {
                        try await recorder.waitForLine(containing: InitMarks.asleep) {
                            try await self.fallAsleep(guest, keys, specification, limit: limit)
                        }
                    }
                }
                try await recorder.waitForQuiet(.milliseconds(300), limit: .seconds(10))
                // Every guest would have it, also where it comes once in a hundred boots.
                if let found = recorder.drain(all: true).first(where: { $0.severity == .failure }) {
                    throw Failure(
                        "the kernel complained while it booted: \(found.title)", on: "the template", advice: "")
                }
                try await guest.save(to: entry.state)
                try FileManager.default.copyItem(
                    atPath: guest.directory.appending("root.qcow2").string, toPath: entry.disk.string)
            }
        }
    }

    /// Starts the script that waits to be another guest, and closes our connection.
    private func fallAsleep(
        _ guest: Guest, _ keys: GuestKeys, _ specification: GuestSpecification, limit: Duration
    ) async throws {
        try await RemoteShell.with(
            port: guest.sshPort, identity: keys.ssh, directory: guest.directory, timeout: limit
        ) { shell in
            // What a first command needs is in the guest's memory from now on.
            try await shell.check("true", purpose: "run a command")
            let modules = Self.modules(for: specification).map(GuestWord.quoted).joined(separator: " ")
            // Not a session's leader, or its serial port would become its terminal, whose end ends all in it.
            try await shell.check(
                "/usr/lib/vmharness/template \(modules) </dev/null >/dev/null 2>&1 &",
                purpose: "make the guest a template")
        }
    }

    private func withoutTrouble(
        _ guest: Guest, _ recorder: ConsoleRecorder, _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(operation: body)
            group.addTask {
                let trouble = try await guest.waitForTrouble()
                throw Failure(trouble.cause?.description ?? "the guest is gone", on: "the template", advice: "")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        if let said = recorder.initFailure {
            throw Failure("the guest's init gave up: \(said)", on: "the template", advice: "")
        }
    }
}
