import Foundation
import HostProcess
import RunRecord
import Testing

@testable import Runner

@Suite("Which cells may run side by side")
struct AdmissionTests {
    private static let gigabyte = 1 << 30

    /// A made-up host; nobody else uses its memory unless told.
    private static func host(_ gigabytes: Int, available: Int? = nil, cores: Double = 8) -> HostRoom {
        HostRoom(memory: gigabytes * gigabyte, available: (available ?? gigabytes) * gigabyte, cores: cores)
    }

    private static func need(_ gigabytes: Int, isMeasured: Bool = true, cores: Double = 1, _ things: String...)
        -> CellNeed
    {
        CellNeed(memory: gigabytes * gigabyte, isMeasured: isMeasured, cores: cores, exclusive: Set(things))
    }

    /// Starts cells until one may not.
    private static func fill(_ jobs: Schedule.Jobs, _ need: CellNeed, on room: HostRoom, uses: Int = 0) -> Admission {
        var admission = Admission(jobs: jobs)
        while admission.count < 100, admission.obstacle(for: need, on: room) == nil {
            admission.start("\(admission.count)", need) { uses }
        }
        return admission
    }

    @Test("As many as the CPUs carry by their measured load, and one at least")
    func cores() {
        #expect(Self.fill(.auto, Self.need(1), on: Self.host(64, cores: 2)).count == 2)
        #expect(Self.fill(.auto, Self.need(1, cores: 0.25), on: Self.host(64, cores: 2)).count == 8)
        // A little more than half of what the host has: a CPU that idles is worse.
        #expect(Self.fill(.auto, Self.need(1, cores: 1.1), on: Self.host(64, cores: 2)).count == 2)
        #expect(Self.fill(.auto, Self.need(1, cores: 16), on: Self.host(64, cores: 2)).count == 1)
    }

    @Test("A number says how many, and memory still holds")
    func number() {
        #expect(Self.fill(.most(5), Self.need(1, cores: 4), on: Self.host(64, cores: 2)).count == 5)
        // 16 GB, of which a twentieth stays free.
        #expect(Self.fill(.most(50), Self.need(4), on: Self.host(16)).count == 3)
    }

    @Test("What was admitted and still grows is set aside; what it has is not counted twice")
    func growing() {
        // Nothing of it is used yet.
        #expect(Self.fill(.auto, Self.need(4), on: Self.host(16)).count == 3)
        var admission = Admission(jobs: .auto)
        for id in ["a", "b"] { admission.start(id, Self.need(4)) { 4 * Self.gigabyte } }
        // Both have all they need, which is no more available.
        #expect(admission.obstacle(for: Self.need(4), on: Self.host(16, available: 8)) == nil)
        guard case .memory(let lacking) = admission.obstacle(for: Self.need(4), on: Self.host(16, available: 4)) else {
            Issue.record("admitted without memory")
            return
        }
        #expect(lacking == Self.host(16).reserve)
        admission.end("a")
        #expect(admission.count == 1)
    }

    @Test("What is large runs alone, and only what was measured is kept from that by others' memory")
    func alone() {
        let admission = Admission(jobs: .auto)
        #expect(admission.obstacle(for: Self.need(15), on: Self.host(16)) == nil)
        #expect(admission.obstacle(for: Self.need(15), on: Self.host(16, available: 10)) == .memory(lacking: 5 << 30))
        #expect(admission.obstacle(for: Self.need(15, isMeasured: false), on: Self.host(16, available: 10)) == nil)
    }

    @Test("What can never fit is refused with the numbers")
    func refusal() throws {
        #expect(throws: Never.self) { try Self.need(16).refuse("c", on: Self.host(16)) }
        let error = #expect(throws: (any Error).self) { try Self.need(17).refuse("c", on: Self.host(16)) }
        let text = "\(try #require(error))"
        #expect(text.contains("17408 MiB") && text.contains("16384 MiB"))
    }

    @Test("Of one thing there is one holder; all of a cell's things are taken at once, so nobody waits for another")
    func exclusive() {
        var admission = Admission(jobs: .most(8))
        admission.start("a", Self.need(1, "group 1", "group 2")) { 0 }
        #expect(admission.obstacle(for: Self.need(1, "group 2", "group 3"), on: Self.host(64)) == .exclusive("group 2"))
        #expect(admission.obstacle(for: Self.need(1, "group 3"), on: Self.host(64)) == nil)
        admission.end("a")
        #expect(admission.obstacle(for: Self.need(1, "group 2", "group 3"), on: Self.host(64)) == nil)
    }

