import Foundation
import HostProcess
import NIOCore
import SystemPackage

/// Starts QEMU, waits until it answers, lets the guest run, and ends it.
func withQEMU<Value: Sendable>(
    _ guest: Guest, paths: QEMUCommand.Paths, log: BoundedFile,
    _ body: @Sendable @escaping (Guest) async throws -> Value
) async throws -> Value {
    let command = QEMUCommand(specification: guest.specification, paths: paths)
    return try await withWakeLine(guest, at: paths.wake) { wake in
        try await withQMP(guest, at: paths.qmp) { qmp in
            try await withProcess(guest, command, qmp, wake, log: log, body)
        }
    }
}

/// Serves QMP beside `body`, which starts once QEMU can connect to it.
private func withQMP<Value: Sendable>(
    _ guest: Guest, at path: FilePath, _ body: @Sendable @escaping (QMP) async throws -> Value
) async throws -> Value {
    let qmp = QMP()
    return try await withTasks {
        for await event in qmp.events { guest.note(event) }
    } body: {
        try await withConnection(at: path) { inbound, outbound in
            try await qmp.serve(inbound, outbound)
        } _: {
            try await body(qmp)
        }
    }
}

private func withProcess<Value: Sendable>(
    _ guest: Guest, _ command: QEMUCommand, _ qmp: QMP, _ wake: WakeLine, log: BoundedFile,
    _ body: @Sendable @escaping (Guest) async throws -> Value
) async throws -> Value {
    try await withChild(command.command, input: command.state, output: { log.write($0) }) { qemu in
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                guest.note(.qemuEnded(try await qemu.waitForEnd()))
                return nil
            }
            group.addTask {
                try await start(guest, command, qemu, qmp, wake, log: log)
                // Shielded: the guest is asked to quit on cancellation too, and
                // what that ends is no trouble.
                do {
                    let value = try await body(guest)
                    await quit(guest, qemu)
                    return value
                } catch {
                    guest.beginEnding()
                    throw error
                }
            }
            defer {
                guest.beginEnding()
                group.cancelAll()
            }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }
}

private func start(
    _ guest: Guest, _ command: QEMUCommand, _ qemu: Child, _ qmp: QMP, _ wake: WakeLine, log: BoundedFile
) async throws {
    let limit = guest.specification.startLimit
    let late = Failure(
        "QEMU did not answer on its QMP socket within \(limit)", on: qemu.command.executable,
        advice: "its words are in \(log.path)")
    do {
        try await withTimeout(limit, orThrow: late) { try await qmp.negotiate(limit: limit) }
        if command.isFromTemplate {
            try await withTimeout(limit, orThrow: late) { try await restore(command, by: qmp) }
        }
    } catch {
        try Task.checkCancellation()
        // A QEMU that refuses its arguments, or a state, closes the socket first and ends then: why, is in its words.
        let termination = try await withTimeout(.seconds(5)) { try await qemu.waitForEnd() }
        let words = (try? String(contentsOfFile: log.path.string, encoding: .utf8)) ?? ""
        let last = words.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
        if command.isFromTemplate {
            throw TemplateRefused(reason: ((error as? Failure)?.what ?? "\(error)") + last)
        }
        guard let termination else { throw error }
        let meaning = guest.specification.passthrough.isEmpty ? nil : PassthroughWords.advice(for: words)
        throw Failure(
            "QEMU did not start (\(termination))\(last)", on: qemu.command.executable,
            advice: (meaning.map { "\($0); " } ?? "") + "its words are in \(log.path)")
    }
    guest.started(pid: qemu.pid, command: qemu.command, monitor: qmp)
    guest.reachable(port: try forwardedPort(in: try await guest.monitor("info usernet")))
    guard case .template(_, let identity) = guest.specification.origin else {
        try await guest.execute("cont")
        return
    }
    guest.stands { [specification = guest.specification] in
        wake.say(
            identity.lines(
                time: Int(Date().timeIntervalSince1970.rounded()), plugged: specification.plugged))
        try await qmp.execute("cont")
    }
}

/// Gives QEMU the state that was saved, and plugs in what the guest has of its own.
private func restore(_ command: QEMUCommand, by qmp: QMP) async throws {
    try await qmp.execute("migrate-set-capabilities", ["capabilities": migrationCapabilities])
    // The state is its standard input.
    try await qmp.execute("migrate-incoming", ["uri": .string("fd:0")])
    while try await qmp.execute("query-status")["status"]?.text == "inmigrate" {
        try await Task.sleep(for: .milliseconds(2))
    }
    for line in command.plugging {
        let answer = try await qmp.execute("human-monitor-command", ["command-line": .string(line)])
        let words = (answer.text ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        guard words.isEmpty || words == "OK" else {
            throw Failure(
                "QEMU did not plug in a device: \(words)", on: line, advice: "`--start cold` boots the guest with it")
        }
    }
}

/// Memory that lies in files stays there: neither saved nor loaded.
let migrationCapabilities = JSONValue.array([
    .object(["capability": .string("x-ignore-shared"), "state": .bool(true)])
])

private func quit(_ guest: Guest, _ qemu: Child) async {
    guest.beginEnding()
    _ = try? await guest.execute("quit", timeout: .seconds(5))
    _ = try? await withTimeout(.seconds(5)) { try await qemu.waitForEnd() }
}
