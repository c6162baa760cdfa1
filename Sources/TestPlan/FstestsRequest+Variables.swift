extension FstestsRequest {
    /// The variables of fstests' configuration that the harness sets, with what to write instead (README.config-sections
    /// and common/config of fstests).
    public static let ownVariables: [String: String] = {
        let keys: [String: String] = [
            "FSTYP": "filesystem", "TEST_DEV": "test", "SCRATCH_DEV": "scratch", "SCRATCH_DEV_POOL": "scratch-pool",
            "LOGWRITES_DEV": "logwrites", "TEST_LOGDEV": "test-log", "SCRATCH_LOGDEV": "scratch-log",
            "TEST_RTDEV": "test-rt", "SCRATCH_RTDEV": "scratch-rt", "MKFS_OPTIONS": "mkfs", "MOUNT_OPTIONS": "mount",
            "TEST_FS_MOUNT_OPTS": "mount", "OVERLAY_MOUNT_OPTIONS": "mount", "EXCLUDE": "exclude",
        ]
        let ours = [
            "TEST_DIR", "SCRATCH_MNT", "RESULT_BASE", "RESULT_DIR", "USE_EXTERNAL", "HOST_OPTIONS", "RECREATE_TEST_DEV",
            "FS_NAME",
            "KEEP_DMESG", "OVL_BASE_TEST_DEV", "OVL_BASE_SCRATCH_DEV",
        ]
        return keys.mapValues { "use '\($0)'" }.merging(ours.map { ($0, "leave it out") }) { first, _ in first }
    }()
}
