#if Libvirt
    import CLibvirt

    /// A domain of libvirt.
    public final class LibvirtDomain: Sendable {
        private let pointer: LibvirtConnection.Pointer

        init(_ pointer: LibvirtConnection.Pointer) {
            self.pointer = pointer
        }

        deinit {
            virDomainFree(pointer.value)
        }

        /// Its id, in lower case.
        public var uuid: String { Self.uuid(of: pointer.value) ?? "" }

        static func uuid(of pointer: OpaquePointer) -> String? {
            // VIR_UUID_STRING_BUFLEN
            var buffer = [CChar](repeating: 0, count: 37)
            guard virDomainGetUUIDString(pointer, &buffer) == 0 else { return nil }
            return buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        }

        /// Starts its CPUs.
        ///
        /// - Throws: `LibvirtError`.
        public func resume() async throws {
            _ = try await BlockingCall.make("virDomainResume") { [self] in
                virDomainResume(pointer.value) < 0 ? nil : true
            }
        }

        /// Ends it at once; cancellation does not keep it from that.
        ///
        /// - Throws: `LibvirtError`, also if it is gone already.
        public func destroy() async throws {
            _ = try await BlockingCall.make("virDomainDestroy", limit: .seconds(20)) { [self] in
                virDomainDestroy(pointer.value) < 0 ? nil : true
            }
        }

        /// QEMU's answer to a QMP command, a JSON document each.
        ///
        /// - Throws: `LibvirtError`; `CancellationError`.
        public func monitorCommand(_ command: String, timeout: Duration) async throws -> String {
            try await BlockingCall.make("virDomainQemuMonitorCommand", limit: timeout, isCancellable: true) { [self] in
                var answer: UnsafeMutablePointer<CChar>?
                guard virDomainQemuMonitorCommand(pointer.value, command, &answer, 0) == 0 else { return nil }
                return BlockingCall.text(answer)
            }
        }

        /// Its XML as libvirt has completed it.
        ///
        /// - Throws: `LibvirtError`.
        public func xml() async throws -> String {
            try await BlockingCall.make("virDomainGetXMLDesc") { [self] in
                BlockingCall.text(virDomainGetXMLDesc(pointer.value, 0))
            }
        }

        /// The element of its metadata in a namespace; nil if it has none.
        public func metadata(namespace: String) async -> String? {
            try? await BlockingCall.make("virDomainGetMetadata") { [self] in
                BlockingCall.text(
                    virDomainGetMetadata(pointer.value, Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue), namespace, 0))
            }
        }
    }
#endif
