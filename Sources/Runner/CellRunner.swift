import Foundation
import GuestImage
import HostProcess
import Lab
import Machine
import RemoteShell
import RunRecord
import Steps
import SystemPackage
import TestPlan

/// Runs one cell: guest → steps and console → findings → verdict → record.
struct CellRunner: Sendable {
    let prepared: PreparedCell
    let identity: SSHIdentity
    let options: RunOptions
    /// Where the record goes; nil for a guest without one.
    let directory: RunDirectory?
    let report: @Sendable (RunEvent) -> Void

    var cell: Cell { prepared.cell }
    var plan: TestPlan { prepared.cell.plan }

    /// Seconds that the cases of a suite's step took in the past, by the suite's names.
    func medians(step number: Int) -> [String: Double] {
        let prefix = plan.recordName(of: "", step: number)
        return options.medians(cell).reduce(into: [:]) { medians, entry in
            if entry.key.hasPrefix(prefix) { medians[String(entry.key.dropFirst(prefix.count))] = entry.value }
        }
    }

    /// A console longer than this is kept up to here; reading goes on.
    static let consoleLimit = 64 << 20
    /// Words of QEMU and virtiofsd kept.
    static let daemonLogLimit = 8 << 20

    /// - Throws: `CancellationError`, after the record has been saved;
    ///   `Failure` if no record can be kept at all.
    func run() async throws {
        guard let directory else { return }
        let place = try directory.makeCellDirectory(cell.id)
        let previous = directory.previous(cell.id, of: plan)
        let journal = CellJournal(
            previous ?? cell.begun(in: place.name),
            known: plan.known + options.known
        ) { try directory.update($0) }
        journal.update { _ in }
        report(.cellStarted(id: cell.id))
        if let lack = prepared.lack {
            journal.add(CaseRecord(name: "requires", verdict: .skip, reason: lack, seconds: 0))
            report(.cellEnded(journal.conclude()))
            return
        }
        do {
            let isComplete = try await runShards(journal, in: place.path)
            journal.update { $0.isComplete = isComplete ? true : nil }
        } catch {
            let reason = error is CancellationError ? "interrupted" : "\(error)"
            journal.add(CaseRecord(name: "guest", verdict: .error, reason: reason, seconds: 0))
        }
        judgeMutation(journal, in: place.path)
        let built =
            prepared.built.values.flatMap(\.files).filter { $0.extension == "ko" }
            + [prepared.mutated?.file].compactMap { $0 }
        // A run that was interrupted does not wait for them.
        try? await SourceLines(kernel: prepared.kernel, built: built).add(to: journal)
        report(.cellEnded(journal.conclude()))
        try Task.checkCancellation()
    }

