#if Libvirt
    import Foundation
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

        /// What libvirt has found out about a QEMU says nothing of the next one under that name.
        @Test func anotherQEMUHasCapabilitiesOfItsOwn() async throws {
            try await withScratchDirectory { scratch in
                let qemu = scratch.appending("qemu")
                func capabilities(_ scope: String) throws -> String {
                    let root = try LibvirtHost.makeRoot(in: scratch.appending(scope), cache: scratch, qemu: qemu)
                    return try FileManager.default.destinationOfSymbolicLink(
                        atPath: root.appending("cache/qemu/capabilities").string)
                }
                try Data("old".utf8).write(to: URL(filePath: qemu.string))
                let old = try capabilities("a")
                #expect(try capabilities("b") == old)
                try Data("new one".utf8).write(to: URL(filePath: qemu.string))
                #expect(try capabilities("c") != old)
            }
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
