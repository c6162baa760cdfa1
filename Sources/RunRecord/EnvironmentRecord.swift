/// What really ran. No result without it.
public struct EnvironmentRecord: Sendable, Hashable, Codable {
    /// The accelerator and how it was chosen.
    public struct Accelerator: Sendable, Hashable, Codable {
        /// `kvm` or `tcg`.
        public var used: String
        /// What was asked for: `auto`, `kvm`, `tcg`.
        public var asked: String
        /// Why this one: what the probe saw.
        public var reason: String

        /// An accelerator and why it was taken.
        public init(used: String, asked: String, reason: String) {
            self.used = used
            self.asked = asked
            self.reason = reason
        }
    }

    /// The kernel that ran.
    public struct Kernel: Sendable, Hashable, Codable {
        /// `uname -r` as the package or tree has it.
        public var release: String
        /// The package's version, or that which a Debian kernel without its package names; empty where neither is known.
        public var version: String
        /// The GNU build id that the running kernel shows in `/sys/kernel/notes`; nil if never read.
        public var buildID: String?
        /// The digest of its cache entry.
        public var digest: String
        /// The packages it came from.
        public var packages: [String]
        /// What should be known of how it was found (`offline: …`).
        public var notes: [String]

        /// A kernel, its origin and its identity.
        public init(
            release: String, version: String, buildID: String? = nil, digest: String, packages: [String],
            notes: [String]
        ) {
            self.release = release
            self.version = version
            self.buildID = buildID
            self.digest = digest
            self.packages = packages
            self.notes = notes
        }
    }

    /// The libvirt that ran the guest.
    public struct Libvirt: Sendable, Hashable, Codable {
        /// Its version: `9.0.0`.
        public var version: String
        /// The connection's URI; `qemu:///embed` for the driver in vmharness' own process.
        public var uri: String

        /// A libvirt and how it was reached.
        public init(version: String, uri: String) {
            self.version = version
            self.uri = uri
        }
    }

    /// A module of the kernel that was built anew with a patch of the plan's.
    public struct Mutation: Sendable, Hashable, Codable {
        /// The mutation's name in the plan.
        public var name: String
        /// The module, as the kernel names it.
        public var module: String
        /// The name of the patch's file.
        public var patch: String
        /// The GNU build id of the module that was built, which its guest must show.
        public var buildID: String
        /// What built it.
        public var compiler: String
        /// True once a guest had it loaded; nil if none was seen so.
        public var loaded: Bool?
        /// What a guest had loaded under its name instead; nil if nothing was.
        public var foreign: String?

        /// A mutation that no guest has loaded yet.
        public init(name: String, module: String, patch: String, buildID: String, compiler: String) {
            self.name = name
            self.module = module
            self.patch = patch
            self.buildID = buildID
            self.compiler = compiler
        }
    }

    /// One virtiofs share.
    public struct Share: Sendable, Hashable, Codable {
        /// The mount tag.
        public var tag: String
        /// `c` or `rust`.
        public var implementation: String
        /// What the daemon says of its version.
        public var version: String
        /// The daemon's program.
        public var program: String
        /// The cache mode in the daemon's own word (`none`, `never`, `auto`, `always`, `metadata`).
        public var cache: String
        /// How it is sandboxed.
        public var sandbox: String

        /// A share and the daemon behind it.
        public init(
            tag: String, implementation: String, version: String, program: String, cache: String, sandbox: String
        ) {
            self.tag = tag
            self.implementation = implementation
            self.version = version
            self.program = program
            self.cache = cache
            self.sandbox = sandbox
        }
    }

    /// One disk of the plan's own.
    public struct Disk: Sendable, Hashable, Codable {
        /// Its serial number, and its name below `/dev/vmharness` in the guest.
        public var name: String
        /// Bytes.
        public var size: Int
        /// The format of the file behind it: `raw`.
        public var format: String
        /// By which it was slowed down: operations or bytes a second, by QEMU's `throttling.` keys (`iops-write`).
        public var limits: [String: Int]
        /// How the guest reached it: `nvme`, or nil for virtio-blk.
        public var interface: String?
        /// Bytes of a zone; nil for a disk without.
        public var zone: Int?
        /// The errors that QEMU injected, a rule each: `write of sector 4096: EIO, once`; nil for none.
        public var errors: [String]?
        /// Where on the PCI bus it sat: `root-port` or the name of a bridge; nil for the root bus.
        public var behind: String?

        /// A disk and the file behind it.
        public init(
            name: String, size: Int, format: String, limits: [String: Int], interface: String? = nil,
            zone: Int? = nil, errors: [String]? = nil, behind: String? = nil
        ) {
            self.name = name
            self.size = size
            self.format = format
            self.limits = limits
            self.interface = interface
            self.zone = zone
            self.errors = errors
            self.behind = behind
        }
    }

