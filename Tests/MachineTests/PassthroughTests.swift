import HostProcess
import SystemPackage
import Testing

@testable import Machine

@Suite struct PassthroughTests {
    @Test func eachFunctionIsACardInASlotOfItsOwn() {
        var specification = GuestSpecification(
            memory: 1 << 30, cpus: 1, accelerator: .tcg, kernel: "/k", initrd: "/i", commandLine: [], disks: [],
            shares: [])
        specification.passthrough = [
            HostFunction(name: "nic0", address: "0000:03:00.0"), HostFunction(name: "nic1", address: "0000:03:00.1"),
        ]
        let paths = QEMUCommand.Paths(qmp: "/q", console: "/c", layers: [:], shares: [:])
        let arguments = QEMUCommand(specification: specification, paths: paths).arguments
        #expect(arguments.contains("vfio-pci,host=0000:03:00.0,id=vfio-nic0,bus=passed-nic0,rombar=0"))
        #expect(arguments.contains("vfio-pci,host=0000:03:00.1,id=vfio-nic1,bus=passed-nic1,rombar=0"))
        let ports = arguments.filter { $0.hasPrefix("pcie-root-port") && $0.contains("passed-") }
        #expect(Set(ports.map { $0.split(separator: ",").last! }).count == 2)
    }

    /// QEMU's words for each cause, as they were seen.
    @Test(arguments: [
        ("vfio 0000:03:00.0: no such host device: 0000:03:00.0: No such file or directory", "no such function"),
        ("vfio 0000:06:01.0: group 13 is not viable", "another member"),
        ("vfio 0000:03:00.0: failed to open /dev/vfio/12: Device or resource busy", "somebody else"),
        ("vfio 0000:03:00.0: Failed to set iommu for container: Operation not permitted", "not remapped"),
        ("vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -12 (Cannot allocate memory)", "ulimit -l"),
        ("vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -95 (Operation not supported)", "device-dax"),
    ])
    func qemusWordsAreExplained(words: String, meaning: String) {
        let harmless = "-device vfio-pci: warning: KVM VFIO device isn't created yet"
        let failure = PassthroughWords.failure([words, harmless], termination: .exited(1))
        #expect(failure.what.hasSuffix(words))
        #expect(failure.advice.contains(meaning))
        // A failure that has nothing to do with vfio is not explained by it.
        #expect(PassthroughWords.advice(for: "Permission denied") == nil)
    }
}
