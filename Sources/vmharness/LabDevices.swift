import ArgumentParser
import HostProcess
import Lab

/// `vmharness lab devices`
struct LabDevices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Lists PCI functions: driver, IOMMU group, and whether a guest could have each; if not, why.")

    @Flag(help: "Bridges as well.") var all = false
    @Flag(help: "Print JSON.") var json = false

    /// One line of the list.
    private struct Row: Encodable {
        var function: HostPCIFunction
        /// Whether it could be given to a guest alone.
        var isFree: Bool
        /// What a run would load into the host's kernel first.
        var loads: [String]
        /// What is in the way.
        var obstacle: String?
        var advice: String?
    }

    func run() async throws {
        let check = PassthroughCheck()
        var rows: [Row] = []
        for function in PCIBus().functions() where all || !function.isBridge {
            switch await check.answer(for: function.address) {
            case .free(let modules): rows.append(Row(function: function, isFree: true, loads: modules))
            case .refused(let failure):
                rows.append(
                    Row(function: function, isFree: false, loads: [], obstacle: failure.what, advice: failure.advice))
            }
        }
        try printList(rows, json: json, header: ["ADDRESS", "IDS", "KIND", "DRIVER", "GROUP", "FOR GUESTS"]) { row in
            let function = row.function
            return [
                "\(function.address)", function.identity,
                ([function.kind] + function.interfaces + function.disks).joined(separator: " "),
                function.driver ?? "-", function.group.map(String.init) ?? "-",
                Self.words(for: row),
            ]
        }
    }

    private static func words(for row: Row) -> String {
        if let obstacle = row.obstacle { return "no: \(obstacle)" }
        return row.loads.isEmpty ? "yes" : "yes; a run would load \(row.loads.joined(separator: ", "))"
    }
}
