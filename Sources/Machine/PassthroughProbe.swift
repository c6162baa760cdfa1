import Foundation
import HostProcess
import SystemPackage

/// Proves that QEMU can give functions of the host to a guest, without a kernel: a QEMU that is started stopped has
/// mapped all of the guest's memory for DMA once it answers, or has failed to.
public struct PassthroughProbe: Sendable {
    /// What QEMU has made of a function.
    public struct Answer: Sendable, Hashable, Codable {
        /// The name that was asked for.
        public var name: String
        /// `8086:10d3`, as the guest would read it.
        public var identity: String
        /// Bytes of each of its regions.
        public var regions: [Int]
    }

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

    /// Starts QEMU, asks for its PCI functions and ends it.
    ///
    /// - Throws: `Failure` with QEMU's words and what they mean.
    public func run() async throws -> [Answer] {
        let paths = QEMUCommand.Paths(qmp: "", console: "", layers: [:], shares: [:])
        let command = QEMUCommand(specification: specification, paths: paths)
        let arguments = command.machine + ["-S", "-qmp", "stdio"] + command.pmem + command.passthrough
        let orders = ["qmp_capabilities", "query-pci", "quit"].map { #"{"execute": "\#($0)"}"# + "\n" }
        let result = try await Command(QEMUCommand.program, arguments)
            .run(input: Array(orders.joined().utf8), outputLimit: 4 << 20, timeout: .seconds(120))
        guard result.termination.isSuccess, let buses = Self.buses(in: result.output) else {
            let words = result.errorText.split(whereSeparator: \.isNewline).map(String.init)
            throw PassthroughWords.failure(words, termination: result.termination)
        }
        let devices = Self.devices(on: buses)
        return try specification.passthrough.map { function in
            guard let device = devices.first(where: { $0["qdev_id"]?.text == "vfio-\(function.name)" }) else {
                throw Failure(
                    "QEMU does not show the function to the guest", on: function.address,
                    advice: "see what it says: \(result.errorText)")
            }
            return Answer(
                name: function.name, identity: Self.identity(of: device),
                regions: (device["regions"]?.list ?? []).compactMap { $0["size"]?.number })
        }
    }

    /// The answer to `query-pci` among the lines of QMP.
    private static func buses(in output: [UInt8]) -> [JSONValue]? {
        output.split(separator: UInt8(ascii: "\n")).lazy
            .compactMap { try? JSONDecoder().decode(JSONValue.self, from: Data($0)) }
            .compactMap { $0["return"]?.list }.first
    }

    /// The devices on all buses, those behind bridges too.
    private static func devices(on buses: [JSONValue], depth: Int = 0) -> [JSONValue] {
        guard depth < 8 else { return [] }
        return buses.flatMap { $0["devices"]?.list ?? [] }.flatMap { device in
            [device] + devices(on: [device["pci_bridge"] ?? .null], depth: depth + 1)
        }
    }

    private static func identity(of device: JSONValue) -> String {
        func hex(_ key: String) -> String {
            let digits = String(device["id"]?[key]?.number ?? 0, radix: 16)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        return "\(hex("vendor")):\(hex("device"))"
    }
}
