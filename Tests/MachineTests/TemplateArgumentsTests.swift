import SystemPackage
import Testing

@testable import Machine

@Suite struct TemplateArgumentsTests {
    private let daemon = VirtiofsdProgram(path: "/x", implementation: .c, version: "", cacheModes: ["none"])
    private let template = GuestTemplate(memory: "/t/memory", state: "/t/state", disk: "/t/root.qcow2", ports: 8)
    private let identity = GuestIdentity(
        hostKey: [0, 8, 255], authorizedKey: "ssh-ed25519 AAAA me\n", hostname: "guest-1", machineID: "0123",
        random: [7, 64])

    private func specification(disks: [String] = [], shares: [String] = []) -> GuestSpecification {
        GuestSpecification(
            memory: 1 << 30, cpus: 2, accelerator: .tcg, kernel: "/k", initrd: "/own/initrd", commandLine: ["a"],
            disks: [
                .init(serial: "root", image: "/r", access: .layered),
                .init(serial: "modules", image: "/m", access: .readOnly),
            ] + disks.map { .init(serial: $0, image: FilePath("/\($0)"), access: .writable) },
            shares: shares.map { Share(tag: $0, directory: "/d", daemon: daemon, cache: .none) })
    }

    private func command(_ specification: GuestSpecification) -> QEMUCommand {
        QEMUCommand(
            specification: specification,
            paths: .init(
                qmp: "/q", console: "/c", layers: ["root": "/l"], shares: ["a": "/fs0", "b": "/fs1"], wake: "/w",
                memory: "/proc/1/fd/2"))
    }

    @Test func guestsOfAKindShareATemplateWhateverTheirOwnDevices() {
        let words = specification().templateWords(ports: 8)
        #expect(specification(disks: ["x"], shares: ["a"]).templateWords(ports: 8) == words)
        #expect(specification().templateWords(ports: 16) != words)
        var other = specification()
        other.cpus = 3
        #expect(other.templateWords(ports: 8) != words)
        other = specification()
        other.initrd = "/another"
        #expect(other.templateWords(ports: 8) == words)
        other.pmem = [PersistentMemory(name: "p", backing: .memfd, size: 1 << 30)]
        #expect(other.templateWords(ports: 8) != words, "there must be room for it from the start")
    }

    /// QEMU restores nothing but what it was saved with.
    @Test func aGuestHasTheDevicesOfItsTemplateAndGetsItsOwnLater() {
        var guest = specification(disks: ["x y", "z"], shares: ["a", "b"])
        let seed = command(guest.seed(memory: "/t/memory", ports: 8)).arguments
        guest.origin = .template(template, identity)
        let command = command(guest)
        func devices(_ arguments: [String]) -> [String] {
            zip(arguments, arguments.dropFirst()).filter { $0.0 == "-device" }.map(\.1)
        }
        #expect(devices(command.arguments) == devices(seed))
        #expect(!command.arguments.contains { $0.contains("/x y") })
        #expect(
            command.plugging == [
                #"drive_add 0 "if=none,id=disk-x y,file=/x y,format=raw,cache=unsafe,discard=unmap""#,
                #"device_add "virtio-blk-pci,drive=disk-x y,serial=x y,bus=free-0""#,
                #"drive_add 0 "if=none,id=disk-z,file=/z,format=raw,cache=unsafe,discard=unmap""#,
                #"device_add "virtio-blk-pci,drive=disk-z,serial=z,bus=free-1""#,
                #"device_add "vhost-user-fs-pci,chardev=fs0,tag=a,queue-size=1024,bus=free-2""#,
                #"device_add "vhost-user-fs-pci,chardev=fs1,tag=b,queue-size=1024,bus=free-3""#,
            ])
        #expect(guest.portsNeeded == 4)
        #expect(guest.plugged == PluggedDevices(virtio: 4, disks: ["x y", "z"]))
    }

    /// A mapping that a daemon shares must not be the file of all others.
    @Test func nobodyWritesToTheTemplatesMemory() {
        var guest = specification()
        guest.origin = .template(template, identity)
        #expect(command(guest).arguments.contains { $0.hasPrefix("memory-backend-file,share=off,mem-path=/t/memory,") })
        guest.shares = specification(shares: ["a"]).shares
        #expect(
            command(guest).arguments.contains { $0.hasPrefix("memory-backend-file,share=on,mem-path=/proc/1/fd/2,") })
        #expect(!command(guest).arguments.contains { $0.contains("/t/memory") })
    }

    @Test func theGuestIsToldWhoItIs() {
        let bytes = identity.lines(
            time: 12, plugged: PluggedDevices(modules: ["nvme"], virtio: 2, nvdimms: 1, disks: ["x"]))
        let lines = String(decoding: bytes, as: UTF8.self)
        #expect(
            lines == """
                time 12
                random \\007\\100
                key \\000\\010\\377
                hostname guest-1
                machine 0123
                authorized ssh-ed25519 AAAA me
                module nvme
                virtio 2
                nvdimms 1
                disk x
                go

                """)
    }
}
