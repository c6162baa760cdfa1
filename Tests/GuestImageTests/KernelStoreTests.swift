import Foundation
import HostProcess
import SystemPackage
import TestPlan
import Testing

@testable import GuestImage

/// A real kernel of the machine's mirror, the smallest there is, in the user's
/// cache: 30 MB are downloaded the first time, nothing later.
@Suite(.enabled("apt knows no Debian repository") { await hasMirror() })
struct KernelStoreTests {
    private static func kernel() async throws -> Kernel {
        try await KernelStore(cache: .standard()).resolve(try KernelName(parsing: "debian:6.1+cloud"))
    }

    @Test func aSeriesIsResolvedToAKernelWithItsModules() async throws {
        let kernel = try await Self.kernel()
        #expect(kernel.release.hasPrefix("6.1.0-") && kernel.release.hasSuffix("-cloud-amd64"))
        #expect(kernel.banner?.hasPrefix(kernel.release) == true)
        #expect(kernel.packages == ["linux-image-\(kernel.release) \(kernel.version)"])
        #expect(kernel.configValue("CONFIG_VIRTIO_BLK") == "m")
        #expect(kernel.configValue("CONFIG_NOT_THERE") == nil)
        #expect(kernel.hasModule("virtio-blk") && kernel.hasModule("virtio_blk"))
        #expect(!kernel.hasModule("no_such_module"))
        let module = try #require(kernel.modulePath("virtio_blk"))
        #expect(try await ModuleFile.decompressed(module).starts(with: [0x7F, 0x45, 0x4C, 0x46]))
        // The second time costs no more than asking apt's index.
        let again = try await Self.kernel()
        #expect(again.directory == kernel.directory)
    }

    @Test func theImageOfItsModulesIsOneThatAnOldKernelCanMount() async throws {
        let kernel = try await Self.kernel()
        let image = kernel.modulesImage.string
        try await Command("e2fsck", ["-fn", image]).check(timeout: .seconds(120))
        let features =
            try await Command("dumpe2fs", ["-h", image]).check().text
            .split(separator: "\n").first { $0.hasPrefix("Filesystem features:") } ?? ""
        #expect(!features.isEmpty)
        // 5.10 has neither; a read-only disk's journal could not be replayed.
        for feature in ["orphan_file", "metadata_csum_seed", "has_journal"] { #expect(!features.contains(feature)) }
        let order = try await Command("debugfs", ["-R", "cat /modules.order", image]).check().output
        let expected = try BoundedRead.bytes(of: kernel.modulesDirectory.appending("modules.order"), limit: 1 << 20)
        #expect(order == expected)
    }

    @Test func dependenciesAreLoadedFirst() async throws {
        let kernel = try await Self.kernel()
        let modules = try await ModuleSet(
            ["virtio_pci", "btrfs", "virtio_net", "no_such_module"], always: ["btrfs"], root: kernel.modulesRoot,
            release: kernel.release)
        #expect(modules.absent == ["no_such_module"])
        let prefix = "lib/modules/\(kernel.release)/"
        for driver in modules.drivers {
            let text = try BoundedRead.text(of: kernel.modulesDirectory.appending("modules.dep"), limit: 1 << 20)
            var needs: [Substring: [Substring]] = [:]
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                needs[parts[0]] = parts.count == 2 ? parts[1].split(separator: " ") : []
            }
            var loaded: Set<Substring> = []
            for file in driver.files {
                let relative = file.dropFirst(prefix.count)
                for need in needs[relative] ?? [] { #expect(loaded.contains(need), "\(relative) before \(need)") }
                loaded.insert(relative)
            }
            #expect(ModuleFile.name(of: driver.files.last ?? "") == driver.name)
        }
        // btrfs asks for its checksums at run time only: a soft dependency.
        #expect(modules.drivers[1].files.contains { $0.contains("crc32c") })
        #expect(modules.drivers[1].globs == ["*"])
        #expect(modules.drivers[2].globs == ["virtio:d00000001v*"])
    }

    @Test func anUnknownSeriesNamesThoseThatExist() async throws {
        let store = KernelStore(cache: .standard())
        let failure = await #expect(throws: Failure.self) {
            try await store.resolve(try KernelName(parsing: "debian:6.2"))
        }
        #expect(failure?.advice.contains("6.1") == true)
        #expect(failure?.blame == .request)
    }

    @Test func filesMakeTheSameKernelUnderItsContent() async throws {
        let debian = try await Self.kernel()
        try await withScratchDirectory { root in
            let source = try Self.fewModules(of: debian, in: root.appending("source"))
            let store = KernelStore(cache: Cache(root: root.appending("cache")))
            let name = KernelName.file(vmlinuz: debian.vmlinuz.string, modules: source.string)
            let kernel = try await store.resolve(name)
            #expect(kernel.release == debian.release)
            #expect(kernel.version.isEmpty && kernel.packages.isEmpty)
            #expect(kernel.hasModule("failover"))
            #expect(try await store.resolve(name).digest == kernel.digest)
            #expect(try store.list().map(\.digest) == [kernel.digest])
            // Another content is another kernel, under the same name.
            try writeFile(source.appending("modules.builtin"), Array("kernel/drivers/virtio/other.ko\n".utf8))
            let changed = try await store.resolve(name)
            #expect(changed.digest != kernel.digest && changed.isBuiltIn("other"))
            try store.remove(changed.digest)
            #expect(try store.list().map(\.digest) == [kernel.digest])
            #expect(throws: Failure.self) { try store.remove("debian:6.1") }
        }
    }

    @Test(arguments: ["build:/tmp", "file:/etc/passwd", "file:/nonexistent", "file:/etc/passwd,modules=/nonexistent"])
    func whatIsNoKernelIsRefused(name: String) async throws {
        try await withScratchDirectory { root in
            let store = KernelStore(cache: Cache(root: root))
            await #expect(throws: Failure.self) { try await store.resolve(try KernelName(parsing: name)) }
            let kernels = try store.list()
            #expect(kernels.isEmpty)
        }
    }

    private static func fewModules(of kernel: Kernel, in root: FilePath) throws -> FilePath {
        let target = root.appending(kernel.release)
        try makeDirectories(target.appending("kernel/net/core"))
        let module = try #require(kernel.modulePath("failover"))
        try FileManager.default.copyItem(
            atPath: module.string, toPath: target.appending("kernel/net/core/failover.ko").string)
        return target
    }
}

/// True if the machine's apt has a Debian repository.
func hasMirror() async -> Bool {
    (try? await AptMirrors.ofThisMachine()) != nil
}
