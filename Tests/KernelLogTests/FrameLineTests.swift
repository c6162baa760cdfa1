import Testing

@testable import KernelLog

/// Stack frames in the spellings of all architectures and ages.
struct FrameLineTests {
    @Test(
        arguments: [
            (" foo+0x1a5/0x540", "foo", 0x1a5, 0x540, nil, false),
            (" ? foo+0x1a5/0x540 [virtiofs]", "foo", 0x1a5, 0x540, "virtiofs", true),
            ("  foo+0x10/0x20 [mod 0123456789abcdef]", "foo", 0x10, 0x20, "mod", false),
            ("  foo+0x10/0x20 (P)", "foo", 0x10, 0x20, nil, false),
            (" [<ffffffff81a31f8c>] foo+0x124/0x1b8", "foo", 0x124, 0x1b8, nil, false),
            (" <IRQ>  [<ffffffff81a31f8c>] foo.isra.0+0x124/0x1b8", "foo.isra.0", 0x124, 0x1b8, nil, false),
            ("[c00000000a1b3ea0] [c000000000123456] foo+0x60/0x2c0 (unreliable)", "foo", 0x60, 0x2c0, nil, true),
            ("([<000000000010a1b2>] foo+0x3a/0x220)", "foo", 0x3a, 0x220, nil, true),
            (" callee from foo+0x10/0x14", "foo", 0x10, 0x14, nil, false),
            ("[<8010e0d0>] (callee) from [<8010a4f0>] (foo+0x10/0x14)", "foo", 0x10, 0x14, nil, false),
            ("[<8010e0d0>] (callee [mod]) from [<8010a4f0>] (foo+0x10/0x14 [mod])", "foo", 0x10, 0x14, "mod", false),
            ("[<8010e0d0>] (callee+0x0/0xe0) from [<8010a4f0>] (foo+0x10/0x14)", "foo", 0x10, 0x14, nil, false),
            (" foo+0x1a5/0x540 fs/foo.c:12", "foo", 0x1a5, 0x540, nil, false),
        ] as [(String, String, UInt64, UInt64, String?, Bool)])
    func frames(
        _ line: String, _ name: String, _ offset: UInt64, _ size: UInt64, _ module: String?, _ isUnreliable: Bool
    ) throws {
        let frame = line.withView { view in
            FrameLine.parse(view).map { ($0.name.string, $0.offset, $0.size, $0.module?.string, $0.isUnreliable) }
        }
        let found = try #require(frame)
        #expect(found.0 == name)
        #expect(found.1 == offset)
        #expect(found.2 == size)
        #expect(found.3 == module)
        #expect(found.4 == isUnreliable)
    }

    @Test func calleesOfArm() {
        let callee = " callee from foo+0x10/0x14".withView { FrameLine.parse($0)?.callee?.string }
        #expect(callee == "callee")
    }

    @Test func inlinedFrames() {
        let isInlined = " foo fs/file_table.c:500 [inline]".withView { FrameLine.parse($0)?.isInlined }
        #expect(isInlined == true)
    }

    @Test(arguments: [
        "", " ", "RIP: 0010:foo+0x1/0x2", "R13: ffffffffc064de75 R14: 0000", "Call Trace:", " foo", " foo+bar",
        "Modules linked in: a b", "[<", "[<zz>] foo", " ? ", "foo from bar", "(a) from [<1>] (b)",
    ])
    func noFrames(_ line: String) {
        #expect(line.withView { FrameLine.parse($0) == nil })
    }
}
