import SystemPackage
import Testing

@testable import GuestImage

struct ModuleSetTests {
    @Test func modprobesLinesBecomePathsBelowTheRoot() {
        let output = """
            builtin virtio_pci
            insmod /c/modules/lib/modules/6.1/kernel/lib/crc16.ko.xz 
            insmod /c/modules/lib/modules/6.1/kernel/fs/ext4/ext4.ko.xz 
            insmod /c/modules/lib/modules/6.1/kernel/lib/crc16.ko.xz 

            """
        #expect(
            ModuleSet.files(output, root: "/c/modules")
                == ["lib/modules/6.1/kernel/lib/crc16.ko.xz", "lib/modules/6.1/kernel/fs/ext4/ext4.ko.xz"])
    }

    @Test func aliasesOfTheBusesWeLookAt() {
        let aliases = ModuleSet.aliases(
            """
            # Aliases extracted from modules themselves.
            alias fs-ext4 ext4
            alias virtio:d00000002v* virtio_blk
            alias pci:v00008086d000025ABsv*sd*bc*sc*i* i6300esb
            alias of:N*T*Cqemu,pvpanic-mmio pvpanic_mmio
            alias acpi*:QEMU0001:* pvpanic_mmio
            alias broken
            """)
        #expect(
            aliases == [
                "virtio_blk": ["virtio:d00000002v*"], "i6300esb": ["pci:v00008086d000025ABsv*sd*bc*sc*i*"],
                "pvpanic_mmio": ["acpi*:QEMU0001:*"],
            ])
    }

    @Test(arguments: [
        ("lib/modules/6.1/kernel/drivers/char/hw_random/virtio-rng.ko.xz", "virtio-rng.ko", "virtio_rng"),
        ("virtio_net.ko", "virtio_net.ko", "virtio_net"),
        ("a/snd-hda.ko.zst", "snd-hda.ko", "snd_hda"),
    ])
    func names(file: String, unpacked: String, module: String) {
        #expect(ModuleSet.unpackedName(file) == unpacked)
        #expect(ModuleFile.name(of: file) == module)
    }
}
