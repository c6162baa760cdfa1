import ArgumentParser
import Foundation
import HostProcess
import Lab

/// `vmharness lab status`
struct LabStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tells which functions are bound for guests, by whom and since when, and what killed runs have left.")

    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let entries = try Bindings().entries()
        if entries.isEmpty, !json { return Terminal.output("nothing is bound") }
        try printList(entries, json: json, header: ["ADDRESS", "GROUP", "NOW", "BEFORE", "STATE", "SINCE"]) { entry in
            let journal = entry.journal
            return [
                "\(journal.address)", "\(journal.group)", entry.presentDriver ?? "-", journal.driver ?? "-",
                entry.isHeld ? "held by \(journal.holder)" : "left by \(journal.holder)",
                journal.since.formatted(.iso8601),
            ]
        }
        if !json, entries.contains(where: { !$0.isHeld }) {
            Terminal.output("the next run puts back what was left, or `vmharness lab release` now")
        }
    }
}
