import HostProcess
import Lab
import Machine
import RunRecord
import TestPlan

/// What a cell will take of the host, by what such cells took before.
struct CellNeed: Sendable, Hashable {
    /// Bytes of memory that its guests take at most.
    var memory: Int
    /// Whether such a cell was measured; else ``memory`` is what its guests could take if they touched all they have.
    var isMeasured: Bool
    /// CPUs that it keeps busy, on average.
    var cores: Double
    /// What it needs for itself while it runs: a group of the host's functions, a device-dax node.
    var exclusive: Set<String>

    /// Bytes of QEMU itself, beside the guest's memory: its code, and what TCG translates.
    static let overhead = 256 << 20
    /// Bytes of a virtiofsd.
    static let daemon = 32 << 20

    /// CPUs that a guest can use for each thread of its CPUs and for each daemon: QEMU has a little to do beside them.
    static let mostThreadShare = 1.25

    /// A need as it was found out.
    init(memory: Int, isMeasured: Bool = true, cores: Double = 1, exclusive: Set<String> = []) {
        self.memory = memory
        self.isMeasured = isMeasured
        self.cores = cores
        self.exclusive = exclusive
    }

    /// The need of a cell.
    ///
    /// - Parameter forecast: what cells like it took.
    /// - Throws: `Failure` for a device-dax node that is none any more.
    init(_ prepared: PreparedCell, _ forecast: CellForecast) throws {
        let guest = prepared.cell.plan.guest
        let guests = prepared.cell.plan.shards
        let isEmulated = prepared.accelerator.accelerator == .tcg
        // Files the host's kernel can lay on disk; the other two it cannot.
        let pmem = prepared.pmem.filter { $0.backing == .memfd || $0.backing == .ram }.map(\.size.bytes).reduce(0, +)
        let most = guests * (guest.memory.bytes + pmem + Self.overhead + guest.virtiofs.count * Self.daemon)
        let threads = isEmulated && !prepared.qemu.hasSafeThreads ? 1 : guest.cpus
        self.init(
            // The next may take a little more than any before.
            memory: forecast.memory.map { $0 + $0 / 10 } ?? most, isMeasured: forecast.memory != nil,
            // On a crowded host several threads of one guest wait at a time, and the sum of it is more than they could use.
            cores: min(
                forecast.cores ?? Double(guests * threads),
                Double(guests * (threads + guest.virtiofs.count)) * Self.mostThreadShare),
            exclusive: Set(
                prepared.passthrough.map { passed in
                    passed.function.group.map { "IOMMU group \($0)" } ?? "\(passed.function.address)"
                } + (try PmemCheck.nodes(of: prepared.pmem).map { "device-dax node \($0.number)" })))
    }

    /// Refuses what can never run here, however long it waits.
    ///
    /// - Parameter name: the cell's id.
    /// - Throws: `Failure`, with the numbers.
    func refuse(_ name: String, on room: HostRoom) throws {
        guard memory > room.memory else { return }
        throw Failure(
            "its guests need \(Self.megabytes(memory)) of memory\(isMeasured ? ", as measured before" : " at most"), "
                + "and this host has \(Self.megabytes(room.memory))",
            on: name, advice: "give the guest less memory, or run the plan on a larger host", blame: .request)
    }

    static func megabytes(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }
}
