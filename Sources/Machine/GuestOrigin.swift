public import SystemPackage

/// How a guest comes to run.
public enum GuestOrigin: Sendable, Hashable {
    /// It boots.
    case boot
    /// It boots, with its memory in a file, to be saved as a template.
    ///
    /// - Parameters:
    ///   - memory: the file, made by QEMU.
    ///   - ports: root ports kept free for what is plugged into guests that start from it.
    case seed(memory: FilePath, ports: Int)
    /// It goes on where a template was stopped, as a guest of its own.
    case template(GuestTemplate, GuestIdentity)
}

/// A guest that was stopped and saved (`Guest.save`), from which others start.
public struct GuestTemplate: Sendable, Hashable {
    /// Its memory, a file as large as that; never written to again.
    public var memory: FilePath
    /// The state of its CPUs and devices (QEMU's docs/devel/migration.rst).
    public var state: FilePath
    /// The layer over its root disk, qcow2.
    public var disk: FilePath
    /// Root ports that are free in it.
    public var ports: Int

    /// A template of these files.
    public init(memory: FilePath, state: FilePath, disk: FilePath, ports: Int) {
        self.memory = memory
        self.state = state
        self.disk = disk
        self.ports = ports
    }
}

/// What a guest that starts from a template is told, so that it becomes one of its own.
public struct GuestIdentity: Sendable, Hashable {
    /// The SSH server's host key, as a file of dropbear's.
    public var hostKey: [UInt8]
    /// Who may come in: a line of `authorized_keys`.
    public var authorizedKey: String
    /// Its name: letters, digits and `-`.
    public var hostname: String
    /// The machine id: 32 hexadecimal digits (machine-id(5)).
    public var machineID: String
    /// Bytes for the kernel's random numbers; 32 are plenty.
    public var random: [UInt8]

    /// An identity of these parts.
    public init(hostKey: [UInt8], authorizedKey: String, hostname: String, machineID: String, random: [UInt8]) {
        self.hostKey = hostKey
        self.authorizedKey = authorizedKey
        self.hostname = hostname
        self.machineID = machineID
        self.random = random
    }
}

extension GuestIdentity {
    /// The lines for `images/init/template`, which has their meaning.
    ///
    /// - Parameters:
    ///   - time: seconds since 1970.
    ///   - plugged: what was plugged in.
    func lines(time: Int, plugged: PluggedDevices) -> [UInt8] {
        func octal(_ bytes: [UInt8]) -> String {
            bytes.map { byte in
                let digits = String(byte, radix: 8)
                return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }.joined()
        }
        let lines =
            [
                "time \(time)", "random \(octal(random))", "key \(octal(hostKey))", "hostname \(hostname)",
                "machine \(machineID)",
                "authorized \(authorizedKey.split(whereSeparator: \.isNewline).first.map(String.init) ?? "")",
            ] + plugged.modules.map { "module \($0)" } + ["virtio \(plugged.virtio)", "nvdimms \(plugged.nvdimms)"]
            + plugged.disks.map { "disk \($0)" } + ["go"]
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }
}

/// What is plugged into a guest from a template, as far as the guest must wait for it.
struct PluggedDevices: Sendable, Hashable {
    /// Drivers that its boot would have loaded for it (images/init/initramfs-init).
    var modules: [String] = []
    /// How many virtio devices.
    var virtio = 0
    /// How many NVDIMMs.
    var nvdimms = 0
    /// The serials of disks.
    var disks: [String] = []
}
