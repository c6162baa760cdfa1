#if Libvirt
    import Foundation
    import HostProcess
    import Libvirt
    import SystemPackage
    import TestSupport
    import Testing

    @testable import Machine

    enum LibvirtDriver {
        /// libvirt's driver for QEMU is there, and the user that it wants as root.
        static var isInstalled: Bool {
            let places = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"]
            return places.contains { access("\($0)/libvirt/connection-driver/libvirt_driver_qemu.so", R_OK) == 0 }
                && (getuid() != 0 || getpwnam("libvirt-qemu") != nil)
        }
    }

    /// The contract that `WithGuestTests` has for raw QEMU, on libvirt's driver within this process. It can be opened
    /// with one directory in a process's life, so it has a scope of its own that lasts.
    @Suite(.serialized, .enabled(if: LibvirtDriver.isInstalled, "apt-get install libvirt-daemon-driver-qemu"))
    struct LibvirtGuestTests {
        @Test func runsAndEndsGuests() async throws {
            try await HostScope.with { scope in
                LibvirtLog.silence()
                let host = try await Self.host()
                try await bootsAndAnswersQMP(host)
                try await nothingOfAGuestStaysBehind(host, scope)
                try await endsQEMUWhenTheBodyThrows(host)
                try await tellsThatQEMUDied(host)
                try await tellsThatVirtiofsdDied(host)
                try await nothingOfTheConsoleIsLost(host)
                try await refusesWhatQEMUCannotStart(host)
                try await everyLimitIsQEMUs(host)
                try await cancellationEndsQEMU(host)
                #expect(ProcessTable.commands(withArgument: "-uuid").isEmpty || !hasProcesses(of: scope))
            }
        }

        private static func host() async throws -> LibvirtHost {
            let cache = FilePath(homeDirectory()).appending(".cache/vmharness")
            guard case .libvirt(let host) = try await Backend.prepare(.libvirt, uri: nil, cache: cache) else {
                throw Failure("no libvirt", on: "", advice: "")
            }
            return host
        }

        private func hasProcesses(of scope: HostScope) -> Bool {
            scope.mark.contains { !ProcessTable.pids(withVariable: $0.key, value: $0.value).isEmpty }
        }

        private func bootsAndAnswersQMP(_ host: LibvirtHost) async throws {
            try await SmallestGuest.with { specification, logs in
                let (status, pid) = try await withGuest(
                    specification, backend: .libvirt(host), logs: logs, console: { _ in }
                ) { guest in
                    #expect(guest.sshPort > 0)
                    #expect(ProcessTable.isRunning(guest.pid))
                    #expect(guest.domainXML?.contains(DomainXML.namespace) == true)
                    #expect(guest.command.arguments.contains("-uuid"))
                    let mark = try #require(HostScope.current?.mark.first)
                    #expect(ProcessTable.pids(withVariable: mark.key, value: mark.value).contains(guest.pid))
                    await #expect(throws: Failure.self) { try await guest.execute("no-such-command") }
                    return (try await guest.execute("query-status")["status"]?.text, guest.pid)
                }
                #expect(status == "running")
                #expect(!ProcessTable.isRunning(pid))
                let words = try String(contentsOfFile: logs.qemu.path.string, encoding: .utf8)
                #expect(words.contains("starting up libvirt version"))
            }
        }

        /// A run may have a thousand guests.
        private func nothingOfAGuestStaysBehind(_ host: LibvirtHost, _ scope: HostScope) async throws {
            // Other tests open files in this process, too.
            func descriptors() -> [String] {
                ProcessTable.entries("/proc/self/fd").compactMap(Int.init)
                    .compactMap { ProcessTable.path(ofDescriptor: $0, of: Int(getpid())) }
                    .filter { $0.hasPrefix(scope.directory.string) }.sorted()
            }
            let before = descriptors()
            for _ in 0..<2 {
                let last = Locked<Weak?>(nil)
                try await SmallestGuest.with { specification, logs in
                    try await withGuest(specification, backend: .libvirt(host), logs: logs, console: { _ in }) {
                        guest in last.set(Weak(guest))
                    }
                }
                #expect(descriptors() == before)
                // libvirt may let go of who it told of events a moment later.
                for _ in 0..<100 where last.get()?.guest != nil { try await Task.sleep(for: .milliseconds(20)) }
                #expect(last.get() != nil && last.get()?.guest == nil)
            }
        }

        private final class Weak: @unchecked Sendable {
            weak var guest: Guest?
            init(_ guest: Guest) { self.guest = guest }
        }

        private func endsQEMUWhenTheBodyThrows(_ host: LibvirtHost) async throws {
            struct Stop: Error {}
            let pid = Locked(0)
            try await SmallestGuest.with { specification, logs in
                await #expect(throws: Stop.self) {
                    try await withGuest(specification, backend: .libvirt(host), logs: logs, console: { _ in }) {
                        guest in
                        pid.set(guest.pid)
                        throw Stop()
                    }
                }
            }
            #expect(pid.get() > 0)
            #expect(!ProcessTable.isRunning(pid.get()))
        }

        private func cancellationEndsQEMU(_ host: LibvirtHost) async throws {
            let pid = Locked(0)
            try await SmallestGuest.with { specification, logs in
                _ = try await withTimeout(.seconds(3)) {
                    try await withGuest(specification, backend: .libvirt(host), logs: logs, console: { _ in }) {
                        guest in
                        pid.set(guest.pid)
                        try await Task.sleep(for: .seconds(60))
                    }
                }
            }
            #expect(pid.get() > 0)
            #expect(!ProcessTable.isRunning(pid.get()))
        }

        private func tellsThatQEMUDied(_ host: LibvirtHost) async throws {
            try await SmallestGuest.with { specification, logs in
                let trouble = try await withGuest(
                    specification, backend: .libvirt(host), logs: logs, console: { _ in }
                ) { guest in
                    ProcessTable.signal(guest.pid, SIGKILL)
                    return try await guest.waitForTrouble()
                }
                #expect(trouble == [.domainEnded(reason: "failed")])
            }
        }

        private func tellsThatVirtiofsdDied(_ host: LibvirtHost) async throws {
            guard let daemon = await VirtiofsdProgram.installed().programs.first else { return }
            try await withScratchDirectory { share in
                try await SmallestGuest.with { specification, logs in
                    var specification = specification
                    specification.shares = [Share(tag: "data", directory: share, daemon: daemon, cache: .auto)]
                    let trouble = try await withGuest(
                        specification, backend: .libvirt(host), logs: logs, console: { _ in }
                    ) { guest in
                        let daemon = try #require(guest.daemons["data"])
                        for pid in ProcessTable.children(of: daemon) + [daemon] { ProcessTable.signal(pid, SIGKILL) }
                        return try await guest.waitForTrouble()
                    }
                    guard case .virtiofsdEnded("data", _)? = trouble.cause else {
                        Issue.record("not told: \(trouble)")
                        return
                    }
                }
            }
        }

        private func nothingOfTheConsoleIsLost(_ host: LibvirtHost) async throws {
            let text = Locked("")
            try await SmallestGuest.with { specification, logs in
                try await withGuest(
                    specification, backend: .libvirt(host), logs: logs,
                    console: { bytes in text.set(text.get() + String(decoding: bytes, as: UTF8.self)) }
                ) { _ in
                    for _ in 0..<400 where text.get().isEmpty { try await Task.sleep(for: .milliseconds(50)) }
                }
            }
            #expect(text.get() == "K")
        }

        private func refusesWhatQEMUCannotStart(_ host: LibvirtHost) async throws {
            try await SmallestGuest.with { specification, logs in
                var specification = specification
                specification.disks = [.init(serial: "root", image: "/no/such/image", access: .readOnly)]
                let failure = await #expect(throws: Failure.self) {
                    try await withGuest(specification, backend: .libvirt(host), logs: logs, console: { _ in }) { _ in }
                }
                #expect(failure?.what.contains("to start the guest 'vmh-") == true, "\(failure as Any)")
                #expect(failure?.what.contains("/no/such/image") == true)
            }
        }

        private func everyLimitIsQEMUs(_ host: LibvirtHost) async throws {
            try await SmallestGuest.with { specification, logs in
                try await withScratchDirectory { directory in
                    let disk = directory.appending("disk")
                    try Data(count: 1 << 20).write(to: URL(filePath: disk.string))
                    var specification = specification
                    specification.disks = [
                        .init(
                            serial: "data", image: disk, access: .writable,
                            limits: ["iops-write": 150, "bps-read": 1 << 20])
                    ]
                    let known = try await withGuest(
                        specification, backend: .libvirt(host), logs: logs, console: { _ in }
                    ) { guest in try await guest.execute("query-block") }
                    let inserted = try #require(known.list?.first?["inserted"])
                    #expect(inserted["iops_wr"]?.number == 150 && inserted["bps_rd"]?.number == 1 << 20)
                }
            }
        }
    }
#endif
