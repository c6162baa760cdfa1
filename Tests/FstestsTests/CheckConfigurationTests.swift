import Fstests
import HostProcess
import TestPlan
import Testing

/// What `check` is told of a section.
struct CheckConfigurationTests {
    private let new = KernelSeries(7, 2)
    private let nodes: [FstestsRequest.Role: [String]] = [.test: ["/dev/vdc"], .scratch: ["/dev/vdd"]]

    @Test("a file system on disks: devices, directories, options, and a file system on TEST_DEV beforehand")
    func ext4() throws {
        let section = FstestsRequest.Section(
            name: "small", filesystem: .ext4, mkfsOptions: "-b 1024", mountOptions: "-o noatime",
            variables: ["SOAK_DURATION": "30s"])
        let configuration = try CheckConfiguration(section, nodes: nodes, kernel: new)
        #expect(
            configuration.text == """
                [small]
                FSTYP=ext4
                MKFS_OPTIONS="-b 1024"
                MOUNT_OPTIONS="-o noatime"
                RESULT_BASE=/mnt/vmharness-results/fstests
                SCRATCH_DEV=/dev/vdd
                SCRATCH_MNT=/mnt/scratch
                SOAK_DURATION=30s
                TEST_DEV=/dev/vdc
                TEST_DIR=/mnt/test
                TEST_FS_MOUNT_OPTS="-o noatime"

                """)
        #expect(configuration.preparation.contains("options='-b 1024'\nmkfs.ext4 -q -F $options '/dev/vdc'"))
        #expect(CheckConfiguration.arguments(for: section) == ["-s", "small"])
    }

    @Test("a pool takes the place of SCRATCH_DEV, logs and realtime devices set USE_EXTERNAL")
    func furtherDevices() throws {
        let pool = try CheckConfiguration(
            FstestsRequest.Section(name: "b", filesystem: .btrfs),
            nodes: nodes.merging([.scratchPool: ["/dev/vde", "/dev/vdf"]]) { $1 }, kernel: new)
        #expect(pool.text.contains("SCRATCH_DEV_POOL=\"/dev/vdd /dev/vde /dev/vdf\"\n"))
        #expect(!pool.text.contains("SCRATCH_DEV="))
        let external = try CheckConfiguration(
            FstestsRequest.Section(name: "x", filesystem: .xfs),
            nodes: nodes.merging([.testLog: ["/dev/vde"], .scratchRealtime: ["/dev/vdf"]]) { $1 }, kernel: new)
        #expect(external.text.contains("USE_EXTERNAL=yes\n"))
        #expect(external.text.contains("SCRATCH_RTDEV=/dev/vdf\n"))
        #expect(external.preparation.contains("-l logdev=/dev/vde"))
    }

    @Test("old kernels get file systems that they can mount, unless the plan says how to make them")
    func oldKernels() throws {
        let gfs2 = FstestsRequest.Section(name: "g", filesystem: .gfs2)
        #expect(
            try CheckConfiguration(gfs2, nodes: nodes, kernel: KernelSeries(5, 10)).text
                .contains("MKFS_OPTIONS=\"-O -p lock_nolock -j 1 -J 32 -o format=1801\"\n"))
        #expect(
            try CheckConfiguration(gfs2, nodes: nodes, kernel: KernelSeries(6, 1)).text
                .contains("MKFS_OPTIONS=\"-O -p lock_nolock -j 1 -J 32\"\n"))
        #expect(KernelSeries(release: "5.10.0-38-amd64") == KernelSeries(5, 10))
        #expect(try #require(KernelSeries(release: "6.1.192")) < KernelSeries(6, 12))
        #expect(KernelSeries(release: "linux") == nil)
    }

    @Test("overlay: a base on both disks, and check's own argument")
    func overlay() throws {
        let section = FstestsRequest.Section(
            name: "o", filesystem: .overlay, variables: ["OVL_BASE_FSTYP": "xfs", "REPORT_LIST": "xunit"])
        let configuration = try CheckConfiguration(section, nodes: nodes, kernel: new)
        #expect(CheckConfiguration.arguments(for: section) == ["-overlay", "-s", "o", "-R", "xunit"])
        #expect(!configuration.text.contains("REPORT_LIST"))
        #expect(configuration.text.contains("FSTYP=xfs\n"))
        #expect(!configuration.text.contains("OVL_BASE_FSTYP"))
        #expect(configuration.preparation.contains("mkfs.xfs -q -f $options '/dev/vdd'"))
    }

    @Test(
        "file systems without disks have names for devices",
        arguments: [
            FstestsRequest.Filesystem.tmpfs, .fuse, .nfs,
        ])
    func withoutDisks(_ filesystem: FstestsRequest.Filesystem) throws {
        let configuration = try CheckConfiguration(
            FstestsRequest.Section(name: "s", filesystem: filesystem), nodes: [:], kernel: new)
        #expect(configuration.text.contains("FSTYP=\(filesystem.rawValue)\n"))
        #expect(configuration.text.contains("\nTEST_DEV="))
    }

    @Test(
        "a value that fstests would cut or evaluate is refused",
        arguments: [
            "a\"b", "it's", "-o x # y", "`id`", "a\\b", "a\nb", "a = b",
        ])
    func values(_ value: String) {
        let section = FstestsRequest.Section(name: "s", filesystem: .ext4, mountOptions: value)
        #expect(throws: Failure.self) { try CheckConfiguration(section, nodes: nodes, kernel: new) }
    }

    @Test("a missing device, a name that fstests does not see, and a variable of ours are refused")
    func refusals() {
        #expect(throws: Failure.self) {
            try CheckConfiguration(FstestsRequest.Section(name: "s", filesystem: .ext4), nodes: [:], kernel: new)
        }
        #expect(throws: Failure.self) {
            try CheckConfiguration(FstestsRequest.Section(name: "a b", filesystem: .ext4), nodes: nodes, kernel: new)
        }
        // Also those that a section on ext4 has no use for.
        for name in ["TEST_DEV", "RESULT_DIR", "OVL_BASE_TEST_DEV"] {
            #expect(throws: Failure.self) {
                let section = FstestsRequest.Section(name: "s", filesystem: .ext4, variables: [name: "/dev/vda"])
                return try CheckConfiguration(section, nodes: nodes, kernel: new)
            }
        }
    }
}
