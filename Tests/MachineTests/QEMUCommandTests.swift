import HostProcess
import SystemPackage
import Testing

@testable import Machine

@Suite struct QEMUCommandTests {
    @Test func paddedWithCommasInPaths() {
        let arguments = command(disk: "/tmp/a,b.img").arguments
        #expect(arguments.contains { $0.contains("file=/tmp/a,,b.img,format=raw,readonly=on") })
    }

    @Test func aDiskThatOutlivesTheGuestIsWrittenItself() throws {
        let disk = GuestSpecification.Disk(
            serial: "9-a", image: "/tmp/x,y", access: .writable, limits: ["iops-write": 150, "bps-read": 1])
        let arguments = command(disks: [disk]).arguments
        let drive = try #require(arguments.first { $0.contains("/tmp/x,,y") })
        #expect(
            drive == "if=none,id=disk-9-a,file=/tmp/x,,y,format=raw,cache=unsafe,discard=unmap,"
                + "throttling.bps-read=1,throttling.iops-write=150")
        #expect(arguments.contains("virtio-blk-pci,drive=disk-9-a,serial=9-a"))
    }

    @Test func sharesNeedSharedMemory() {
        #expect(command().arguments.contains { $0.hasPrefix("memory-backend-ram,") })
        let program = VirtiofsdProgram(path: "/x", implementation: .c, version: "", cacheModes: ["none"])
        let share = Share(tag: "t", directory: "/d", daemon: program, cache: .none)
        let arguments = command(shares: [share]).arguments
        #expect(arguments.contains { $0.hasPrefix("memory-backend-memfd,share=on,") })
        #expect(arguments.contains("vhost-user-fs-pci,chardev=fs0,tag=t,queue-size=1024"))
    }

    @Test(arguments: [
        ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)", false),
        ("QEMU emulator version 8.0.5", false), ("QEMU emulator version 8.1.0", true),
        ("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)", true), ("something else", false),
    ])
    func threadsOnlyWhereTheyAreSafe(text: String, safe: Bool) {
        #expect(QEMUVersion(text: text).hasSafeThreads == safe)
    }

    @Test func listensOnLoopbackOnly() {
        let forwards = command().arguments.filter { $0.contains("hostfwd") }
        #expect(forwards == ["user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22"])
    }

    @Test(arguments: [
        (VirtiofsdProgram.Implementation.c, VirtiofsdProgram.Cache.none, "none"), (.rust, .none, "never"),
        (.rust, .metadata, "metadata"), (.c, .always, "always"),
    ])
    func cacheWords(
        implementation: VirtiofsdProgram.Implementation, cache: VirtiofsdProgram.Cache, word: String
    ) throws {
        #expect(try daemon(implementation).word(for: cache) == word)
    }

    @Test func refusesACacheModeThatTheDaemonLacks() {
        #expect(throws: (any Error).self) { try daemon(.c).word(for: .metadata) }
    }

    @Test func aShareIsProtectedByTheDaemonOrNotAtAll() throws {
        func share(_ program: VirtiofsdProgram) -> Share {
            Share(tag: "t", directory: "/d", daemon: program, cache: .auto, readOnly: true)
        }
        let able = VirtiofsdProgram(
            path: "/x", implementation: .rust, version: "", cacheModes: ["auto"], servesReadOnly: true)
        #expect(try able.command(serving: share(able), on: "/s").arguments.contains("--readonly"))
        let unable = daemon(.c)
        #expect(throws: (any Error).self) { try unable.command(serving: share(unable), on: "/s") }
    }

    private func daemon(_ implementation: VirtiofsdProgram.Implementation) -> VirtiofsdProgram {
        VirtiofsdProgram(
            path: "/x", implementation: implementation, version: "",
            cacheModes: implementation == .c ? ["none", "auto", "always"] : ["never", "auto", "always", "metadata"])
    }

    private func command(
        disk: FilePath = "/tmp/a.img", disks: [GuestSpecification.Disk]? = nil, shares: [Share] = []
    ) -> QEMUCommand {
        QEMUCommand(
            specification: GuestSpecification(
                memory: 1 << 30, cpus: 2, accelerator: .tcg, kernel: "/k", initrd: "/i", commandLine: ["a", "b"],
                disks: disks ?? [.init(serial: "root", image: disk, access: .readOnly)], shares: shares),
            paths: .init(
                qmp: "/s/qmp", console: "/s/con", layers: [:],
                shares: shares.reduce(into: [:]) { $0[$1.tag] = "/s/fs" }))
    }
}
