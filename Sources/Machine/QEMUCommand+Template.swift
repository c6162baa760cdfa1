public import SystemPackage

/// What guests have that become templates or start from one.
///
/// QEMU gives what it restores the devices it was saved with, and no other: so a guest from a template begins with the
/// devices that all have, and its own are plugged in afterwards, with the words they would have on the command line.
/// Other backends than drives (`-chardev`, `-object`) are none of the guest's, and stay there; a drive that is opened
/// while QEMU waits for a state cannot be written to later (seen with 7.2).
extension QEMUCommand {
    /// The disks that every guest has.
    static let commonDisks: Set = ["root", "modules"]

    var isFromTemplate: Bool { if case .template = specification.origin { true } else { false } }

    /// What QEMU reads a guest's saved state from: its standard input, so that it needs to open no file and start no
    /// program.
    var state: FilePath? { if case .template(let template, _) = specification.origin { template.state } else { nil } }

    /// The second serial port, by which a guest is told who it is; a VM generation ID, by which its kernel learns that
    /// it is another one now (Linux 5.18); ports to plug devices into.
    var templateDevices: [String] {
        let ports: Int
        switch specification.origin {
        case .boot: return []
        case .seed(_, let free): ports = free
        case .template(let template, _): ports = template.ports
        }
        let chardev = ["-chardev", "socket,id=wake,path=\(escaped(paths.wake))", "-serial", "chardev:wake"]
        // Eight functions a slot, from the middle of the root bus: the devices before take slots from its beginning.
        let free = (0..<ports).flatMap { number in
            [
                "-device",
                "pcie-root-port,id=\(Self.freePort(number)),multifunction=on,addr=\(16 + number / 8).\(number % 8),"
                    + "chassis=\(number + 1),slot=\(number + 1)",
            ]
        }
        return chardev + ["-device", "vmgenid,guid=auto"] + free
    }

    static func freePort(_ number: Int) -> String { "free-\(number)" }

    /// What a guest from a template gets after it was restored, in the words of QEMU's monitor.
    var plugging: [String] {
        guard isFromTemplate else { return [] }
        return Self.pairs(ownDevices).compactMap { option, value in
            switch option {
            case "-drive": "drive_add 0 \(Self.monitorWord(value))"
            case "-device": "device_add \(Self.monitorWord(value))"
            default: nil
            }
        }
    }

    /// The arguments for a guest's own devices that stand on the command line.
    var ownArguments: [String] {
        guard isFromTemplate else { return ownDevices }
        return Self.pairs(ownDevices).filter { !["-drive", "-device"].contains($0.0) }.flatMap { [$0.0, $0.1] }
    }

    /// One word of QEMU's monitor, whatever it holds (get_str of QEMU's monitor/hmp.c).
    private static func monitorWord(_ word: String) -> String {
        "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Each option here has a value.
    private static func pairs(_ arguments: [String]) -> [(String, String)] {
        stride(from: 0, to: arguments.count - 1, by: 2).map { (arguments[$0], arguments[$0 + 1]) }
    }

    /// The port of a device that is plugged in: one each, in their order.
    func pluggedPort(of name: String) -> String {
        let names =
            specification.disks.map(\.serial).filter { !Self.commonDisks.contains($0) }.map { "disk-\($0)" }
            + specification.shares.map { "share-\($0.tag)" }
            + specification.pmem.filter { $0.model == .virtioPmem }.map { "pmem-\($0.name)" }
        return Self.freePort(names.firstIndex(of: name) ?? names.count)
    }

    /// The memory of a guest: a file for a template; of a template, a private mapping of its file, or where another
    /// process is to see it, a copy.
    var memoryBackend: String {
        switch specification.origin {
        case .boot: specification.needsSharedMemory ? "memory-backend-memfd,share=on" : "memory-backend-ram"
        case .seed(let file, _): "memory-backend-file,share=on,mem-path=\(escaped(file))"
        case .template(let template, _):
            specification.needsSharedMemory
                ? "memory-backend-file,share=on,mem-path=\(escaped(paths.memory))"
                : "memory-backend-file,share=off,mem-path=\(escaped(template.memory))"
        }
    }
}

extension GuestSpecification {
    /// What is plugged in.
    var plugged: PluggedDevices {
        let own = disks.filter { !QEMUCommand.commonDisks.contains($0.serial) }
        let nvme = own.count { if case .nvme = $0.interface { true } else { false } }
        let nvdimms = pmem.count { $0.model == .nvdimm }
        return PluggedDevices(
            modules: nvme > 0 ? ["nvme"] : [], virtio: own.count - nvme + shares.count + pmem.count - nvdimms,
            nvdimms: nvdimms, disks: own.map(\.serial))
    }

    /// Root ports that what is plugged into it takes.
    public var portsNeeded: Int {
        disks.count { !QEMUCommand.commonDisks.contains($0.serial) } + shares.count
            + pmem.count { $0.model == .virtioPmem }
    }

    /// The guest that is to be saved as a template for guests like this one: with the devices that all of them have.
    /// Room for persistent memory is made at the start, so it is as this one's.
    ///
    /// - Parameters:
    ///   - memory: the file for its memory.
    ///   - ports: root ports kept free in it.
    public func seed(memory: FilePath, ports: Int) -> GuestSpecification {
        var seed = self
        seed.disks = disks.filter { QEMUCommand.commonDisks.contains($0.serial) }
        seed.shares = []
        seed.origin = .seed(memory: memory, ports: ports)
        return seed
    }

    /// What QEMU is told for the template of such guests, without the names of files of its own: those with the same
    /// words can start from the same template.
    ///
    /// - Parameter ports: root ports kept free in it.
    public func templateWords(ports: Int) -> String {
        let nowhere = FilePath("/")
        let paths = QEMUCommand.Paths(
            qmp: nowhere, console: nowhere, layers: ["root": nowhere], shares: [:], wake: nowhere)
        var seed = seed(memory: nowhere, ports: ports)
        seed.initrd = nowhere
        return QEMUCommand(specification: seed, paths: paths).arguments.joined(separator: "\n")
    }
}
