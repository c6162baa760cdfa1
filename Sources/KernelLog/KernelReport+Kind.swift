extension KernelReport {
    /// The classes of trouble. Raw values are stable: they are stored and compared.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        // MARK: The kernel is at fault

        /// `WARN_ON` and its relatives (`kernel/panic.c`), refcount and debug-object bugs included.
        case warning
        /// Address sanitizer (`mm/kasan/report.c`).
        case kasan
        /// Uninitialized memory sanitizer (`mm/kmsan/report.c`).
        case kmsan
        /// Data race sanitizer (`kernel/kcsan/report.c`).
        case kcsan
        /// Sampling memory error detector (`mm/kfence/report.c`).
        case kfence
        /// Undefined behaviour sanitizer (`lib/ubsan.c`).
        case ubsan
        /// Leaks found by `mm/kmemleak.c`.
        case kmemleak
        /// A grace period that does not end (`kernel/rcu/tree_stall.h`).
        case rcuStall = "rcu-stall"
        /// A task in uninterruptible sleep for too long (`kernel/hung_task.c`).
        case hungTask = "hung-task"
        /// A CPU that does not schedule (`kernel/watchdog.c`).
        case softLockup = "soft-lockup"
        /// A CPU that takes no interrupts (`kernel/watchdog.c`, `watchdog_perf.c`).
        case hardLockup = "hard-lockup"
        /// A worker pool that makes no progress (`kernel/workqueue.c`).
        case workqueueLockup = "workqueue-lockup"
        /// A network device that somebody still holds (`net/core/dev.c`).
        case netdevWait = "netdev-wait"
        /// Everything of `kernel/locking/lockdep.c`, and suspicious RCU usage.
        case lockdep
        /// Sleeping, scheduling or per-CPU access where it is not allowed.
        case atomicSleep = "atomic-sleep"
        /// `kernel/locking/spinlock_debug.c`.
        case spinlockDebug = "spinlock-debug"
        /// An access to memory that is not mapped, or not for the kernel.
        case pageFault = "page-fault"
        /// A general protection fault (x86).
        case gpf
        /// Any other processor exception: divide error, double fault, stack overflow, alignment.
        case trap
        /// An oops whose first lines are missing.
        case oops
        /// `BUG()` and `BUG_ON()`.
        case kernelBug = "kernel-bug"
        /// `lib/list_debug.c` found a broken list.
        case listCorruption = "list-corruption"
        /// A copy to or from user space beyond its object (`mm/usercopy.c`).
        case usercopy
        /// A page or page table in an impossible state (`mm/page_alloc.c`, `mm/memory.c`, `kernel/fork.c`).
        case badPage = "bad-page"
        /// `panic()` without a report that leads up to it.
        case panic
        /// The machine started again without being asked to.
        case reboot
        /// The slab debugger found a damaged object (`mm/slub.c`).
        case slub
        /// A panic in Rust code (`rust/kernel/lib.rs`).
        case rustPanic = "rust-panic"
        /// `BUG: ` with a text of its own.
        case bugMisc = "bug-misc"
        /// `INFO: ` with a text of its own.
        case infoMisc = "info-misc"

        // MARK: Trouble below or beside the kernel

        /// The block layer gave an error back.
        case ioError = "io-error"
        /// A filesystem found itself damaged or shut itself down.
        case fsCorruption = "fs-corruption"
        /// btrfs read data or metadata that does not match its checksum.
        case btrfsChecksum = "btrfs-checksum"
        /// Persistent memory reported bad blocks, or memory failed.
        case nvdimmPoison = "nvdimm-poison"
        /// An IOMMU refused a device's access.
        case iommuFault = "iommu-fault"
        /// VFIO could not do what was asked.
        case vfioError = "vfio-error"
        /// A virtio device broke its ring or stopped answering.
        case virtioError = "virtio-error"
        /// A machine check or another hardware error record.
        case hardwareError = "hardware-error"

        /// How much reports of this kind matter.
        public var severity: Severity {
            switch self {
            case .ioError, .fsCorruption, .btrfsChecksum, .nvdimmPoison, .iommuFault, .vfioError, .virtioError,
                .hardwareError:
                .notice
            default: .failure
            }
        }
    }
}
