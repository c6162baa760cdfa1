import Foundation
import HostProcess
import Libvirt
import SystemPackage

#if Libvirt
    /// Starts a guest by libvirt, lets it run, and ends it.
    ///
    /// The connection is the guest's own, so a daemon that dies takes no more guests along than it had.
    func withDomain<Value: Sendable>(
        _ guest: Guest, on host: LibvirtHost, paths: QEMUCommand.Paths, log: BoundedFile,
        _ body: @Sendable @escaping (Guest) async throws -> Value
    ) async throws -> Value {
        let identity = try await DomainXML.Identity(guest.specification, on: host)
        let xml = DomainXML(specification: guest.specification, paths: paths, identity: identity).text
        do {
            return try await withLibvirt(host.uri) { connection in
                await sweep(connection, host)
                let run = DomainRun(guest: guest, host: host, connection: connection, identity: identity, xml: xml)
                return try await run.with(log: log, body)
            }
        } catch let error as LibvirtError {
            throw Failure(error, asking: "to run the guest", on: host.name)
        }
    }

    /// Ends the guests of vmharness whose run is over: QEMU outlives a daemon that was killed, and the next one finds
    /// it again. What carries our mark has been ended already, if we may see it.
    private func sweep(_ connection: LibvirtConnection, _ host: LibvirtHost) async {
        guard host.root == nil else { return }
        for domain in (try? await connection.domains()) ?? [] {
            let mark = await domain.metadata(namespace: DomainXML.namespace) ?? ""
            if DomainXML.isAbandoned(mark) { try? await domain.destroy() }
        }
    }

    /// A domain from its start to its end.
    private struct DomainRun: Sendable {
        let guest: Guest
        let host: LibvirtHost
        let connection: LibvirtConnection
        let identity: DomainXML.Identity
        let xml: String

        func with<Value: Sendable>(
            log: BoundedFile, _ body: @Sendable @escaping (Guest) async throws -> Value
        ) async throws -> Value {
            let end = DomainEnd(guest: guest, log: log)
            try await connection.observe(identity.uuid) { end.receive($0) }
            do {
                try await start(end, log)
                let value = try await body(guest)
                await finish(end)
                return value
            } catch {
                await finish(end)
                throw error
            }
        }

        private func start(_ end: DomainEnd, _ log: BoundedFile) async throws {
            let domain: LibvirtDomain
            do {
                // libvirt may have to find out first what QEMU can do.
                domain = try await connection.start(
                    xml: xml, endsWithConnection: host.endsGuestsWithConnection,
                    limit: max(.seconds(180), guest.specification.startLimit))
            } catch let error as LibvirtError {
                LibvirtWords(host, name: identity.name, pid: 0, log: log).finish()
                throw Failure(error, asking: "to start the guest '\(identity.name)'", on: host.name)
            }
            try Task.checkCancellation()
            let (pid, words) = process ?? (0, [])
            end.watch(LibvirtWords(host, name: identity.name, pid: pid, log: log))
            guest.started(
                pid: pid, command: Command(words.first ?? identity.emulator, Array(words.dropFirst())),
                monitor: LibvirtMonitor(domain: domain), domainXML: (try? await domain.xml()) ?? xml)
            guest.reachable(port: try forwardedPort(in: try await guest.monitor("info usernet")))
            guest.named(disks: serials(in: try await guest.execute("query-block")))
            do {
                try await domain.resume()
            } catch let error as LibvirtError {
                throw Failure(error, asking: "to let the guest '\(identity.name)' run", on: host.name)
            }
        }

        /// QEMU's process, known by the domain's id among its arguments.
        private var process: (Int, [String])? {
            ProcessTable.commands(withArgument: identity.uuid).first.map { ($0.key, $0.value) }
        }

        /// `[{"qdev": "/machine/peripheral/ua-disk-root/virtio-backend", "inserted": {"node-name": …}}]`
        private func serials(in answer: JSONValue) -> [String: String] {
            (answer.list ?? []).reduce(into: [:]) { serials, drive in
                guard let node = drive["inserted"]?["node-name"]?.text, let device = drive["qdev"]?.text else { return }
                serials[node] = DomainXML.serial(ofDevice: device)
            }
        }

        /// Ends the domain, whatever has happened to libvirt or to us. Not to be cancelled.
        private func finish(_ end: DomainEnd) async {
            guest.beginEnding()
            if let domain = await connection.domain(uuid: identity.uuid) { try? await domain.destroy() }
            // A libvirt that is gone has left QEMU behind.
            if let (pid, _) = process { await endWithoutConnection(pid) }
            end.finish()
            // A domain that somebody still has keeps its connection open.
            guest.ended()
        }

        private func endWithoutConnection(_ pid: Int) async {
            ProcessTable.signal(pid, SIGKILL)
            for _ in 0..<200 {
                guard ProcessTable.isRunning(pid) else { return }
                await pause(.milliseconds(20))
            }
            // It is another user's: libvirt must do it, once it is there again.
            try? await withLibvirt(host.uri) { connection in
                if let domain = await connection.domain(uuid: identity.uuid) { try await domain.destroy() }
            }
        }

        /// Sleeps, also in a task that was cancelled.
        private func pause(_ time: Duration) async {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().asyncAfter(deadline: .now() + time / .seconds(1)) { continuation.resume() }
            }
        }
    }
#else
    func withDomain<Value: Sendable>(
        _ guest: Guest, on host: LibvirtHost, paths: QEMUCommand.Paths, log: BoundedFile,
        _ body: @Sendable @escaping (Guest) async throws -> Value
    ) async throws -> Value {
        throw Failure("this vmharness was built without libvirt", on: host.name, advice: "", blame: .request)
    }
#endif
