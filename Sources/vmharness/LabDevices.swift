import ArgumentParser
import HostProcess
import Lab

/// `vmharness lab devices`
struct LabDevices: ParsableCommand {
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
        /// What is in the way.
        var obstacle: String?
        var advice: String?
    }

    func run() throws {
        let check = PassthroughCheck()
        let rows = PCIBus().functions().filter { all || !$0.isBridge }.map { function in
            let obstacle = check.obstacle(of: function.address)
            return Row(
                function: function, isFree: obstacle == nil, obstacle: obstacle?.what, advice: obstacle?.advice)
        }
        try printList(rows, json: json, header: ["ADDRESS", "IDS", "KIND", "DRIVER", "GROUP", "FOR GUESTS"]) { row in
            let function = row.function
            return [
                "\(function.address)", function.identity,
                ([function.kind] + function.interfaces + function.disks).joined(separator: " "),
                function.driver ?? "-", function.group.map(String.init) ?? "-",
                row.obstacle.map { "no: \($0)" } ?? "yes",
            ]
        }
    }
}
