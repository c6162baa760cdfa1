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
    /// How its guests come to run.
    let starting: GuestStarting
    let options: RunOptions
    /// Where the record goes; nil for a guest without one.
    let directory: RunDirectory?
    let report: @Sendable (RunEvent) -> Void
    /// Looks at what the guests take of the host.
    var meter = CellMeter()

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

    /// Runs the cell, and again what failed, as often as the schedule allows.
    ///
    /// - Returns: the record; nil for a guest without one.
    /// - Throws: `CancellationError`, after the record has been saved;
    ///   `Failure` if no record can be kept at all.
    func run() async throws -> CellRecord? {
        guard let directory else { return nil }
        let place = try directory.makeCellDirectory(cell.id)
        let begun = directory.cell(cell.id).flatMap { $0.isScheduleSkip ? nil : $0 }
        var attempts = CellAttempts(
            begun ?? cell.begun(in: place.name), plan: plan,
            retries: prepared.lack == nil ? options.schedule.retries : 0)
        report(.cellStarted(id: cell.id))
        while attempts.wantsAnother {
            if attempts.number > 1 {
                report(.retrying(cell: cell.id, attempt: attempts.number, attempts.record.reason))
            }
            attempts.end(try await run(attempts, in: attempts.makeDirectory(place.path), directory))
            if Task.isCancelled { break }
        }
        let record = attempts.record
        try directory.update(record)
        report(.cellEnded(record))
        try directory.cellEnded()
        try Task.checkCancellation()
        return record
    }

    /// Runs one attempt.
    ///
    /// - Parameters:
    ///   - attempts: those before it.
    ///   - place: its directory.
    /// - Returns: its record, judged.
    private func run(
        _ attempts: CellAttempts, in place: FilePath, _ directory: RunDirectory
    ) async throws -> CellRecord {
        let journal = CellJournal(attempts.beginning, known: plan.known + options.known) {
            try directory.update(attempts.record(with: $0))
        }
        journal.update { _ in }
        if let lack = prepared.lack {
            journal.add(CaseRecord(name: "requires", verdict: .skip, reason: lack, seconds: 0))
            return journal.conclude()
        }
        do {
            let isComplete = try await runShards(journal, attempts.progress(after: journal.record), in: place)
            journal.update { $0.isComplete = isComplete ? true : nil }
        } catch {
            let reason = error is CancellationError ? "interrupted" : "\(error)"
            journal.add(CaseRecord(name: "guest", verdict: .error, reason: reason, seconds: 0))
        }
        judgeMutation(journal, in: place)
        let built =
            prepared.built.values.flatMap(\.files).filter { $0.extension == "ko" }
            + [prepared.mutated?.file].compactMap { $0 }
        // A run that was interrupted does not wait for them.
        try? await SourceLines(kernel: prepared.kernel, built: built).add(to: journal)
        return journal.conclude()
    }

    /// Runs the cell's parts, each in guests of its own, side by side.
    ///
    /// - Returns: true if all of it has run.
    private func runShards(
        _ journal: CellJournal, _ progress: CellProgress, in directory: FilePath
    ) async throws -> Bool {
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
    ///   - body: gets the guest with what belongs to it. One from a template stands still until `Guest.resume`.
    /// - Throws: `Failure` if it cannot be started; what `body` throws.
    func withRunningGuest<Value: Sendable>(
        in directory: EvidenceDirectory, scratch: FilePath, unrestored: @Sendable @escaping (Failure) -> Void,
        _ body: @Sendable @escaping (RunningGuest) async throws -> Value
    ) async throws -> Value {
        let shares = try shareDirectories(in: scratch)
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
        return try await withScratchDirectory { own in
            let keys = GuestKeys(try await SSHIdentity.make(in: own))
            let booting = try await specification(shares: shares, keys: keys, in: scratch)
            let run: @Sendable (GuestStarting.Decision) async throws -> Value = { start in
                defer { start.hold?.release() }
                var specification = booting
                specification.origin = start.origin
                start.console.withUnsafeBytes { recorder.receive($0) }
                return try await withFunctionsBound(
                    prepared.passthrough.map(\.function.address), report: unrestored
                ) { [specification] _ in
                    try await withDaxNodesHeld(PmemCheck.nodes(of: prepared.pmem)) {
                        try await withGuest(
                            specification, backend: prepared.backend, logs: logs, console: { recorder.receive($0) }
                        ) { guest in
                            try await body(
                                RunningGuest(
                                    guest: guest, recorder: recorder, logs: logs, shares: shares, identity: keys.ssh,
                                    start: start))
                        }
                    }
                }
            }
            let start = try await starting.decide(booting, prepared, keys)
            do {
                return try await run(start)
            } catch let refusal as TemplateRefused {
                return try await run(try starting.decide(after: refusal, of: start, prepared))
            }
        }
    }

    /// The cell's guest with everything that it has of its own, made if it is not there yet, as it would boot.
    ///
    /// - Parameters:
    ///   - shares: the host's directory behind each share's tag.
    ///   - keys: the guest's own.
    ///   - scratch: where its disks and its initramfs lie.
    /// - Throws: `Failure` if something cannot be made.
    func specification(
        shares: [String: FilePath], keys: GuestKeys, in scratch: FilePath
    ) async throws -> GuestSpecification {
        let initrd = scratch.appending("initrd")
        try Initramfs.write(base: prepared.initramfs, files: keys.files(plan), to: initrd)
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
}
