import HostProcess
import SystemPackage

/// A guest specification as arguments of `qemu-system-x86_64` (qemu(1)).
struct QEMUCommand {
    /// The sockets and layers of one guest.
    struct Paths {
        var qmp: FilePath
        var console: FilePath
        /// By disk serial.
        var layers: [String: FilePath]
        /// By share tag.
        var shares: [String: FilePath]
        /// The second serial port, of guests that become templates or start from one.
        var wake: FilePath = ""
        /// A copy of a template's memory, for a guest that shares its memory.
        var memory: FilePath = ""
    }

    static let program = "qemu-system-x86_64"

    let specification: GuestSpecification
    let paths: Paths

    var command: Command { Command(Self.program, arguments) }

    var arguments: [String] {
        machine + control + boot + iommu + bridges + commonDisks + network + entropy + health + templateDevices
            + ownArguments
    }

    /// What only some guests have.
    var ownDevices: [String] { ownDisks + functions + shares + pmem + passthrough }

    var machine: [String] {
        let megabytes = specification.memory >> 20
        let accelerator =
            switch specification.accelerator {
            case .kvm: ["-accel", "kvm", "-cpu", "host"]
            case .tcg: ["-accel", "tcg,thread=\(specification.isThreaded ? "multi" : "single")", "-cpu", "max"]
            }
        return [
            // The ladder tells the threads that run guest CPUs by their names.
            "-name", "guest,debug-threads=on",
            "-nodefaults", "-no-user-config", "-display", "none",
            // The host is protected from a guest that breaks out of QEMU.
            "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
            "-machine", "q35,memory-backend=ram,vmport=off,smbus=off\(machineOptions)\(pmemMachine)",
            "-m", "\(megabytes)M\(pmemRoom)", "-object", "\(memoryBackend),id=ram,size=\(megabytes)M",
            "-smp", "\(specification.cpus)",
        ] + accelerator
    }

    /// QEMU connects to us, so a connection is the proof that it started, and
    /// there is no socket of its own to wait for. `-S` holds the guest until
    /// both are read, so not a byte of the console is lost.
    private var control: [String] {
        [
            "-S",
            "-chardev", "socket,id=qmp,path=\(escaped(paths.qmp))", "-mon", "chardev=qmp,mode=control",
            "-chardev", "socket,id=console,path=\(escaped(paths.console))", "-serial", "chardev:console",
        ]
    }

    private var boot: [String] {
        // What it booted from is in its memory.
        if isFromTemplate { return ["-incoming", "defer"] }
        return [
            "-kernel", specification.kernel.string, "-initrd", specification.initrd.string,
            "-append", specification.commandLine.joined(separator: " "),
        ]
    }

    /// Port 0 lets the host's kernel choose, so ports of two runs cannot
    /// collide; `restrict` keeps the guest off the host's network.
    var network: [String] {
        [
            "-netdev", "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22",
            "-device", "virtio-net-pci,netdev=net,mac=\(Self.controlAddress),romfile=",
        ]
    }

    private var entropy: [String] { ["-object", "rng-builtin,id=rng", "-device", "virtio-rng-pci,rng=rng"] }

    private var shares: [String] {
        specification.shares.enumerated().flatMap { number, share in
            [
                "-chardev", "socket,id=fs\(number),path=\(escaped(paths.shares[share.tag]!))",
                "-device",
                "vhost-user-fs-pci,chardev=fs\(number),tag=\(escaped(share.tag)),queue-size=1024"
                    + plugBus(of: "share-\(share.tag)"),
            ]
        }
    }

    /// A panic pauses the guest, so that its registers can still be read; a
    /// reboot that nobody asked for ends it.
    private var health: [String] {
        [
            "-device", "pvpanic", "-device", "i6300esb",
            "-action", "panic=pause,reboot=shutdown,shutdown=poweroff,watchdog=none",
        ]
    }

    /// A comma ends a value in QEMU's options unless it is doubled.
    func escaped(_ path: FilePath) -> String { escaped(path.string) }
    func escaped(_ value: String) -> String {
        value.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
}
