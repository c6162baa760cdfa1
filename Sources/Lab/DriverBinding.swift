import Foundation
import HostProcess
import SystemPackage

/// Moves a function from its driver to vfio-pci and back (the kernel's Documentation/ABI/testing/sysfs-bus-pci:
/// `driver_override`, `unbind`, `drivers_probe`).
struct DriverBinding {
    let bus: PCIBus
    /// How long a driver may take to come or go.
    static let patience: Duration = .seconds(10)

    /// Gives a function to vfio-pci. Its journal is written by now.
    ///
    /// - Throws: `Failure`, with the function as far as it came.
    func bind(_ address: PCIAddress) throws {
        let path = bus.path(address)
        try bus.tree.write(path.appending("driver_override"), VFIODriver.name)
        try unbind(address)
        try bus.tree.write(bus.directory.appending("drivers_probe"), "\(address)")
        guard wait(until: { bus.driver(of: address) == VFIODriver.name }) else {
            throw Failure(
                "vfio-pci did not take the function" + (bus.driver(of: address).map { ", \($0) has it" } ?? ""),
                on: "\(address)", advice: "see what `dmesg` says of vfio-pci")
        }
    }

    /// Puts a function back as its journal has it. Whatever of it is done already is left so; it may be called again.
    ///
    /// - Throws: `Failure` with what could not be put back.
    func restore(_ journal: BindingJournal) throws {
        let address = journal.address
        let path = bus.path(address)
        guard bus.tree.exists(path) else {
            throw Failure(
                "the function is gone, so its driver cannot be put back", on: "\(address)",
                advice: "`vmharness lab release --forget \(address)` drops the journal")
        }
        // The override goes first: a driver that is loaded between two of our writes must not be kept from it.
        // An empty value is none; sysfs takes no write of zero bytes, so it is a newline.
        try bus.tree.write(path.appending("driver_override"), journal.driverOverride ?? "\n")
        guard bus.driver(of: address) != journal.driver else { return }
        if let present = bus.driver(of: address) {
            guard VFIODriver.isOne(present) else {
                throw Failure(
                    "\(present) has the function now, and that is not our doing: it stays so", on: "\(address)",
                    advice: "`vmharness lab release --forget \(address)` drops the journal")
            }
            try refuseIfOpen(journal)
        }
        try unbind(address)
        guard let driver = journal.driver else { return }
        let directory = bus.directory.appending("drivers/\(driver)")
        guard bus.tree.exists(directory) else {
            throw Failure(
                "its driver \(driver) is not loaded any more", on: "\(address)",
                advice: "modprobe \(driver); vmharness lab release \(address)")
        }
        // The driver by name, not `drivers_probe`: another may match it as well.
        do {
            try bus.tree.write(directory.appending("bind"), "\(address)")
        } catch {
            // Bound by itself in between, as udev might have it.
            guard bus.driver(of: address) == driver else { throw error }
        }
        guard wait(until: { bus.driver(of: address) == driver }) else {
            throw Failure(
                "\(driver) did not take its function back", on: "\(address)",
                advice: "see `dmesg`; then `vmharness lab release \(address)`")
        }
    }

    /// vfio-pci lets go of a function only once nobody has it open, and a write to `unbind` would wait for that.
    private func refuseIfOpen(_ journal: BindingJournal) throws {
        let group = VFIOGroup(tree: bus.tree, number: journal.group)
        var holders: [String] = []
        let isFree = wait {
            holders = group.holders
            return holders.isEmpty
        }
        guard isFree else {
            throw Failure(
                "still in use by \(holders.joined(separator: ", "))", on: "\(journal.address)",
                advice: "end it; then `vmharness lab release \(journal.address)`")
        }
    }

    private func unbind(_ address: PCIAddress) throws {
        guard bus.driver(of: address) != nil else { return }
        try bus.tree.write(bus.path(address).appending("driver/unbind"), "\(address)")
        guard wait(until: { bus.driver(of: address) == nil }) else {
            throw Failure(
                "\(bus.driver(of: address) ?? "the driver") does not let go of the function", on: "\(address)",
                advice: "see `dmesg`")
        }
    }

    /// Polls, without suspending: it also runs where the task is cancelled already and the work must be done.
    private func wait(until condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + Self.patience
        while !condition() {
            guard ContinuousClock.now < deadline else { return false }
            usleep(20_000)
        }
        return true
    }
}
