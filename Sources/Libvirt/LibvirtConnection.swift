#if Libvirt
    import CLibvirt
    import Foundation
    import Synchronization

    /// An open connection to libvirt. Made by `withLibvirt`, closed when that returns.
    public final class LibvirtConnection: Sendable {
        /// libvirt's pointers may be used by any thread (libvirt-host.h).
        struct Pointer: @unchecked Sendable {
            let value: OpaquePointer
        }

        /// As it was asked for.
        public let uri: String
        let pointer: Pointer
        /// It leads to a daemon, which may be lost; there is none behind a driver in process.
        private let hasDaemon: Bool

        private struct State {
            var lifecycle: Int32 = -1
            var monitor: Int32 = -1
            var tellsItsEnd = false
        }
        private let state = Mutex(State())

        private init(uri: String, pointer: Pointer, hasDaemon: Bool) {
            self.uri = uri
            self.pointer = pointer
            self.hasDaemon = hasDaemon
        }

        /// - Throws: `LibvirtError`.
        static func open(_ uri: String) async throws -> LibvirtConnection {
            try EventLoop.start()
            let pointer = try await BlockingCall.make("virConnectOpen") { virConnectOpen(uri).map(Pointer.init) }
            // A daemon that stops answering is noticed after 6 × 5 s. Drivers in process have no such thing, and say so.
            let hasDaemon = virConnectSetKeepAlive(pointer.value, 5, 5) >= 0
            return LibvirtConnection(uri: uri, pointer: pointer, hasDaemon: hasDaemon)
        }

        func close() async {
            EventLoop.health.unwatch(self)
            let ids = state.withLock { $0 }
            _ = try? await BlockingCall.make("virConnectClose", limit: .seconds(20)) { [pointer] in
                if ids.lifecycle >= 0 { virConnectDomainEventDeregisterAny(pointer.value, ids.lifecycle) }
                if ids.monitor >= 0 { virConnectDomainQemuMonitorEventDeregister(pointer.value, ids.monitor) }
                if ids.tellsItsEnd { virConnectUnregisterCloseCallback(pointer.value, Self.onClose) }
                return virConnectClose(pointer.value)
            }
        }

        /// Tells of the events of one domain, which need not exist yet, and of the connection's end.
        ///
        /// - Parameters:
        ///   - uuid: the domain's, in lower case. A connection tells of one domain only.
        ///   - sink: called on libvirt's event thread.
        /// - Throws: `LibvirtError`.
        public func observe(_ uuid: String, _ sink: @Sendable @escaping (LibvirtEvent) -> Void) async throws {
            EventLoop.health.watch(self) { sink(.disconnected(reason: $0)) }
            let observer = EventObserver(uuid: uuid, sink: sink)
            let monitor = try await BlockingCall.make("virConnectDomainQemuMonitorEventRegister") { [pointer] in
                observer.register {
                    virConnectDomainQemuMonitorEventRegister(
                        pointer.value, nil, nil, EventObserver.onMonitor, $0, EventObserver.release, 0)
                }
            }
            state.withLock { $0.monitor = monitor }
            let lifecycle = try await BlockingCall.make("virConnectDomainEventRegisterAny") { [pointer] in
                observer.register {
                    vmharness_register_lifecycle(
                        pointer.value, EventObserver.onLifecycle, $0, EventObserver.release)
                }
            }
            state.withLock { $0.lifecycle = lifecycle }
            // Without a daemon libvirt would take the observer, never call it and never let go of it.
            guard hasDaemon else { return }
            _ = try await BlockingCall.make("virConnectRegisterCloseCallback") { [pointer] in
                observer.register {
                    virConnectRegisterCloseCallback(pointer.value, Self.onClose, $0, EventObserver.release)
                }
            }
            state.withLock { $0.tellsItsEnd = true }
        }

        private static let onClose: virConnectCloseFunc = { _, reason, opaque in
            EventObserver.closed(reason, opaque)
        }

        /// The driver behind it: `QEMU`, `TEST`, …
        ///
        /// - Throws: `LibvirtError`.
        public func driver() async throws -> String {
            try await BlockingCall.make("virConnectGetType") { [pointer] in
                virConnectGetType(pointer.value).map { String(cString: $0) }
            }
        }

        /// The name of the host that it leads to.
        ///
        /// - Throws: `LibvirtError`.
        public func hostName() async throws -> String {
            try await BlockingCall.make("virConnectGetHostname") { [pointer] in
                BlockingCall.text(virConnectGetHostname(pointer.value))
            }
        }

        /// libvirt's version there: `9.0.0`.
        ///
        /// - Throws: `LibvirtError`.
        public func version() async throws -> String {
            try await BlockingCall.make("virConnectGetLibVersion") { [pointer] in
                var number: UInt = 0
                guard virConnectGetLibVersion(pointer.value, &number) == 0 else { return nil }
                return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
            }
        }

        /// What the host can do, as XML (libvirt's formatcaps.html).
        ///
        /// - Throws: `LibvirtError`.
        public func capabilities() async throws -> String {
            try await BlockingCall.make("virConnectGetCapabilities") { [pointer] in
                BlockingCall.text(virConnectGetCapabilities(pointer.value))
            }
        }

        /// QEMU's command line for a domain's XML, as one shell line.
        ///
        /// - Throws: `LibvirtError`.
        public func commandLine(ofXML xml: String) async throws -> String {
            try await BlockingCall.make("virConnectDomainXMLToNative") { [pointer] in
                BlockingCall.text(virConnectDomainXMLToNative(pointer.value, "qemu-argv", xml, 0))
            }
        }

        /// Starts a transient domain, its CPUs stopped.
        ///
        /// - Parameters:
        ///   - xml: libvirt's formatdomain.html.
        ///   - endsWithConnection: libvirt ends it with the connection; drivers in process cannot.
        ///   - limit: how long QEMU may take.
        /// - Throws: `LibvirtError`.
        public func start(xml: String, endsWithConnection: Bool, limit: Duration) async throws -> LibvirtDomain {
            let flags =
                VIR_DOMAIN_START_PAUSED.rawValue | (endsWithConnection ? VIR_DOMAIN_START_AUTODESTROY.rawValue : 0)
            return try await BlockingCall.make("virDomainCreateXML", limit: limit) { [pointer] in
                virDomainCreateXML(pointer.value, xml, flags).map { LibvirtDomain(Pointer(value: $0)) }
            }
        }

        /// The domains that exist.
        ///
        /// - Throws: `LibvirtError`.
        public func domains() async throws -> [LibvirtDomain] {
            try await BlockingCall.make("virConnectListAllDomains") { [pointer] in
                var list: UnsafeMutablePointer<OpaquePointer?>?
                let count = virConnectListAllDomains(pointer.value, &list, 0)
                guard count >= 0 else { return nil }
                defer { free(list) }
                return (0..<Int(count)).compactMap { list?[$0].map { LibvirtDomain(Pointer(value: $0)) } }
            }
        }

        /// The domain of this id; nil if there is none.
        public func domain(uuid: String) async -> LibvirtDomain? {
            try? await BlockingCall.make("virDomainLookupByUUIDString") { [pointer] in
                virDomainLookupByUUIDString(pointer.value, uuid).map { LibvirtDomain(Pointer(value: $0)) }
            }
        }
    }

    /// Runs `body` with a connection and closes it afterwards, on every path.
    ///
    /// - Parameters:
    ///   - uri: libvirt's uri.html.
    ///   - body: gets the connection.
    /// - Throws: `LibvirtError` if it cannot be opened; what `body` throws.
    public func withLibvirt<Value: Sendable>(
        _ uri: String, _ body: @Sendable (LibvirtConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await LibvirtConnection.open(uri)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
#endif
