#if Libvirt
    import HostProcess
    import Libvirt
    import SystemPackage
    import TestSupport
    import Testing

    @testable import Machine

    /// What is refused before any guest is started.
    @Suite struct LibvirtHostTests {
        @Test(arguments: [
            ("test:///default", "runs no QEMU", "qemu:///system"),
            ("qemu+unix:///system?socket=/no/such/socket", "Failed to connect socket", "leave out --connect"),
        ])
        func refuses(uri: String, what: String, advice: String) async {
            let failure = await #expect(throws: Failure.self) {
                try await Backend.prepare(.libvirt, uri: uri, cache: "/tmp")
            }
            #expect(failure?.what.contains(what) == true, "\(failure as Any)")
            #expect(failure?.advice.contains(advice) == true, "\(failure as Any)")
            #expect(failure?.subject == uri)
        }

        /// libvirt lets go of what it has taken only.
        @Test func whoIsNotToldOfEventsIsLetGo() async throws {
            final class Token: Sendable {
                let isGone: Locked<Bool>
                init(_ isGone: Locked<Bool>) { self.isGone = isGone }
                deinit { isGone.set(true) }
            }
            let isGone = Locked(false)
            try await withLibvirt("test:///default") { connection in
                let own = Token(isGone)
                // That driver has no QEMU.
                await #expect(throws: LibvirtError.self) {
                    try await connection.observe("a1b2c3d4-0000-4000-8000-000000000001") { _ in _ = own }
                }
            }
            #expect(isGone.get())
        }
    }
#endif
