import ArgumentParser
import HostProcess
import Lab

/// `vmharness lab release [ADDRESS…]`
struct LabRelease: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Gives functions that killed runs have left back to their drivers; all if none is named.",
        discussion:
            "Exit status: 0 if all is as it was, 2 for a function that was not bound, 3 if one cannot be put back.")

    @Argument(help: ArgumentHelp("Addresses of functions.", valueName: "address")) var addresses: [String] = []
    @Flag(help: "Drop the journals of functions that cannot be put back.") var forget = false

    func run() throws {
        // A QEMU whose controller is dead still has its function open.
        HostScope.sweepAbandoned()
        let restoration = try Bindings().release(try LabCommand.addresses(addresses), forgets: forget)
        LeftBindings.print(restoration.restored)
        if restoration.restored.isEmpty, restoration.failures.isEmpty { Terminal.output("nothing is left over") }
        guard let failure = restoration.failures.first else { return }
        for other in restoration.failures.dropFirst() { Terminal.error("error: \(other)") }
        throw failure
    }
}

/// What killed runs have left of their bindings, put back at the next start.
enum LeftBindings {
    /// Puts it back and says so on standard error. What cannot be put back is a warning: the work may need none of it.
    static func putBack() {
        let restoration = Bindings().sweep()
        for journal in restoration.restored { Terminal.error(words(for: journal)) }
        for failure in restoration.failures { Terminal.error("warning: not put back: \(failure)") }
    }

    /// Says on standard output what was put back.
    static func print(_ journals: [BindingJournal]) {
        for journal in journals { Terminal.output(words(for: journal)) }
    }

    private static func words(for journal: BindingJournal) -> String {
        "\(journal.address) is back with \(journal.driver ?? "no driver"), as before \(journal.holder)"
    }
}
