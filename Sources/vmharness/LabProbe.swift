import ArgumentParser
import HostProcess
import Lab
import Machine
import SystemPackage
import TestPlan

/// `vmharness lab probe ADDRESS…`
struct LabProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Finds out whether functions can be given to a guest: binds them, has QEMU map them, puts them back.",
        discussion: """
            No guest runs: QEMU is started stopped. Exit status: 0 if it works, 2 if this host cannot give these \
            functions to a guest, 3 if something has to be done on the host first.
            """)

    @Argument(help: ArgumentHelp("Addresses of functions, all for one guest.", valueName: "address"))
    var addresses: [String]
    @Option(help: "Guest memory, which vfio pins.") var memory = "256MiB"
    @Option(help: "A device-dax node, such as /dev/dax0.0, mapped as an NVDIMM.") var devdax: String?

    func run() async throws {
        let addresses = try LabCommand.addresses(addresses)
        guard let size = try? ByteCount(parsing: memory), size.bytes > 0, size.bytes & ((1 << 20) - 1) == 0 else {
            throw Failure(
                "not a size of guest memory", on: memory, advice: "write a multiple of 1MiB, such as 256MiB",
                blame: .request)
        }
        let names = addresses.enumerated().map { HostFunction(name: "p\($0.offset)", address: "\($0.element)") }
        let devdax = devdax
        try await InterruptScope.run {
            let node = try devdax.map { try DaxDevice(FilePath($0)) }
            let pmem = node.map { node in
                PersistentMemory(name: "dax", backing: .devdax(node.path), size: node.size, align: node.align)
            }
            let loaded = try await PassthroughCheck().checkAndLoad(addresses).loaded
            if !loaded.isEmpty { Terminal.output("loaded \(loaded.joined(separator: ", ")) into the host's kernel") }
            try MemoryLock.own().check(memory: size.bytes, for: "a guest with \(size)")
            let unrestored = Unrestored()
            try await withFunctionsBound(addresses, report: { unrestored.add($0) }) { bound in
                try await withDaxNodesHeld([node].compactMap { $0 }) {
                    try await PassthroughProbe(names, memory: size.bytes, pmem: [pmem].compactMap { $0 }).run()
                }
                for function in bound { Terminal.output(Self.words(for: function)) }
                let dax = node.map { " and \($0.size >> 20) MiB of \($0.path)" } ?? ""
                Terminal.output("QEMU has mapped \(size) of guest memory\(dax) for DMA")
            }
            try unrestored.throwFirst()
        }
    }

    private static func words(for bound: BoundFunction) -> String {
        let function = bound.function
        let resets = function.resets.isEmpty ? "unknown" : function.resets.joined(separator: ", ")
        return "\(function.address)  \(function.identity)  \(function.kind), from \(function.driver ?? "no driver"), "
            + "group \(bound.group), reset by \(resets)"
    }
}
