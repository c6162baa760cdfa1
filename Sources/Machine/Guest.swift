import Foundation
public import HostProcess
import Synchronization
public import SystemPackage

/// A running guest. Made by `withGuest`, gone when that returns.
public final class Guest: Sendable {
    /// What a guest cannot go on after.
    public enum Trouble: Sendable, Hashable, CustomStringConvertible {
        /// The kernel panicked and said so through pvpanic; the guest is paused.
        case panicked
        /// The guest shut itself down or reset, for this reason (QAPI `ShutdownCause`).
        case shutDown(reason: String)
        /// QEMU ended without being asked.
        case qemuEnded(Termination)
        /// QEMU ended without being asked, and libvirt, whose child it was, tells no more than this word.
        case domainEnded(reason: String)
        /// The connection to libvirt is gone, and with it whatever the guest does.
        case libvirtLost(reason: String)
        /// The virtiofsd of a share ended.
        case virtiofsdEnded(tag: String, Termination)
        /// The host has no room for what the guest wrote to the disk with this serial, and QEMU stopped the guest
        /// (`BLOCK_IO_ERROR`).
        case diskFull(serial: String)

        /// One clause about it.
        public var description: String {
            switch self {
            case .panicked: "the guest's kernel panicked"
            case .shutDown(let reason): "the guest went down by itself (\(reason))"
            case .qemuEnded(let termination): "QEMU ended with \(termination)"
            case .domainEnded(let reason): "QEMU ended (libvirt: \(reason))"
            case .libvirtLost(let reason): "the connection to libvirt was lost (\(reason))"
            case .virtiofsdEnded(let tag, let termination): "the virtiofsd of '\(tag)' ended with \(termination)"
            case .diskFull(let serial): "the host's disk is full under the guest's '\(serial)'"
            }
        }
    }

    /// The specification it was made from.
    public let specification: GuestSpecification
    /// Host directories of this guest's sockets, by our own choice private.
    public let directory: FilePath
    /// When QEMU was started.
    public let started = ContinuousClock.now

    private struct State {
        var monitor: (any Monitor)?
        var command = Command(QEMUCommand.program)
        var domain: String?
        var port = 0
        var pid = 0
        var disks: [String: String] = [:]
        var daemons: [String: Int] = [:]
        var memory: FilePath?
        var events: [QMPEvent] = []
        var trouble: [Trouble] = []
        var isEnding = false
        var resume: (@Sendable () async throws -> Void)?
    }
    private let state = Mutex(State())
    private let troubled = Signal()

    init(specification: GuestSpecification, directory: FilePath) {
        self.specification = specification
        self.directory = directory
    }

    /// QEMU's whole command line.
    public var command: Command { state.withLock { $0.command } }
    /// The guest as libvirt's domain XML; nil if QEMU is a child of ours.
    public var domainXML: String? { state.withLock { $0.domain } }
    /// The loopback port that leads to the guest's port 22.
    public var sshPort: Int { state.withLock { $0.port } }
    /// QEMU's process id; 0 if libvirt has it where we cannot see it.
    public var pid: Int { state.withLock { $0.pid } }
    /// The process id of each share's virtiofsd, by tag.
    public var daemons: [String: Int] { state.withLock { $0.daemons } }
    /// Bytes that the copy of its template's memory takes now, mapped or not; 0 if it has none.
    public var memoryCopy: Int {
        var status = stat()
        guard let path = state.withLock({ $0.memory }), stat(path.string, &status) == 0 else { return 0 }
        // POSIX leaves the unit open; in Linux it is always this (stat(2)).
        return Int(status.st_blocks) * 512
    }
    /// QEMU's events so far, at most the first 1000.
    public var events: [QMPEvent] { state.withLock { $0.events } }
    /// What went wrong with the guest so far, in order.
    public var trouble: [Trouble] { state.withLock { $0.trouble } }

