internal import GRDB
public import RunRecord

extension ResultStore {
    /// How many of the latest costs count, of a plan on one kernel and on all.
    public static let costsKept = (onKernel: 40, onAll: 40)

    /// How many of a plan's latest cells are looked at for those on other kernels: a plan may have had a million.
    private static let mostLookedAt = 400

    /// What cells of a plan took, the latest first: those on one kernel, then those on any.
    ///
    /// - Parameters:
    ///   - plan: the plan's name.
    ///   - kernel: the kernel that results are about.
    ///   - accelerator: `kvm` or `tcg`; what one does in a second takes the other twenty.
    /// - Throws: `Failure`.
    public func costs(plan: String, kernel: String, accelerator: String) throws -> [CellCost] {
        try read { db in
            let reader = RunReader(db)
            let own = try String.fetchAll(
                db,
                sql: """
                    SELECT cost FROM cells INDEXED BY costs
                    WHERE plan = ? AND accelerator = ? AND kernel = ? AND cost IS NOT NULL
                    ORDER BY started DESC LIMIT ?
                    """,
                arguments: [plan, accelerator, kernel, Self.costsKept.onKernel])
            let all = try String.fetchAll(
                db,
                sql: """
                    SELECT cost FROM (
                        SELECT cost, accelerator, kernel FROM cells INDEXED BY cells_of_plan
                        WHERE plan = ? ORDER BY started DESC LIMIT ?)
                    WHERE accelerator = ? AND kernel <> ? AND cost IS NOT NULL LIMIT ?
                    """,
                arguments: [plan, Self.mostLookedAt, accelerator, kernel, Self.costsKept.onAll])
            return try (own + all).map { try reader.value(CellCost.self, $0) }
        }
    }
}
