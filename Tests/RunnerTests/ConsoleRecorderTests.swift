import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

@testable import Runner

@Suite struct ConsoleRecorderTests {
    @Test func tellsOfALineHoweverItIsCut() async throws {
        try await withRecorder { recorder in
            async let ready: Void = recorder.waitForLine(containing: InitMarks.ready)
            try await Task.sleep(for: .milliseconds(20))
            for byte in "[    2.8] vmharness-init: ready\r\n".utf8 { feed(recorder, [byte]) }
            try await ready
        }
    }

    @Test func keepsTheReasonOfAnInitThatGaveUp() async throws {
        try await withRecorder { recorder in
            async let ready: Void = recorder.waitForLine(containing: InitMarks.ready)
            try await Task.sleep(for: .milliseconds(20))
            feed(recorder, Array("[    2.8] vmharness-init: FAILED no disk\r\n".utf8))
            try await ready
            #expect(recorder.initFailure == "no disk")
        }
    }

    @Test func remembersTheStepsProcess() async throws {
        try await withRecorder { recorder in
            feed(recorder, Array("[    9.1] vmharness: step process 171\r\n".utf8))
            #expect(recorder.stepProcess == 171)
        }
    }

    @Test func aReportIsFoundWithItsPlace() async throws {
        try await withRecorder { recorder in
            let text = """
                [    1.000000] Run /init as init process
                [    2.219970] ------------[ cut here ]------------
                [    2.220304] WARNING: CPU: 1 PID: 105 at mm/page_alloc.c:5634 __alloc_pages+0x2a9/0x330
                [    2.221032] Modules linked in: virtiofs fuse
                [    2.221536] CPU: 1 PID: 105 Comm: insmod Not tainted 6.1.0-56-amd64 #1  Debian 6.1.192-2
                [    2.222019] RIP: 0010:__alloc_pages+0x2a9/0x330
                [    2.223905] Call Trace:
                [    2.224401]  <TASK>
                [    2.224771]  __kmalloc_large_node+0x6e/0xe0
                [    2.225168]  virtio_fs_enqueue_req+0x1a5/0x540 [virtiofs]
                [    2.228732]  </TASK>
                [    2.228813] ---[ end trace 0000000000000000 ]---

                """
            feed(recorder, Array(text.utf8))
            let findings = recorder.drain(all: true)
            #expect(findings.map(\.title) == ["WARNING in __alloc_pages"])
            #expect(findings.first?.location == "mm/page_alloc.c:5634")
            #expect(findings.first?.place?.file == "console.log")
            #expect(findings.first?.stack.contains("virtio_fs_enqueue_req [virtiofs]") == true)
            #expect([2, 3].contains(findings.first?.place?.line))
            #expect(recorder.drain(all: true).isEmpty)
        }
    }

    @Test func aGuestThatNeverEndsALineTakesNoMemory() async throws {
        try await withRecorder { recorder in
            let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
            for _ in 0..<20 { feed(recorder, chunk) }
            #expect(recorder.count == 20 << 20)
            #expect(recorder.log.written <= 1 << 20)
            #expect(recorder.log.dropped == (20 << 20) - recorder.log.written)
        }
    }

    private func feed(_ recorder: ConsoleRecorder, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { recorder.receive($0) }
    }

    private func withRecorder(_ body: (ConsoleRecorder) async throws -> Void) async throws {
        try await withScratchDirectory { directory in
            try await body(
                ConsoleRecorder(
                    log: try BoundedFile(directory.appending("console.log"), limit: 1 << 20), file: "console.log"))
        }
    }
}
