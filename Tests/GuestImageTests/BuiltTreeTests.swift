import Foundation
import HostProcess
import SystemPackage
import TestPlan
import Testing

@testable import GuestImage

/// `build:PATH`, with trees that hold what kbuild leaves: the image and a module of a real kernel.
@Suite(.enabled("apt knows no Debian repository") { await hasMirror() })
struct BuiltTreeTests {
    /// A tree as `make` leaves it, for as long as `body` runs.
    ///
    /// - Parameter name: of the kernel whose image it has; Debian's cloud kernels are small, and without a PVH note.
    private static func withTree(
        of name: String = "debian:6.1+cloud",
        _ body: (_ tree: FilePath, _ debian: Kernel, _ store: KernelStore) async throws -> Void
    ) async throws {
        let debian = try await KernelStore(cache: .standard()).resolve(try KernelName(parsing: name))
        try await withScratchDirectory { root in
            let tree = root.appending("linux")
            for directory in ["arch/x86/boot", "include/config", "net/core"] {
                try makeDirectories(tree.appending(directory))
            }
            try copy(debian.vmlinuz, tree.appending("arch/x86/boot/bzImage"))
            try writeFile(tree.appending("include/config/kernel.release"), Array("6.1.99-test\n".utf8))
            try writeFile(tree.appending(".config"), Array("CONFIG_FAILOVER=m\n".utf8))
            try writeFile(tree.appending("modules.order"), Array("net/core/failover.o\n".utf8))
            try copy(try #require(debian.modulePath("failover")), tree.appending("net/core/failover.ko"))
            try await body(tree, debian, KernelStore(cache: Cache(root: root.appending("cache"))))
        }
    }

    private static func copy(_ source: FilePath, _ target: FilePath) throws {
        try makeDirectories(target.removingLastComponent())
        try FileManager.default.copyItem(atPath: source.string, toPath: target.string)
    }

    @Test func aTreeIsLaidOutAsItsInstallationWouldBe() async throws {
        try await Self.withTree { tree, debian, store in
            // What is not in modules.order was left by an older configuration, a package's build, an installation.
            for stray in ["net/core/old.ko", "debian/copy/failover.ko", "lib/modules/6.1.99-test/kernel/failover.ko"] {
                try Self.copy(tree.appending("net/core/failover.ko"), tree.appending(stray))
            }
            let kernel = try await store.resolve(.build(path: tree.string))
            #expect(kernel.release == "6.1.99-test")
            #expect(kernel.configValue("CONFIG_FAILOVER") == "m")
            #expect(kernel.modulePath("failover") == kernel.modulesDirectory.appending("kernel/net/core/failover.ko"))
            #expect(kernel.moduleNames == ["failover"])
            // sshd in the guest needs it to time a login out, and tells nobody.
            #expect(kernel.lackingOptions.contains("CONFIG_POSIX_TIMERS"))
            #expect(debian.lackingOptions.isEmpty)
            let order = try BoundedRead.text(of: kernel.modulesDirectory.appending("modules.order"), limit: 4096)
            #expect(order == "kernel/net/core/failover.ko\n")
        }
    }

    @Test func aModuleThatIsNotBuiltYetIsRefused() async throws {
        try await Self.withTree { tree, _, store in
            try writeFile(tree.appending("modules.order"), Array("net/core/failover.o\nnet/none.o\n".utf8))
            let failure = await #expect(throws: Failure.self) { try await store.resolve(.build(path: tree.string)) }
            #expect(failure?.subject == tree.appending("net/none.ko").string)
            #expect(failure?.blame == .request)
        }
    }

    /// `make vmlinux` after a change leaves the old bzImage, cached or not.
    @Test func anImageOlderThanItsVmlinuxIsRefused() async throws {
        try await Self.withTree(of: "debian:6.1") { tree, debian, store in
            let vmlinux = tree.appending("vmlinux")
            try Self.copy(try #require(debian.vmlinux), vmlinux)
            _ = try await store.resolve(.build(path: tree.string))
            var bytes = try BoundedRead.bytes(of: vmlinux, limit: 1 << 30)
            let id = try #require(BuildID(vmlinux: vmlinux))
            let digits = stride(from: 0, to: id.text.count, by: 2).map {
                UInt8(id.text.dropFirst($0).prefix(2), radix: 16)!
            }
            let place = try #require(bytes.firstRange(of: digits)).lowerBound
            bytes[place] ^= 1
            try writeFile(vmlinux, bytes)
            let failure = await #expect(throws: Failure.self) { try await store.resolve(.build(path: tree.string)) }
            #expect(failure?.what.contains("one of them is older") == true)
        }
    }

    @Test func aBareVmlinuxIsAnImageToo() async throws {
        try await Self.withTree(of: "debian:6.1") { tree, debian, store in
            try FileManager.default.removeItem(atPath: tree.appending("arch/x86/boot/bzImage").string)
            try Self.copy(try #require(debian.vmlinux), tree.appending("vmlinux"))
            let kernel = try await store.resolve(.build(path: tree.string))
            #expect(kernel.release == "6.1.99-test")
            #expect(!kernel.hasCompressedImage && debian.hasCompressedImage)
            #expect(try BuildID(vmlinux: #require(kernel.vmlinux)) == BuildID(vmlinux: tree.appending("vmlinux")))
        }
    }

    @Test func whatModulesInstallFilledIsAKernelWithItsImage() async throws {
        try await Self.withTree { tree, _, store in
            let root = tree.removingLastComponent().appending("root")
            let modules = root.appending("lib/modules/6.1.99-test")
            try Self.copy(tree.appending("net/core/failover.ko"), modules.appending("kernel/net/core/failover.ko"))
            try writeFile(modules.appending("modules.order"), Array("kernel/net/core/failover.ko\n".utf8))
            try writeFile(modules.appending("modules.dep"), [])
            let name = KernelName.build(path: root.string)
            // Without an image, then with that of the tree which `build` leads to, then with its own.
            await #expect(throws: Failure.self) { try await store.resolve(name) }
            #expect(symlink(tree.string, modules.appending("build").string) == 0)
            #expect(try BuiltTree(root).image == modules.appending("build/arch/x86/boot/bzImage"))
            #expect(try BuiltTree(root).objects == modules.appending("build"))
            try Self.copy(tree.appending("arch/x86/boot/bzImage"), root.appending("boot/vmlinuz-6.1.99-test"))
            #expect(try BuiltTree(root).image == root.appending("boot/vmlinuz-6.1.99-test"))
            let kernel = try await store.resolve(name)
            #expect(kernel.release == "6.1.99-test" && kernel.moduleNames == ["failover"])
            // Which of two kernels is meant, nobody knows.
            try makeDirectories(root.appending("lib/modules/6.1.98"))
            try writeFile(root.appending("lib/modules/6.1.98/modules.dep"), [])
            let failure = await #expect(throws: Failure.self) { try await store.resolve(name) }
            #expect(failure?.advice.contains("6.1.98") == true)
        }
    }

    @Test func theListOfModulesIsReadInItsOrder() {
        #expect(BuiltTree.modules(inOrder: "b/c.o\na/d.ko\nkernel/x.ko\n") == ["b/c.ko", "a/d.ko", "x.ko"])
    }

    @Test(arguments: [
        ("gcc (Debian 12.2.0-14+deb12u1) 12.2.0", false, "gcc", []),
        ("gcc-13 (Debian 13.2.0-25) 13.2.0", false, "gcc-13", ["CC=gcc-13"]),
        (
            "x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14) 12.2.0", false, "x86_64-linux-gnu-gcc-12",
            ["CC=x86_64-linux-gnu-gcc-12"]
        ),
        ("Debian clang version 14.0.6", true, "clang", ["LLVM=1"]),
        ("clang version 17.0.0", false, "clang", ["CC=clang"]),
        ("", false, "gcc", []),
    ])
    func modulesAreBuiltByTheCompilerOfTheTree(text: String, usesLLD: Bool, program: String, words: [String]) {
        let choice = TreeCompiler.choice(versionText: text, usesLLD: usesLLD)
        #expect(choice.program == program && choice.words == words)
    }
}