    /// Runs the cell's parts, each in guests of its own, side by side.
    ///
    /// - Returns: true if all of it has run.
    private func runShards(_ journal: CellJournal, in directory: FilePath) async throws -> Bool {
        let progress = CellProgress(
            recorded: journal.record.cases.reduce(into: [:]) { recorded, record in
                guard let step = record.step else { return }
                recorded[step, default: []].insert(plan.suiteName(of: record.name, step: step))
            })
        let shards = plan.shards
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...shards {
                let line = GuestLine(
                    runner: self, journal: journal, progress: progress, cellDirectory: directory,
                    shard: Shard(number: number, count: shards))
                group.addTask { try await line.run() }
            }
            return try await group.reduce(true) { $0 && $1 }
        }
    }

    /// Starts the cell's guest and runs `body` beside it.
    ///
    /// - Parameters:
    ///   - directory: where its logs go.
    ///   - scratch: for what ends with it, or is kept for the next guest of the cell: the shares and disks.
    ///   - unrestored: told of a function of the host that could not be put back afterwards.
    ///   - body: gets the guest, its console, its logs, and the host's directory behind each share.
    /// - Throws: `Failure` if it cannot be started; what `body` throws.
    func withRunningGuest<Value: Sendable>(
        in directory: EvidenceDirectory, scratch: FilePath, unrestored: @Sendable @escaping (Failure) -> Void,
        _ body: @Sendable @escaping (Guest, ConsoleRecorder, GuestLogs, [String: FilePath]) async throws -> Value
    ) async throws -> Value {
        let shares = try shareDirectories(in: scratch)
        let specification = try await specification(shares: shares, in: scratch)
        let recorder = ConsoleRecorder(
            log: try BoundedFile(directory.path("console.log"), limit: Self.consoleLimit),
            file: directory.name("console.log"))
        let logs = GuestLogs(
            qemu: try BoundedFile(directory.path("qemu.log"), limit: Self.daemonLogLimit),
            virtiofsd: try plan.guest.virtiofs.reduce(into: [:]) { logs, share in
                // Tags may hold any byte; the file's name may not.
                let name = share.tag.map { $0.isLetter || $0.isNumber || $0 == "-" ? String($0) : "_" }.joined()
                logs[share.tag] = try BoundedFile(
                    directory.path("virtiofsd-\(name).log"), limit: Self.daemonLogLimit)
            })
        defer { recorder.log.finish() }
        return try await withFunctionsBound(prepared.passthrough.map(\.function.address), report: unrestored) { _ in
            try await withDaxNodesHeld(PmemCheck.nodes(of: prepared.pmem)) {
                try await withGuest(
                    specification, backend: prepared.backend, logs: logs, console: { recorder.receive($0) }
                ) { guest in
                    try await body(guest, recorder, logs, shares)
                }
            }
        }
    }

    /// The cell's guest with everything that it has of its own, made if it is not there yet.
    ///
    /// - Parameters:
    ///   - shares: the host's directory behind each share's tag.
    ///   - scratch: where its disks and its initramfs lie.
    /// - Throws: `Failure` if something cannot be made.
    func specification(shares: [String: FilePath], in scratch: FilePath) async throws -> GuestSpecification {
        let initrd = scratch.appending("initrd")
        try Initramfs.write(base: prepared.initramfs, files: identityFiles(), to: initrd)
        var specification = GuestSpecification(
            prepared, initrd: initrd, directories: shares,
            disks: try CellDisks(plan.guest.disks, in: scratch).disks + (try await suiteDisks(in: scratch))
                + harnessDisks)
        specification.passthrough = prepared.passthrough.map(\.hostFunction)
        specification.pmem = try await CellPmem(prepared.pmem, in: scratch).devices
        return specification
    }

    /// vmharness itself, for a guest that is a lab machine.
    private var harnessDisks: [GuestSpecification.Disk] {
        prepared.harness.map { [.init(serial: HarnessImage.serial, image: $0, access: .readOnly)] } ?? []
    }

    /// The disks that suites need besides those of the plan: the results, and the built tree.
    private func suiteDisks(in scratch: FilePath) async throws -> [GuestSpecification.Disk] {
        guard plan.hasSuites else { return [] }
        let results = ResultsDisk(in: scratch)
        try await results.ensure()
        let tree = prepared.tree.map {
            GuestSpecification.Disk(serial: SuiteDisk.tree, image: $0, access: .readOnly)
        }
        return [results.disk] + [tree].compactMap { $0 }
    }

    func shareDirectories(in scratch: FilePath) throws -> [String: FilePath] {
        try plan.guest.virtiofs.enumerated().reduce(into: [:]) { directories, share in
            if let given = share.element.share {
                directories[share.element.tag] = FilePath(plan.directory).pushing(FilePath(given))
                return
            }
            let path = scratch.appending("share\(share.offset)")
            guard mkdir(path.string, 0o755) == 0 || errno == EEXIST else {
                throw Failure("cannot make a share: \(systemError())", on: path.string, advice: "")
            }
            directories[share.element.tag] = path
        }
    }

    private func identityFiles() -> [GuestFile] {
        func file(_ name: String, _ mode: UInt32, _ text: String) -> GuestFile {
            GuestFile(path: "identity/\(name)", mode: mode, bytes: Array(text.utf8))
        }
        return [
            file("ssh_host_ed25519_key", 0o600, identity.hostKey),
            file("authorized_keys", 0o600, identity.authorizedKey),
            file("hostname", 0o644, "guest\n"),
            file("init", 0o644, plan.guest.initSystem.rawValue + "\n"),
        ]
    }
}
