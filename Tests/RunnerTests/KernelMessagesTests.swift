import RunRecord
import Testing

@testable import Runner

@Suite struct KernelMessagesTests {
    private let raw = """
        <6>[    1.000000] Run /init as init process
        <4>[    5.100000] ------------[ cut here ]------------
        <4>[    5.100100] WARNING: CPU: 1 PID: 105 at mm/page_alloc.c:5634 __alloc_pages+0x2a9/0x330
        <4>[    5.100200] CPU: 1 PID: 105 Comm: insmod Not tainted 6.1.0-56-amd64 #1  Debian 6.1.192-2
        <4>[    5.100300] RIP: 0010:__alloc_pages+0x2a9/0x330
        <4>[    5.100400] Call Trace:
        <4>[    5.100500]  virtio_fs_enqueue_req+0x1a5/0x540 [virtiofs]
        <4>[    5.100600] ---[ end trace 0000000000000000 ]---
        <9>[    9.500000] BUG: kernel NULL pointer dereference, address: 0000000000000000

        """

    @Test func tellsWhatTheConsoleLacks() {
        let messages = KernelMessages(Array(raw.utf8), file: "kmsg.log")
        let all = messages.additional(beyond: [])
        #expect(all.first?.title == "WARNING in __alloc_pages")
        #expect(all.first?.source == .kmsg)
        #expect(messages.additional(beyond: all).isEmpty)
        // The same title at another time is another report.
        var later = all
        later[0].timestamp = 50
        #expect(messages.additional(beyond: later).map(\.title) == ["WARNING in __alloc_pages"])
    }

    @Test func takesTheWeightFromWhatUserSpaceWrote() {
        let messages = KernelMessages(Array(raw.utf8), file: "kmsg.log")
        let seen = messages.additional(beyond: []).map { finding in
            var finding = finding
            finding.source = .console
            finding.severity = .failure
            return finding
        }
        #expect(seen.count == 2)
        #expect(messages.unmasking(seen).map(\.severity) == [.failure, .notice])
    }
}
