import Foundation
import HostProcess
import Machine
import RemoteShell
import RunRecord
import Steps
import SystemPackage

/// Gathers evidence from a guest that neither ends nor speaks, before it is
/// ended. Each rung is bounded in time, and one that breaks does not keep the
/// next from being tried.
struct HangLadder: Sendable {
    let guest: Guest
    let shell: RemoteShell?
    let console: ConsoleRecorder
    /// The guest's; the files go to `ladder/` in it.
    let directory: EvidenceDirectory
    let dumpsMemory: Bool

    /// What the rungs found.
    struct Evidence: Sendable {
        /// The tasks of the stuck step, the most telling first.
        var tasks: [BlockedTask] = []
        /// Where the stack was read: the file, relative to the cell's directory.
        var stackFile: String?
        /// True if the guest answered by SSH.
        var shellAnswers = false
        /// True if its kernel answered on the console.
        var consoleAnswers = false
        /// The share of its time in which the busiest starved vCPU waited for a host CPU, 0…1.
        var starvation = 0.0
        /// Each share's virtiofsd, by tag.
        var daemons: [String: DaemonState] = [:]
        /// Files written, relative to the cell's directory.
        var files: [String] = []
    }

    /// Climbs all rungs.
    ///
    /// - Throws: `CancellationError`.
    func climb() async throws -> Evidence {
        var evidence = Evidence()
        try? FileManager.default.createDirectory(
            atPath: directory.path("ladder").string, withIntermediateDirectories: true)
        try await processRung(&evidence)
        try Task.checkCancellation()
        try await sysrqRung(&evidence)
        try Task.checkCancellation()
        try await qmpRung(&evidence)
        try await hostRung(&evidence)
        return evidence
    }

    /// Rungs for a guest that is paused or gone: what can still be read from outside.
    ///
    /// - Throws: `CancellationError`.
    func climbFromOutside() async throws -> Evidence {
        var evidence = Evidence()
        try? FileManager.default.createDirectory(
            atPath: directory.path("ladder").string, withIntermediateDirectories: true)
        try await qmpRung(&evidence)
        return evidence
    }

    /// Rung 1: the process and its descendants, by the open SSH session.
    private func processRung(_ evidence: inout Evidence) async throws {
        guard let shell else { return }
        let script = """
            show() {
                read -r comm <"/proc/$1/comm" || return
                state=$(sed -n 's/^State:[[:space:]]*\\([A-Z]\\).*/\\1/p' "/proc/$1/status")
                echo "@task $1 $state $comm"
                cat "/proc/$1/stack"
                echo "wchan: $(cat "/proc/$1/wchan")"
                echo "syscall: $(cat "/proc/$1/syscall")"
                for child in $(cat "/proc/$1/task/$1/children"); do show "$child"; done
            }
            show "$(cat \(stepProcessFile))"
            echo "== ps"
            ps -eo pid,ppid,stat,wchan:32,comm
            """
        guard let result = try await attempt({ try await shell.run(script, timeout: .seconds(20)) }) else { return }
        evidence.shellAnswers = true
        let own = result.text.range(of: "== ps").map { String(result.text[..<$0.lowerBound]) } ?? result.text
        evidence.tasks = BlockedTask.tellingFirst(BlockedTask.parse(own))
        if write(result.text + result.errorText, to: "ladder/1-process.txt", &evidence), !evidence.tasks.isEmpty {
            evidence.stackFile = directory.name("ladder/1-process.txt")
        }
    }

    /// Rung 2: the kernel's own dumps on the console, asked for from within or
    /// by the keyboard.
    private func sysrqRung(_ evidence: inout Evidence) async throws {
        let begin = console.count
        for key in ["w", "l", "t"] {
            var asked = false
            let before = console.count
            if evidence.shellAnswers, let shell {
                let script = "echo 1 >/proc/sys/kernel/sysrq; echo \(key) >/proc/sysrq-trigger"
                asked = try await attempt { try await shell.run(script, timeout: .seconds(15)) }?.status == 0
                if !asked { evidence.shellAnswers = false }
            }
            if !asked { _ = try await attempt { try await press(["alt", "sysrq", key]) } }
            try await console.waitForAnswer(beyond: before, .seconds(1), limit: .seconds(20))
            evidence.consoleAnswers = evidence.consoleAnswers || console.count > before
        }
        // The live process says more than the dump: the dump counts where it is all there is.
        guard evidence.tasks.allSatisfy({ $0.stack.isEmpty }), let pid = console.stepProcess else { return }
        let dumped = BlockedTask.parseConsole(tail(of: console.log.path, from: begin))
        let ours = BlockedTask.tellingFirst(BlockedTask.family(of: pid, in: dumped).filter { !$0.stack.isEmpty })
        if !ours.isEmpty {
            evidence.tasks = ours
            evidence.stackFile = console.file
        }
    }