    // MARK: The order of those that wait

    private typealias Waiting = WaitingCells<String>

    private static func entry(_ name: String, seconds: Double? = nil, _ need: CellNeed = need(1)) -> Waiting.Entry {
        var forecast = CellForecast()
        forecast.seconds = seconds
        return .init(cell: name, forecast: forecast, need: need)
    }

    @Test("What takes longest begins, what nobody knows before it")
    func order() {
        let cells = [
            Self.entry("short", seconds: 1), Self.entry("new"), Self.entry("long", seconds: 9),
            Self.entry("short too", seconds: 1),
        ]
        #expect(Waiting(cells, order: .longestFirst).entries.map(\.cell) == ["new", "long", "short", "short too"])
        #expect(Waiting(cells, order: .given).entries.map(\.cell) == cells.map(\.cell))
    }

    @Test("Small cells pass a large one, but not for ever; what waits for a holder keeps nobody")
    func passing() {
        let large = Self.need(8)
        let small = (0..<100).map { Self.entry("small \($0)") }
        var waiting = Waiting([Self.entry("large", large)] + small, order: .given)
        var started = 0
        while waiting.next({ $0 == large ? .memory(lacking: 1) : nil }).entry != nil { started += 1 }
        #expect(started == Waiting.mostPassed)
        #expect(waiting.entries.first?.cell == "large")

        let held = Self.need(1, "group 1")
        waiting = Waiting([Self.entry("held", held)] + small, order: .given)
        started = 0
        while waiting.next({ $0 == held ? .exclusive("group 1") : nil }).entry != nil { started += 1 }
        #expect(started == small.count)
    }

    @Test("A control group's limit is the host's, less what is cached")
    func controlGroup() throws {
        let group = FileManager.default.temporaryDirectory.appending(path: "m2-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: group, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: group) }
        for (name, text) in [
            ("memory.max", "4294967296\n"), ("memory.current", "3221225472\n"),
            ("memory.stat", "anon 1\ninactive_file 1073741824\n"), ("cpu.max", "150000 100000\n"),
        ] { try text.write(to: group.appending(path: name), atomically: false, encoding: .utf8) }
        var room = Self.host(16)
        room.confine(by: group.path)
        #expect(room == HostRoom(memory: 4 << 30, available: 2 << 30, cores: 1.5))
        try "max\n".write(to: group.appending(path: "memory.max"), atomically: false, encoding: .utf8)
        try "max 100000\n".write(to: group.appending(path: "cpu.max"), atomically: false, encoding: .utf8)
        room = Self.host(16)
        room.confine(by: group.path)
        #expect(room == Self.host(16))
    }

    // MARK: What is expected

    @Test("A cell is expected to take what the nearest of its like took")
    func forecast() {
        let shape = CellCost.Shape(plan: "p", accelerator: "tcg", guestMemory: 1 << 30, cpus: 2)
        func cost(_ kernel: String, _ size: String, _ seconds: Double, _ memory: Int?) -> CellCost {
            CellCost(
                shape: shape, kernel: kernel, parameters: ["size": size], seconds: seconds, peakMemory: memory, cores: 1
            )
        }
        let costs = [
            cost("debian:6.1", "1", 10, 100), cost("debian:6.1", "1", 12, 90), cost("debian:6.1", "1", 11, nil),
            cost("debian:6.1", "2", 70, 500), cost("debian:7.2", "1", 30, 300),
        ]
        func forecast(_ kernel: String, _ size: String) -> CellForecast {
            CellForecast(shape, kernel: kernel, parameters: ["size": size], from: costs)
        }
        #expect(forecast("debian:6.1", "1").seconds == 11)
        // The largest: the next must not swap.
        #expect(forecast("debian:6.1", "1").memory == 100)
        #expect(forecast("debian:6.1", "3").memory == 500)
        #expect(forecast("debian:5.10", "1").memory == 500)
        // The same from the table that all cells of the shape share.
        let table = ForecastTable(costs)
        for (kernel, size) in [("6.1", "1"), ("6.1", "2"), ("6.1", "3"), ("7.2", "1"), ("5.10", "1")] {
            let kernel = "debian:" + kernel
            #expect(table.forecast(kernel: kernel, parameters: ["size": size]) == forecast(kernel, size))
        }
        var other = shape
        other.guestMemory = 8 << 30
        #expect(CellForecast(other, kernel: "debian:6.1", parameters: ["size": "1"], from: costs) == CellForecast())
    }
}
