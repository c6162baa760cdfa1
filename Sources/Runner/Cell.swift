import Foundation
import HostProcess
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
    /// Which repetition, from 1; nil if it runs once.
    public var repetition: Int?

    /// A plan on a kernel.
    public init(plan: TestPlan, kernel: KernelName, mutation: Mutation? = nil, repetition: Int? = nil) {
        self.plan = plan
        self.kernel = kernel
        self.mutation = mutation
        self.repetition = repetition
    }

    /// What the record keeps of it, so that the run can be gone on with.
    public var asked: AskedCell {
        let here = FilePath(FileManager.default.currentDirectoryPath)
        let file = here.pushing(FilePath(plan.file))
        let files = [file] + [plan.guest.definition].compactMap { $0.map { here.pushing(FilePath($0)) } }
        return AskedCell(
            id: id, plan: file.lexicallyNormalized().string, planDigest: Self.digest(of: files), kernel: "\(kernel)",
            mutation: mutation?.name, parameters: plan.values, repetition: repetition)
    }

    /// The kernel that its results are about: `debian:6.1`, and with a mutation `debian:6.1,mutate=NAME`.
    public var testedKernel: String { CellRecord.testedKernel("\(kernel)", mutation: mutation?.name) }

    /// FNV-1a of the bytes of files: it tells whether a plan, or the guest that it extends, was edited, and keeps nobody
    /// from forging.
    private static func digest(of files: [FilePath]) -> String? {
        var hash = 0xcbf2_9ce4_8422_2325 as UInt64
        for file in files {
            guard let bytes = ProcessTable.read(file.string) else { return nil }
            hash = bytes.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        }
        return String(hash, radix: 16)
    }

    /// Unique in its run, and fit for a file's name.
    public var id: String {
        let kernel = String(
            "\(self.kernel)".map { $0.isLetter || $0.isNumber || "._+-".contains($0) ? $0 : "-" }.suffix(100))
        let values = plan.variation.joined(separator: ",")
            .map { $0.isASCII && ($0.isLetter || $0.isNumber) || "._+=,-".contains($0) ? $0 : "-" }
        return "\(plan.name)@\(kernel)" + (values.isEmpty ? "" : ",\(String(values.prefix(80)))")
            + (mutation.map { ",mutate=\($0.name)" } ?? "")
            + (repetition.map { "#\($0)" } ?? "")
    }
}