    /// Rung 3: QEMU's view: status, registers, block devices, virtio queues.
    private func qmpRung(_ evidence: inout Evidence) async throws {
        var text = ""
        for (title, command) in [("status", "query-status"), ("block", "query-block")] {
            let answer = try await attempt { try await guest.execute(command, timeout: .seconds(5)) }
            text += "== \(title)\n\(answer.map(Self.pretty) ?? "no answer")\n"
        }
        // Not asked: x-query-virtio-queue-status. For a vhost-user device QEMU
        // passes it on as GET_VRING_BASE, which stops the ring, and waits for
        // the answer of a daemon that may be the one that stands still.
        let registers = try await attempt { try await guest.monitor("info registers -a") }
        text += "== registers\n\(registers ?? "no answer")\n"
        _ = write(text, to: "ladder/3-qemu.txt", &evidence)
        if dumpsMemory {
            let path = directory.path("ladder/memory.kdump")
            let arguments: [String: JSONValue] = [
                "paging": .bool(false), "protocol": .string("file:\(path)"), "format": .string("kdump-zlib"),
            ]
            let dumped = try await attempt {
                try await guest.execute("dump-guest-memory", arguments, timeout: .seconds(120))
            }
            if dumped != nil { evidence.files.append(directory.name("ladder/memory.kdump")) }
        }
    }

    /// Rung 4: the threads of QEMU and virtiofsd, and how long they waited for a CPU.
    private func hostRung(_ evidence: inout Evidence) async throws {
        let daemons = guest.daemons.sorted { $0.key < $1.key }
        let pids = [guest.pid] + daemons.map(\.value)
        let before = HostThread.all(of: pids)
        try await Task.sleep(for: .seconds(1))
        var text = "== qemu (pid \(guest.pid))\n"
        for thread in HostThread.all(of: [guest.pid]) {
            let waited = thread.waited(since: before)
            if thread.runsGuest { evidence.starvation = max(evidence.starvation, waited) }
            text += thread.description(waited: waited)
        }
        for (tag, pid) in daemons {
            let threads = HostThread.all(of: [pid])
            let state = DaemonState(pid: pid, threads: threads, before: before)
            evidence.daemons[tag] = state
            text += "== virtiofsd of '\(tag)' (pid \(pid) and its children): \(state)\n"
            for thread in threads { text += thread.description(waited: thread.waited(since: before)) }
        }
        for resource in ["cpu", "io", "memory"] {
            let pressure = ProcessTable.read("/proc/pressure/\(resource)").map { String(decoding: $0, as: UTF8.self) }
            text += "== pressure \(resource)\n\(pressure ?? "not told by this kernel\n")"
        }
        _ = write(text, to: "ladder/4-host.txt", &evidence)
    }

    private func press(_ keys: [String]) async throws {
        let list = keys.map { JSONValue.object(["type": .string("qcode"), "data": .string($0)]) }
        try await guest.execute("send-key", ["keys": .array(list)], timeout: .seconds(5))
    }

    /// A rung's action; nil if it broke. Cancellation goes through.
    private func attempt<Value: Sendable>(_ action: () async throws -> Value) async throws -> Value? {
        do {
            return try await action()
        } catch {
            try Task.checkCancellation()
            return nil
        }
    }

    private func write(_ text: String, to file: String, _ evidence: inout Evidence) -> Bool {
        let path = directory.path(file)
        guard (try? text.write(toFile: path.string, atomically: false, encoding: .utf8)) != nil else { return false }
        evidence.files.append(directory.name(file))
        return true
    }

    /// The end of a file from an offset, at most 4 MiB of it.
    private func tail(of path: FilePath, from offset: Int) -> String {
        guard let file = FileHandle(forReadingAtPath: path.string) else { return "" }
        defer { try? file.close() }
        try? file.seek(toOffset: UInt64(offset))
        return String(decoding: (try? file.read(upToCount: 4 << 20)) ?? Data(), as: UTF8.self)
    }

    private static func pretty(_ value: JSONValue) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
