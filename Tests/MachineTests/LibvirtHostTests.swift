#if Libvirt
    import HostProcess
    import SystemPackage
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
    }
#endif
