/// The host's functions in the guest (QEMU's docs/devel/vfio-migration.rst, and `-device vfio-pci,help`).
extension QEMUCommand {
    /// Numbers of chassis and slots are one space for all root ports; those of emulated devices begin at 1.
    private static let firstPort = 129

    /// Each behind a root port of its own, as a card in a slot: on the root bus QEMU would have to show a PCIe
    /// function as an integrated one, which some drivers do not take. An expansion ROM is of no use with `-kernel`,
    /// and reading it wakes bugs of some cards.
    var passthrough: [String] {
        specification.passthrough.enumerated().flatMap { number, function in
            let port = Self.firstPort + number
            return [
                "-device", "pcie-root-port,id=passed-\(function.name),chassis=\(port),slot=\(port)",
                "-device",
                "vfio-pci,host=\(function.address),id=vfio-\(function.name),bus=passed-\(function.name),rombar=0",
            ]
        }
    }
}
