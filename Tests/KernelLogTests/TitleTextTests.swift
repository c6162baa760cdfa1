import Testing

@testable import KernelLog

/// What differs from run to run does not belong into a title.
struct TitleTextTests {
    @Test(arguments: [
        ("at address ffff888101a2b3c0", "at address ADDR"), ("at 0xdeadbeef!", "at ADDR!"),
        ("in ip6_fragment+0x1052/0x2d80 at", "in ip6_fragment at"), ("fs/foo.c:12:3 died", "fs/foo.c:LINE died"),
        ("unknown-block(8,1)", "unknown-block(NUM,NUM)"), ("on CPU#12, cfg80211", "on CPU, cfg80211"),
        ("syz-executor286/4242 died", "syz-executor died"), ("syz-executor.3:77!", "syz-executor!"),
        ("syzkaller012345: no", "syzkaller: no"), ("syz-executor/12", "syz-executor/NUM"),
        ("foo12345678 died", "fooNUM died"), ("from 127.0.0.1 port 22", "from IP port NUM"),
        ("a\tb\u{7}  c ", "a b c"), ("kmalloc-64 (", "kmalloc-NUM ("), ("", ""),
    ])
    func clean(_ raw: String, _ title: String) {
        #expect(TitleText.clean(raw) == title)
    }

    @Test func titlesAreShort() {
        #expect(TitleText.clean(String(repeating: "ab ", count: 100)).utf8.count <= 120)
    }
}
