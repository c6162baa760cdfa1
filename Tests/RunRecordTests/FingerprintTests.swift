import Testing

@testable import RunRecord

@Suite struct FingerprintTests {
    private func fingerprint(_ title: String, kind: String = "warning", function: String? = nil) -> String {
        Fingerprint(
            of: Finding(source: .console, severity: .failure, kind: kind, title: title, function: function)
        ).description
    }

    @Test(
        "survives what differs between two runs",
        arguments: [
            ("WARNING in f+0x1c4/0x340", "WARNING in f+0x1a0/0x31c"),
            ("BUG at 0xffff888012345678", "BUG at 0xffff8880deadbeef"),
            ("fault at ffff888012345678", "fault at ffff8880deadbeef"),
            ("task insmod[168] died", "task insmod[4242] died"),
            ("hang of PID: 12 on CPU#1", "hang of PID: 7 on CPU#0"),
            ("x did not end within 30.0 seconds", "x did not end within 31.5 seconds"),
            ("x took 30 s", "x took 31 s"),
            ("WARNING in f.isra.0", "WARNING in f.constprop.3.cold"),
            ("killed 123456", "killed 4321"),
        ])
    func same(one: String, other: String) {
        #expect(fingerprint(one) == fingerprint(other))
    }

    @Test(
        "tells apart what is not the same",
        arguments: [
            ("WARNING in f", "WARNING in g"),
            ("command: exited with status 1", "command: exited with status 2"),
            ("not ok: generic/208", "not ok: generic/209"),
            ("hang in ext4_write", "hang in ext2_write"),
            ("WARNING in f", "BUG in f"),
        ])
    func different(one: String, other: String) {
        #expect(fingerprint(one) != fingerprint(other))
    }

    @Test("kind and function count, the process does not")
    func parts() {
        #expect(fingerprint("hang", kind: "hang") != fingerprint("hang", kind: "warning"))
        #expect(fingerprint("hang", function: "f") != fingerprint("hang", function: "g"))
        let one = Finding(source: .console, severity: .failure, kind: "k", title: "t", pid: 1, comm: "a", stack: ["x"])
        let other = Finding(source: .kmsg, severity: .failure, kind: "k", title: "t", pid: 2, comm: "b", stack: ["y"])
        #expect(Fingerprint(of: one) == Fingerprint(of: other))
    }

    @Test("a hostile title is cut")
    func bounded() {
        #expect(fingerprint(String(repeating: "0x1 [2] ", count: 100_000)).count <= 200)
    }
}
