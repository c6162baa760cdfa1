import HostProcess
import Machine
import RunRecord
import TestPlan
import Testing

@testable import Runner

/// A matrix in parts, and its cells as they are run.
@Suite struct MatrixShardTests {
    private static let ids = (0..<2000).map { "plan-\($0 % 7)@debian-6.\($0 / 7),mode=\($0 % 3)" }

    @Test(arguments: [1, 2, 3, 4, 7, 16])
    func everyCellIsInExactlyOnePart(count: Int) {
        let shards = (1...count).compactMap { MatrixShard("\($0)/\(count)") }
        #expect(shards.count == count)
        for id in Self.ids { #expect(shards.count { $0.contains(id) } == 1) }
        // Nearly the same size: four standard deviations of chance.
        let mean = Double(Self.ids.count) / Double(count)
        for shard in shards {
            let size = Double(Self.ids.count(where: shard.contains))
            #expect(abs(size - mean) < 4 * mean.squareRoot() + 1, "\(shard) has \(size) of \(mean)")
        }
    }

    /// Machines of a CI, and versions of vmharness, must agree for ever.
    @Test func thePartOfACellIsForEverTheSame() {
        let parts = ["virtiofs-kvec@debian-6.1", "virtiofs-kvec@debian-6.12", "a", ""].map {
            MatrixShard.number(of: $0, among: 4)
        }
        #expect(parts == [4, 3, 4, 3])
    }

    @Test func anotherCellMovesNone() throws {
        func parts(_ kernels: String) throws -> [String: Int] {
            let plan = "name: p\nsummary: s\nsteps:\n  - run: {command: [a]}\n"
            let value = try TestPlan.parse(Array(plan.utf8), file: "p/plan.yaml", directory: "/")
            let cells = try kernels.split(separator: " ").map {
                Cell(plan: value, kernel: try KernelName(parsing: String($0)))
            }
            return Dictionary(
                uniqueKeysWithValues: cells.map { ($0.id, MatrixShard.number(of: $0.id, among: 3)) })
        }
        let before = try parts("debian:6.1 debian:6.12 debian:7.2")
        let after = try parts("debian:5.10 debian:6.1 debian:6.6 debian:6.12 debian:7.2 host")
        #expect(after.count == 6)
        for (id, part) in before { #expect(after[id] == part) }
    }

    @Test(arguments: ["", "1", "0/4", "5/4", "1/0", "1/1001", "-1/4", "1/4/2", "a/b", "1 /4", "+1/4"])
    func whatIsNoPart(text: String) {
        #expect(MatrixShard(text) == nil)
    }

    // MARK: Names of cells

    private func cell(_ settings: [String: String], backend: String? = nil) throws -> Cell {
        let text = """
            name: p
            summary: s
            parameters: {size: 1MiB, long: x, mode: {values: [a, b]}}
            steps:
              - run: {command: ["${size}", "${long}", "${mode}"]}

            """
        let plan = try TestPlan.parse(
            Array(text.utf8), file: "p/plan.yaml", directory: "/", settings: settings)
        return Cell(
            plan: plan, kernel: try KernelName(parsing: "debian:6.1"), backend: backend.flatMap { .init(rawValue: $0) })
    }

    @Test func theNameTellsWhatIsAsked() throws {
        #expect(try cell([:]).id == "p@debian-6.1,mode=a")
        #expect(try cell(["size": "2MiB"], backend: "libvirt").id == "p@debian-6.1,size=2MiB,mode=a,backend=libvirt")
        #expect(try cell([:], backend: "libvirt").testedKernel == "debian:6.1,backend=libvirt")
    }

    @Test func longValuesStayApart() throws {
        let long = String(repeating: "y", count: 100)
        let ids = try [long + "1", long + "2"].map { try cell(["long": $0]).id }
        #expect(ids[0] != ids[1])
        #expect(ids.allSatisfy { $0.count < 110 })
    }

    @Test func theBackendIsKeptForARunThatIsGoneOnWith() throws {
        #expect(try cell([:], backend: "libvirt").asked.backend == "libvirt")
        #expect(try cell([:]).asked.backend == nil)
    }
}
