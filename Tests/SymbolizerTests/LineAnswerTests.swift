import Testing

@testable import Symbolizer

/// What llvm-symbolizer and addr2line print is read, and nothing else.
struct LineAnswerTests {
    @Test func answersAreRead() throws {
        let text = """
            0xffffffff812f94d9
            __alloc_pages
            debian/build/mm/page_alloc.c:5634 (discriminator 9)
            0x0000000000001e74
            kmalloc
            include/linux/slab.h:568
            enqueue
            fs/fuse/virtio_fs.c:1161
            0x10
            ??
            ??:0
            0x20
            f
            f.c:?

            """
        let calls = try #require(LineAnswer.parse(text, addresses: [0xffff_ffff_812f_94d9, 0x1e74, 0x10, 0x20]))
        #expect(
            calls == [
                [SourceCall(function: "__alloc_pages", place: "debian/build/mm/page_alloc.c:5634")],
                [
                    SourceCall(function: "kmalloc", place: "include/linux/slab.h:568"),
                    SourceCall(function: "enqueue", place: "fs/fuse/virtio_fs.c:1161"),
                ],
                [SourceCall()],
                [SourceCall(function: "f")],
            ])
    }

    @Test(arguments: [
        "", "0x11\nf\nf.c:1\n", "0x10\nf\n", "0x10\nf\nf.c:1\n0x11\nf\nf.c:1\n", "junk\n0x10\nf\nf.c:1\n",
    ])
    func otherAnswersAreRefused(_ text: String) {
        #expect(LineAnswer.parse(text, addresses: [0x10]) == nil)
    }

    @Test(arguments: [
        ("/build/linux/./init/main.c:3", "/build/linux/mm/pool.c:1", "mm/pool.c:1"),
        ("/build/linux/init/main.c:3", "/build/linux/fs/../include/a.h:2", "include/a.h:2"),
        ("debian/build/init/main.c:3", "debian/build/mm/pool.c:1", "mm/pool.c:1"),
        ("debian/build/init/main.c:3", "/r/linux-6.1/arch/x86/entry/entry_64.S:121", "arch/x86/entry/entry_64.S:121"),
        ("/build/linux/init/main.c:3", "/home/me/module/foo.c:9", "/home/me/module/foo.c:9"),
        (nil, "/build/linux/mm/pool.c:1", "/build/linux/mm/pool.c:1"),
    ])
    func pathsBeginAtTheTopOfTheKernel(_ kernelInit: String?, _ place: String, _ expected: String) {
        #expect(SourceTree(kernelInit: kernelInit).relative(place) == expected)
    }
}
