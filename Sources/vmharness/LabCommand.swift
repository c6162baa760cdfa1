import ArgumentParser
import HostProcess
import Lab

/// `vmharness lab …`
struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "Shows which PCI functions of this host guests could have, tries one, and gives back what is left.",
        subcommands: [LabDevices.self, LabProbe.self, LabStatus.self, LabRelease.self])

    /// Addresses as they are typed.
    ///
    /// - Throws: `Failure` for the first that is none, or that is there twice.
    static func addresses(_ texts: [String]) throws -> [PCIAddress] {
        try texts.reduce(into: []) { addresses, text in
            guard let address = PCIAddress(text) else {
                throw Failure(
                    "not the address of a PCI function", on: text,
                    advice: "write it as 0000:03:00.0; `vmharness lab devices` lists them", blame: .request)
            }
            if !addresses.contains(address) { addresses.append(address) }
        }
    }
}
