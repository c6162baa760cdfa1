import Foundation
import HostProcess
import SystemPackage

/// Proves that QEMU can give functions of the host to a guest, without a kernel: a QEMU that is started stopped has
/// mapped all of the guest's memory for DMA once it answers, or has failed to.
public struct PassthroughProbe: Sendable {
    private let specification: GuestSpecification

    /// - Parameters:
    ///   - functions: bound to vfio-pci.
    ///   - memory: bytes of guest memory, a multiple of 1 MiB.
    ///   - pmem: persistent memory, mapped for DMA as well.
    public init(_ functions: [HostFunction], memory: Int, pmem: [PersistentMemory] = []) {
        var specification = GuestSpecification(
            memory: memory, cpus: 1, accelerator: .tcg, kernel: "", initrd: "", commandLine: [], disks: [], shares: [])
        specification.passthrough = functions
        specification.pmem = pmem
        self.specification = specification
    }

    /// Starts QEMU, asks which devices it has made and ends it.
    ///
    /// - Throws: `Failure` with QEMU's words and what they mean.
    public func run() async throws {
        let paths = QEMUCommand.Paths(qmp: "", console: "", layers: [:], shares: [:])
        let command = QEMUCommand(specification: specification, paths: paths)
        let arguments = command.machine + ["-S", "-qmp", "stdio"] + command.pmem + command.passthrough
        let orders = [
            #"{"execute": "qmp_capabilities"}"#,
            // Not query-pci: behind a bridge that no firmware has numbered, it sees nothing.
            #"{"execute": "qom-list", "arguments": {"path": "/machine/peripheral"}}"#,
            #"{"execute": "quit"}"#,
        ]
        let result = try await Command(QEMUCommand.program, arguments)
            .run(input: Array(orders.joined(separator: "\n").utf8), outputLimit: 4 << 20, timeout: .seconds(120))
        guard result.termination.isSuccess, let devices = Self.devices(in: result.output) else {
            let words = result.errorText.split(whereSeparator: \.isNewline).map(String.init)
            throw PassthroughWords.failure(words, termination: result.termination)
        }
        for function in specification.passthrough where !devices.contains("vfio-\(function.name)") {
            throw Failure(
                "QEMU does not have the function among its devices", on: function.address,
                advice: "it has \(devices.sorted().joined(separator: ", "))")
        }
    }

    /// The answer to `qom-list` among the lines of QMP.
    private static func devices(in output: [UInt8]) -> Set<String>? {
        output.split(separator: UInt8(ascii: "\n")).lazy
            .compactMap { try? JSONDecoder().decode(JSONValue.self, from: Data($0)) }
            .compactMap { $0["return"]?.list }.first.map { Set($0.compactMap { $0["name"]?.text }) }
    }
}
