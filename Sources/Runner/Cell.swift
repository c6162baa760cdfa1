import Foundation
import HostProcess
public import Machine
public import RunRecord
import SystemPackage
public import TestPlan

/// One plan on one kernel with one set of parameters, before it has run.
public struct Cell: Sendable, Hashable {
    /// The plan, with its parameters filled in.
    public var plan: TestPlan
    /// The kernel as asked for.
    public var kernel: KernelName
    /// The plan's change to one of its modules; nil for the kernel as it is.
    public var mutation: Mutation?
    /// What starts its guests; nil leaves it to the plan and to the run.
    public var backend: Backend.Kind?
    /// Which repetition, from 1; nil if it runs once.
    public var repetition: Int?
    /// What a matrix expects of it; nil if nothing is.
    public var expected: CellExpectation?

    /// A plan on a kernel.
    public init(
        plan: TestPlan, kernel: KernelName, mutation: Mutation? = nil, backend: Backend.Kind? = nil,
        repetition: Int? = nil, expected: CellExpectation? = nil
    ) {
        self.plan = plan
        self.kernel = kernel
        self.mutation = mutation
        self.backend = backend
        self.repetition = repetition
        self.expected = expected
    }

    /// What the record keeps of it, so that the run can be gone on with.
    public var asked: AskedCell { [self].asked[0] }

    /// Its record as it begins.
    ///
    /// - Parameter directory: its own, relative to the run's.
    func begun(in directory: String) -> CellRecord {
        var record = CellRecord(
            id: id, plan: plan.name, kernel: "\(kernel)", mutation: mutation?.name, parameters: plan.values,
            started: Date(), directory: directory)
        record.backend = backend?.rawValue
        record.expected = expected
        return record
    }

    /// The kernel that its results are about: `debian:6.1`, with a mutation `debian:6.1,mutate=NAME`, with a backend of
    /// its own `debian:6.1,backend=NAME`.
    public var testedKernel: String {
        CellRecord.testedKernel("\(kernel)", mutation: mutation?.name, backend: backend?.rawValue)
    }

    /// Values that are too long for a file's name, with what tells them from others that begin alike.
    private static func cut(_ values: [Character]) -> String {
        guard values.count > 80 else { return String(values) }
        let hash = values.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1.asciiValue ?? 0)) &* 0x100_0000_01b3
        }
        return String(values.prefix(67)) + "-" + String(hash & 0xffff_ffff_ffff | 1 << 48, radix: 16).dropFirst()
    }

    /// Unique in its run, and fit for a file's name.
    public var id: String {
        let kernel = String(
            "\(self.kernel)".map { $0.isLetter || $0.isNumber || "._+-".contains($0) ? $0 : "-" }.suffix(100))
        let values = plan.variation.joined(separator: ",")
            .map { $0.isASCII && ($0.isLetter || $0.isNumber) || "._+=,-".contains($0) ? $0 : "-" }
        return "\(plan.name)@\(kernel)" + (values.isEmpty ? "" : ",\(Self.cut(values))")
            + (mutation.map { ",mutate=\($0.name)" } ?? "") + (backend.map { ",backend=\($0.rawValue)" } ?? "")
            + (repetition.map { "#\($0)" } ?? "")
    }
}