    /// One emulated PCI function of the plan's own.
    public struct Function: Sendable, Hashable, Codable {
        /// The plan's name for it.
        public var name: String
        /// The plan's word for the model: `e1000e`.
        public var model: String
        /// Where on the PCI bus it sat: `root-port` or the name of a bridge; nil for the root bus.
        public var behind: String?

        /// A function and its place.
        public init(name: String, model: String, behind: String? = nil) {
            self.name = name
            self.model = model
            self.behind = behind
        }
    }

    /// Persistent memory of the guest.
    public struct Pmem: Sendable, Hashable, Codable {
        /// The plan's name for it, and its name below `/dev/vmharness` once it has a mode.
        public var name: String
        /// `nvdimm` or `virtio-pmem`.
        public var model: String
        /// What held its bytes: `file`, `memfd`, `ram`, or the path of a device-dax node of the host.
        public var backing: String
        /// Bytes, labels included.
        public var size: Int
        /// Bytes of the label area; nil for none.
        public var label: Int?
        /// The alignment of QEMU's mapping in bytes; nil for what the backing wants.
        public var align: Int?
        /// What was special about it: `pmem`, `unarmed`, `read-only`.
        public var flags: [String]

        /// Persistent memory and what held it.
        public init(
            name: String, model: String, backing: String, size: Int, label: Int? = nil, align: Int? = nil,
            flags: [String] = []
        ) {
            self.name = name
            self.model = model
            self.backing = backing
            self.size = size
            self.label = label
            self.align = align
            self.flags = flags
        }
    }

    /// What the host was like while the guest ran.
    public struct Host: Sendable, Hashable, Codable {
        /// `uname -r` of the host.
        public var kernel: String
        /// Cores we may use.
        public var cpus: Int
        /// Share of wall time, in percent, in which some task waited for a CPU (PSI); nil without PSI.
        public var cpuPressure: Double?
        /// Likewise for I/O.
        public var ioPressure: Double?
        /// Likewise for memory.
        public var memoryPressure: Double?
        /// Percent of CPU time stolen by the hypervisor beneath us.
        public var steal: Double?

        /// The host's state, as far as it could be read.
        public init(
            kernel: String, cpus: Int, cpuPressure: Double? = nil, ioPressure: Double? = nil,
            memoryPressure: Double? = nil, steal: Double? = nil
        ) {
            self.kernel = kernel
            self.cpus = cpus
            self.cpuPressure = cpuPressure
            self.ioPressure = ioPressure
            self.memoryPressure = memoryPressure
            self.steal = steal
        }
    }

    /// `qemu` or `libvirt`.
    public var backend: String
    /// The libvirt behind it; nil for another backend.
    public var libvirt: Libvirt?
    /// The accelerator.
    public var accelerator: Accelerator
    /// How the first guest came to run; nil in documents from before there were templates.
    public var start: Start?
    /// What QEMU says of its version.
    public var qemu: String
    /// QEMU's whole command line.
    public var command: [String]
    /// Guest memory in bytes.
    public var memory: Int
    /// Guest CPUs.
    public var cpus: Int
    /// What backs the guest's memory: `memfd, shared`.
    public var memoryBacking: String
    /// The kernel.
    public var kernel: Kernel
    /// The kernel's command line.
    public var commandLine: String
    /// The rootfs: name and digest.
    public var image: String
    /// `fast` or `systemd`.
    public var initSystem: String
    /// The virtiofs shares.
    public var shares: [Share]
    /// The plan's disks; nil if it has none.
    public var disks: [Disk]?
    /// The host's PCI functions; nil if it had none.
    public var passthrough: [Passthrough]?
    /// The plan's persistent memory; nil if it has none.
    public var pmem: [Pmem]?
    /// The emulated PCI functions of the plan; nil if it has none.
    public var functions: [Function]?
    /// The IOMMU and what it was told, such as `intel, interrupt-remapping, caching-mode`; nil without one.
    public var iommu: String?
    /// What was compiled of the plan's own sources: the files and their compiler; nil if nothing was.
    public var builds: [String]?
    /// What was changed in the kernel; nil for the kernel as it is.
    public var mutation: Mutation?
    /// The host.
    public var host: Host
    /// QEMU's events: name and data, a line each.
    public var events: [String]
    /// What is not as the plan asked or as a reader would expect, a sentence each.
    public var notes: [String]

    /// All that is known when the guest is started; the rest is filled in as it is learnt.
    public init(
        backend: String, accelerator: Accelerator, qemu: String, command: [String], memory: Int, cpus: Int,
        memoryBacking: String, kernel: Kernel, commandLine: String, image: String, initSystem: String,
        shares: [Share], host: Host, notes: [String]
    ) {
        self.backend = backend
        self.accelerator = accelerator
        self.qemu = qemu
        self.command = command
        self.memory = memory
        self.cpus = cpus
        self.memoryBacking = memoryBacking
        self.kernel = kernel
        self.commandLine = commandLine
        self.image = image
        self.initSystem = initSystem
        self.shares = shares
        self.host = host
        self.events = []
        self.notes = notes
    }
}
