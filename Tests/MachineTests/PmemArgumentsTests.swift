import SystemPackage
import Testing

@testable import Machine

@Suite struct PmemArgumentsTests {
    private static func arguments(_ pmem: [PersistentMemory]) -> [String] {
        var specification = GuestSpecification(
            memory: 1 << 30, cpus: 1, accelerator: .tcg, kernel: "/k", initrd: "/i", commandLine: [], disks: [],
            shares: [])
        specification.pmem = pmem
        let paths = QEMUCommand.Paths(qmp: "/q", console: "/c", layers: [:], shares: [:])
        return QEMUCommand(specification: specification, paths: paths).arguments
    }

    @Test func withoutItNothingChanges() {
        let arguments = Self.arguments([])
        #expect(!arguments.contains { $0.contains("nvdimm") || $0.contains("maxmem") })
    }

    @Test func everyPartIsSaid() throws {
        let arguments = Self.arguments([
            PersistentMemory(
                name: "a", backing: .file("/d/a,b"), size: 1026 << 20, label: 2 << 20, align: 2 << 20, pmem: true),
            PersistentMemory(name: "v", model: .virtioPmem, backing: .memfd, size: 64 << 20),
            PersistentMemory(
                name: "c", backing: .devdax("/dev/dax0.0"), size: 64 << 20, align: 2 << 20, unarmed: true,
                readOnly: true),
            PersistentMemory(name: "r", backing: .ram, size: 64 << 20),
        ])
        #expect(arguments.contains { $0.hasPrefix("q35,") && $0.hasSuffix(",nvdimm=on") })
        // 1 GiB of memory, and for each device its size in whole gigabytes and one more to align it.
        #expect(arguments.contains("1024M,slots=3,maxmem=10240M"))
        for text in [
            "memory-backend-file,share=on,mem-path=/d/a,,b,id=pmem-a,size=1075838976,align=2097152,pmem=on",
            "nvdimm,id=nvdimm-a,memdev=pmem-a,slot=0,label-size=2097152",
            "memory-backend-memfd,share=on,id=pmem-v,size=67108864", "virtio-pmem-pci,id=vpmem-v,memdev=pmem-v",
            "memory-backend-file,share=on,mem-path=/dev/dax0.0,id=pmem-c,size=67108864,align=2097152,readonly=on",
            "nvdimm,id=nvdimm-c,memdev=pmem-c,slot=1,unarmed=on", "memory-backend-ram,id=pmem-r,size=67108864",
            "nvdimm,id=nvdimm-r,memdev=pmem-r,slot=2",
        ] {
            #expect(arguments.contains(text), "\(text)")
        }
    }

}