    /// Waits until something has gone wrong with the guest, and a moment
    /// longer for what goes wrong with it: a dying virtiofsd and a dying QEMU
    /// are told apart by who was first.
    ///
    /// - Throws: `CancellationError`.
    public func waitForTrouble() async throws -> [Trouble] {
        try await troubled.wait()
        try await Task.sleep(for: .milliseconds(200))
        // A virtiofsd that ends in good order follows from something that is still to be told, which by libvirt takes
        // a moment longer on a busy host.
        for _ in 0..<30 where trouble.allSatisfy(\.isOrderly) { try await Task.sleep(for: .milliseconds(100)) }
        return trouble
    }

    /// Lets a guest from a template run; nothing happens to one that runs.
    ///
    /// - Throws: `Failure` if QEMU refuses or is gone.
    public func resume() async throws {
        let resume = state.withLock { state in
            defer { state.resume = nil }
            return state.resume
        }
        try await resume?()
    }

    /// - Parameter resume: what lets it run.
    func stands(until resume: @Sendable @escaping () async throws -> Void) {
        state.withLock { $0.resume = resume }
    }

    /// Executes a QMP command.
    ///
    /// - Throws: `Failure` if QEMU refuses, does not answer in time or is gone.
    @discardableResult
    public func execute(
        _ command: String, _ arguments: [String: JSONValue] = [:], timeout: Duration = .seconds(10)
    ) async throws -> JSONValue {
        guard let monitor = state.withLock({ $0.monitor }) else {
            throw Failure("QEMU does not run", on: "QMP \(command)", advice: "")
        }
        return try await monitor.execute(command, arguments, timeout: timeout)
    }

    /// Executes a command of QEMU's human monitor, for what QMP lacks.
    ///
    /// - Throws: as `execute`.
    public func monitor(_ line: String) async throws -> String {
        try await execute("human-monitor-command", ["command-line": .string(line)]).text ?? ""
    }

    func note(_ event: QMPEvent) {
        state.withLock { if $0.events.count < 1000 { $0.events.append(event) } }
        switch event.name {
        case "GUEST_PANICKED": note(.panicked)
        case "SHUTDOWN" where event.data["reason"]?.text != "host-qmp-quit":
            note(.shutDown(reason: event.data["reason"]?.text ?? "no reason given"))
        case "BLOCK_IO_ERROR" where event.data["nospace"] == .bool(true):
            note(.diskFull(serial: serial(in: event)))
        default: break
        }
    }

    func note(_ trouble: Trouble) {
        let first = state.withLock { state in
            // What ends while we end the guest is no trouble.
            if state.isEnding { return false }
            state.trouble.append(trouble)
            return true
        }
        if first { troubled.fire() }
    }

    /// The disk that an event is about: by the drive's id, which only raw QEMU's have, or its node's.
    private func serial(in event: QMPEvent) -> String {
        if let drive = event.data["device"]?.text, !drive.isEmpty { return QEMUCommand.serial(ofDrive: drive) }
        let node = event.data["node-name"]?.text ?? "?"
        return state.withLock { $0.disks[node] } ?? node
    }

    func started(pid: Int, command: Command, monitor: any Monitor, domainXML: String? = nil) {
        state.withLock {
            $0.pid = pid
            $0.command = command
            $0.monitor = monitor
            $0.domain = domainXML
        }
    }

    func reachable(port: Int) {
        state.withLock { $0.port = port }
    }

    /// - Parameter serials: those of the disks, by QEMU's names of their nodes.
    func named(disks serials: [String: String]) {
        state.withLock { $0.disks = serials }
    }

    /// - Parameter file: the copy of a template's memory that is the guest's; nil once it is gone.
    func remembers(in file: FilePath?) {
        state.withLock { $0.memory = file }
    }

    func started(daemon pid: Int, for tag: String) {
        state.withLock { $0.daemons[tag] = pid }
    }

    /// Nothing more can be asked: what carried commands to QEMU is let go.
    func ended() {
        state.withLock { $0.monitor = nil }
    }

    func beginEnding() {
        state.withLock { $0.isEnding = true }
    }
}
