import KernelLog
import Testing

/// Whole consoles of our own guests.
struct ConsoleTests {
    @Test func theWarningOfOurFirstPlan() throws {
        let reports = try Fixture.reports("virtiofs-kvec-6.1.192")
        #expect(reports.count == 1)
        let report = try #require(reports.first)
        #expect(report.title == "WARNING in __alloc_pages")
        #expect(report.kind == .warning)
        #expect(report.severity == .failure)
        #expect(report.function == "__alloc_pages")
        #expect(report.location == "mm/page_alloc.c:5634")
        #expect(report.comm == "insmod")
        #expect(report.pid == 105)
        #expect(report.cpu == 1)
        #expect(report.taint == nil)
        #expect(report.kernel == KernelIdentity(release: "6.1.0-56-amd64", build: "#1 Debian 6.1.192-2"))
        #expect(report.timestamp == 2.220304)
        #expect(!report.corrupted && !report.panicked && !report.forged)
        #expect(report.instructionPointer == Frame(function: "__alloc_pages", offset: 0x2a9, size: 0x330))
        let culprit = try #require(report.frames.first { !$0.isUnreliable && $0.module == "virtiofs" })
        #expect(culprit.function == "virtio_fs_enqueue_req")
        #expect(culprit.offset == 0x1a5)
        #expect(culprit.size == 0x540)
        #expect(report.registers.contains(Register(name: "RBX", value: 0x40a20)))
    }

    /// The range holds the report and nothing else, so that evidence can be cut out by it.
    @Test func theRangeCutsTheReportOut() throws {
        let bytes = try Fixture.bytes("virtiofs-kvec-6.1.192")
        let range = try #require(KernelLogReader.reports(in: bytes).first).range
        let text = String(decoding: bytes[range.startByte..<range.endByte], as: UTF8.self)
        #expect(text.hasPrefix("[    2.219970] ------------[ cut here ]"))
        let last = text.split(whereSeparator: \.isNewline).last
        #expect(last?.contains("---[ end trace") == true)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        #expect(range.endLine - range.startLine == text.utf8.filter { $0 == 10 }.count)
        #expect(!lines.isEmpty)
    }

    @Test(arguments: ["virtiofs-kvec-6.12.95-pass", "ovmf-2022.11", "u-boot-2023.01"])
    func nothingHappened(_ name: String) throws {
        #expect(try Fixture.reports(name) == [])
    }

    @Test func aBugAndTheHangsItCauses() throws {
        let reports = try Fixture.reports("gfs2-glock-5.10.262")
        #expect(
            reports.map(\.title) == [
                "kernel BUG in gfs2_glock_nq", "INFO: rcu detected stall in newfstatat",
                "BUG: soft lockup in newfstatat",
            ])
        #expect(reports.first?.location == "fs/gfs2/glock.c:1403")
        #expect(reports.first?.comm == "mmap-rw-fault")
        #expect(reports.dropFirst().map(\.pid) == [1090, 1090])
        #expect(reports.dropFirst().map(\.taint) == ["GD", "GD"])
    }

    @Test func hungTasksAndThePanicTheyLeadTo() throws {
        let reports = try Fixture.reports("gfs2-hang-panic-5.10.262")
        #expect(reports.map(\.title) == ["INFO: task hung in gfs2_fault", "INFO: task hung in gfs2_fault"])
        #expect(reports.map(\.pid) == [189, 190])
        #expect(reports.map(\.panicked) == [false, true])
        // The trace of khungtaskd, which panics, is not the hung task's.
        #expect(reports.allSatisfy { report in !report.frames.contains { $0.function == "panic" } })
    }

    /// What SysRq w, l and t print was asked for.
    @Test func requestedDumpsAreNoReports() throws {
        #expect(try Fixture.reports("sysrq-5.10.262") == [])
    }

    @Test func aRunOfNoticesIsOne() throws {
        let reports = try Fixture.reports("btrfs-csum-7.2.12")
        #expect(reports.map(\.title) == ["BTRFS: checksum failure", "BTRFS: checksum failure"])
        #expect(reports.map(\.kind) == [.btrfsChecksum, .btrfsChecksum])
        #expect(reports.map(\.severity) == [.notice, .notice])
    }
}
