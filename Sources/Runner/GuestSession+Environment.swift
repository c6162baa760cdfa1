import Foundation
import GuestImage
import HostProcess
import Machine
import RunRecord
import SystemPackage
import TestPlan

extension GuestSession {
    /// What really runs, as far as it is known at the guest's start.
    func environment() -> EnvironmentRecord {
        let prepared = runner.prepared
        let specification = guest.specification
        // A suite out of reach is of interest only where the kernel was missed in it.
        var notes = prepared.kernel.notes.filter { !$0.hasPrefix("not reachable") }
        if runner.options.accelerator == .auto && prepared.accelerator.accelerator == .tcg {
            notes.append("TCG, not KVM: \(prepared.accelerator.reason)")
        }
        let inTurn = prepared.accelerator.accelerator == .tcg && specification.cpus > 1 && !specification.isThreaded
        if inTurn {
            notes.append("the guest's CPUs run in turn on one thread: this QEMU's TCG is not safe with several")
        }
        if prepared.bootFile == prepared.kernel.vmlinux {
            notes.append("booted from the unpacked vmlinux, without KASLR (`boot: bzimage` in a plan's guest keeps it)")
        }
        notes += specification.pmem.compactMap(\.note) + [running.start.note].compactMap { $0 }
        if let loaded = prepared.passthrough.first?.loaded, !loaded.isEmpty {
            notes.append("loaded into the host's kernel for passthrough: \(loaded.joined(separator: ", "))")
        }
        var record = EnvironmentRecord(
            backend: prepared.backend.kind.rawValue,
            accelerator: .init(
                used: prepared.accelerator.accelerator.rawValue, asked: runner.options.accelerator.rawValue,
                reason: [prepared.accelerator.reason, prepared.accelerator.words].filter { !$0.isEmpty }
                    .joined(separator: ": ")),
            qemu: prepared.qemu.text,
            command: [guest.command.executable] + guest.command.arguments,
            memory: specification.memory,
            cpus: specification.cpus,
            memoryBacking: specification.memoryBacking,
            kernel: .init(
                release: prepared.kernel.release, version: prepared.kernel.packageVersion,
                digest: prepared.kernel.digest,
                packages: prepared.kernel.packages, notes: prepared.kernel.notes),
            commandLine: specification.commandLine.joined(separator: " "),
            image: "\(prepared.image.name) \(prepared.image.digest)",
            initSystem: plan.guest.initSystem.rawValue,
            shares: specification.shares.map { share in
                .init(
                    tag: share.tag, implementation: share.daemon.implementation.rawValue,
                    version: share.daemon.version, program: share.daemon.path.string,
                    cache: (try? share.daemon.word(for: share.cache)) ?? "", sandbox: share.daemon.sandbox)
            },
            host: .init(kernel: Self.hostKernel(), cpus: ProcessInfo.processInfo.activeProcessorCount),
            notes: notes)
        let builds = prepared.built.values.map { built in
            "\(built.files.compactMap(\.lastComponent?.string).joined(separator: ", ")): \(built.compiler)"
        }
        if case .libvirt(let host) = prepared.backend {
            record.libvirt = .init(version: host.version, uri: host.name)
        }
        record.start = running.start.record
        if !prepared.passthrough.isEmpty { record.passthrough = prepared.passthrough.map(\.record) }
        if !specification.pmem.isEmpty { record.pmem = specification.pmem.map(EnvironmentRecord.Pmem.init) }
        record.describe(plan.guest)
        if !builds.isEmpty { record.builds = builds.sorted() }
        if let mutated = prepared.mutated, let mutation = prepared.cell.mutation {
            record.mutation = .init(
                name: mutation.name, module: mutated.module, patch: mutated.patch, buildID: mutated.buildID,
                compiler: mutated.compiler)
        }
        return record
    }

    /// Adds what is only known at the end: how busy the host was, and what was lost.
    func finishEnvironment(_ cell: inout CellRecord) {
        cell.environment?.host.cpuPressure = load.pressure("cpu").map(Self.rounded)
        cell.environment?.host.ioPressure = load.pressure("io").map(Self.rounded)
        cell.environment?.host.memoryPressure = load.pressure("memory").map(Self.rounded)
        cell.environment?.host.steal = load.steal.map(Self.rounded)
        if recorder.log.dropped > 0 {
            let why = recorder.log.problem ?? "limit \(recorder.log.limit)"
            cell.environment?.notes.append("\(recorder.log.dropped) bytes of the console were not kept: \(why)")
        }
        for event in guest.events where !["RTC_CHANGE", "RESUME", "NIC_RX_FILTER_CHANGED"].contains(event.name) {
            cell.environment?.events.append("\(event.name) \(event.data)")
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func hostKernel() -> String {
        var names = utsname()
        uname(&names)
        return withUnsafeBytes(of: &names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
