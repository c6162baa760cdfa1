import Foundation
import Testing

import TestPlan

/// Guests that plans extend.
@Suite struct GuestLibraryTests {
    private static let lab = """
        summary: A machine
        guest:
          memory: 2GiB
          image: lab
          devices:
            - disk: {name: a, size: 1GiB}

        """

    @Test func thePlansKeysWinAndItsDevicesComeBehind() throws {
        try withGuests(["lab": Self.lab]) { guests in
            let guest = try plan(
                "guest:\n  extends: lab\n  memory: 3GiB\n  devices:\n    - nic: {name: b}\n", guests
            ).guest
            #expect(guest.memory == .gibibytes(3))
            #expect(guest.image == "lab")
            #expect(guest.devices.map(\.name) == ["a", "b"])
        }
    }

    @Test func parametersOfThePlanChooseTheGuest() throws {
        try withGuests(["lab": Self.lab]) { guests in
            let plan = try plan("parameters: {machine: lab}\nguest: {extends: \"${machine}\"}\n", guests)
            #expect(plan.guest.image == "lab")
        }
    }

    @Test func anUnknownOneIsRefused() throws {
        try withGuests(["lab-host": Self.lab]) { guests in
            #expect(
                problems("guest: {extends: lab-hots}\n", guests) == [
                    """
                    plan.yaml:3:18: 'extends' in guest: there is no guest 'lab-hots' in '\(guests.directory)': did \
                    you mean 'lab-host'?
                    """
                ])
            // The name is no way out of the directory.
            #expect(problems("guest: {extends: ../lab-host}\n", guests).first?.contains("there is no guest") == true)
        }
    }

    @Test func withoutDefinitionsNothingIsExtended() {
        #expect(
            problems("guest: {extends: lab}\n", nil) == [
                """
                plan.yaml:3:9: 'extends' in guest: there are no definitions of guests: name the directory that holds \
                guests/, images/ and testplans/ with --data or VMHARNESS_DATA
                """
            ])
    }

    @Test func whatIsWrongInADefinitionIsToldThere() throws {
        let wrong = "summary: A machine\nguest:\n  memmory: 2GiB\n"
        let nested = "guest: {extends: lab}\n"
        try withGuests(["wrong": wrong, "nested": nested, "lab": Self.lab]) { guests in
            #expect(
                problems("guest: {extends: wrong}\n", guests) == [
                    "\(guests.directory)/wrong.yaml:3:3: unknown key 'memmory' in guest: did you mean 'memory'?"
                ])
            #expect(
                problems("guest: {extends: nested}\n", guests) == [
                    """
                    \(guests.directory)/nested.yaml:1:1: the guest's definition has no 'summary': add 'summary: …'
                    """,
                    "\(guests.directory)/nested.yaml:1:9: a guest's definition extends no other: write it out",
                ])
            #expect(
                problems("guest:\n  extends: lab\n  devices:\n    - nic: {name: a}\n", guests) == [
                    """
                    plan.yaml:6:7: a disk and a network card are both called 'a': the first is in \
                    \(guests.directory)/lab.yaml:6; give this one another name
                    """
                ])
        }
    }

    /// The guests that lie in the repository.
    @Test func ownGuestsAreValid() throws {
        let guests = GuestLibrary(directory: repositoryRoot + "/guests")
        let names = guests.names()
        #expect(names.contains("lab-host"))
        for name in names { _ = try plan("guest: {extends: \(name)}\n", guests) }
    }

    private func plan(_ text: String, _ guests: GuestLibrary?) throws(InvalidFile) -> TestPlan {
        let text = PlanText.head + text + PlanText.steps
        return try TestPlan.parse(
            Array(text.utf8), file: "plan.yaml", directory: "/nonexistent", guests: guests)
    }

    private func problems(_ text: String, _ guests: GuestLibrary?) -> [String] {
        do throws(InvalidFile) {
            _ = try plan(text, guests)
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    private func withGuests(_ files: [String: String], _ body: (GuestLibrary) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            for (name, text) in files {
                try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name).yaml"))
            }
            try body(GuestLibrary(directory: directory))
        }
    }
}
