import Foundation
import GuestImage
import RunRecord
import SystemPackage
import Testing

@testable import GuestImage
@testable import Runner

@Suite struct MutationWatchTests {
    private let mutated = MutatedKernel(
        kernel: Kernel(
            name: "debian:6.1", directory: "/nowhere", digest: "d",
            manifest: KernelManifest(
                release: "6.1.0-56-amd64", version: "6.1.192-2", packages: [], hasVmlinux: false, hasConfig: false,
                name: "debian:6.1"), notes: []),
        module: "dummy", patch: "a.patch", buildID: "00112233445566778899aabbccddeeff00112233",
        file: "/nowhere/dummy.ko",
        compiler: "gcc-12")

    /// The header of the note: sizes of name and id, type, `GNU`.
    private static let head = "040000001400000003000000474e5500"
    private static let ours = "modprobe-150 [000] .....  9.1: module_load: dummy OE"

    @Test(
        arguments: [
            ("\(head)00112233445566778899aabbccddeeff00112233 loaded\n", .loaded),
            (
                "\(head)99112233445566778899aabbccddeeff00112233 loaded\n",
                .foreign("one with build id 99112233445566778899aabbccddeeff00112233")
            ),
            (" loaded\n", .foreign("one without a build id")),
            ("\n", .none), ("", .none),
            ("\n\(ours)\n", .loaded),
            (
                "\n m-1 [000] .....  9.1: module_load: dummy \n",
                .foreign("the kernel's own, as the taint flags '' show")
            ),
            // The stock one first, ours later: what ran in between was on the stock one.
            (
                "\(head)00112233445566778899aabbccddeeff00112233 loaded\n m-1 [000] .... 9.1: module_load: dummy \n\(ours)\n",
                .foreign("the kernel's own, as the taint flags '' show")
            ),
        ] as [(String, MutationWatch.Sighting)])
    func whatAGuestSays(text: String, expected: MutationWatch.Sighting) {
        #expect(MutationWatch.sighting(in: text, of: mutated) == expected)
    }

    @Test(arguments: [
        ("[    5.1] dummy: loading out-of-tree module taints kernel.", true),
        ("[    9.9] Modules linked in: dummy(OE) virtio_net net_failover(E)", true),
        ("[    9.9] Modules linked in: dummy virtio_net(OE)", false),
        ("[    9.9] Modules linked in: dummy(E)", false),
        ("[    9.9] Modules linked in: xdummy(OE)", false),
        ("[    5.1] dumm: loading out-of-tree module taints kernel.", false),
    ])
    func whatAConsoleShows(line: String, expected: Bool) {
        #expect(MutationWatch.isShown(in: "a\n\(line)\nb", module: "dummy") == expected)
    }

    /// A further guest that did not load it has shown nothing, whatever the first had.
    @Test func eachGuestWithResultsMustHaveHadIt() {
        var cell = CellRecord(
            id: "p@k", plan: "p", kernel: "k", parameters: [:], started: Date(timeIntervalSince1970: 0),
            directory: "cells/p@k")
        cell.guests = (1...3).map { GuestRecord(number: $0) }
        cell.cases = [
            CaseRecord(name: "insert", step: 1, guest: 1, verdict: .pass, seconds: 1),
            CaseRecord(name: "suite/a", step: 2, guest: 2, verdict: .pass, seconds: 1),
            CaseRecord(name: "boot", guest: 3, verdict: .error, seconds: 1),
        ]
        #expect(cell.guestsWithoutMutation == [1, 2])
        cell.markMutation(in: 1)
        #expect(cell.guestsWithoutMutation == [2])
    }
}
