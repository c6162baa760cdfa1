#if Libvirt
    import CLibvirt

    /// Who is told of a domain's events. The functions below are called by C on
    /// libvirt's event thread: they belong to no actor, or Swift would trap there.
    final class EventObserver: Sendable {
        private let uuid: String
        private let sink: @Sendable (LibvirtEvent) -> Void

        init(uuid: String, sink: @Sendable @escaping (LibvirtEvent) -> Void) {
            self.uuid = uuid
            self.sink = sink
        }

        /// Hands a reference to C, which keeps it until it calls `release` for it.
        ///
        /// - Parameter call: gets the reference; a negative answer means that C did not keep it.
        /// - Returns: the answer; nil if it is negative.
        func register(_ call: (UnsafeMutableRawPointer) -> Int32) -> Int32? {
            let reference = Unmanaged.passRetained(self)
            let answer = call(reference.toOpaque())
            guard answer < 0 else { return answer }
            reference.release()
            return nil
        }

        static let release: virFreeCallback = { opaque in
            if let opaque { Unmanaged<EventObserver>.fromOpaque(opaque).release() }
        }

        static let onMonitor: virConnectDomainQemuMonitorEventCallback = {
            _, domain, name, seconds, microseconds, details, opaque in
            guard let observer = EventObserver.of(opaque, watching: domain), let name else { return }
            observer.sink(
                .monitor(
                    name: String(cString: name), time: Double(seconds) + Double(microseconds) / 1e6,
                    data: details.map { String(cString: $0) }))
        }

        static let onLifecycle: virConnectDomainEventCallback = { _, domain, event, detail, opaque in
            if let observer = EventObserver.of(opaque, watching: domain),
                event == Int32(VIR_DOMAIN_EVENT_STOPPED.rawValue)
            {
                let reasons = ["shut down", "destroyed", "crashed", "migrated", "saved", "failed"]
                let number = Int(detail)
                observer.sink(.stopped(reason: reasons.indices.contains(number) ? reasons[number] : "\(number)"))
            }
            return 0
        }

        static func closed(_ reason: Int32, _ opaque: UnsafeMutableRawPointer?) {
            // `virConnectCloseReason`.
            let reasons = ["error", "end of file", "no answer to a keepalive", "closed by us"]
            let number = Int(reason)
            guard let opaque, number != 3 else { return }
            Unmanaged<EventObserver>.fromOpaque(opaque).takeUnretainedValue()
                .sink(.disconnected(reason: reasons.indices.contains(number) ? reasons[number] : "\(number)"))
        }

        private static func of(_ opaque: UnsafeMutableRawPointer?, watching domain: OpaquePointer?) -> EventObserver? {
            guard let opaque, let domain else { return nil }
            let observer = Unmanaged<EventObserver>.fromOpaque(opaque).takeUnretainedValue()
            return LibvirtDomain.uuid(of: domain) == observer.uuid ? observer : nil
        }
    }
#endif
