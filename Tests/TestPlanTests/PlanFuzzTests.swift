import Foundation
import Testing

import TestPlan

/// Plans damaged at random, always in the same way: whatever the bytes, the answer is a plan or a problem with a place.
@Suite struct PlanFuzzTests {
    /// SplitMix64 (Steele, Lea and Flood 2014): small, and the same on every machine.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    /// Pieces which mean something to YAML or to a plan.
    private static let pieces = [
        "${", "}", "$${", "${size}", "&a ", "*a", "!!str ", "? ", ": ", "- ", "[", "]", "{", "}", ",", "\n", "\r\n",
        "\t",
        "'", "\"", "|", ">", "#", "%YAML 1.1\n", "---\n", "...\n", "\u{0}", "\u{FEFF}", "\u{85}", "\u{2028}", "é", "~",
        "null", "<<: ", "10MiB", "-1", "99999999999999999999", "/..", "\\x00", "\\ud800", "steps:", "run:", "  ",
    ].map { Array($0.utf8) }

    private static let seeds: [[UInt8]] = {
        let shipped = try? String(
            contentsOfFile: repositoryRoot + "/testplans/virtiofs-kvec/plan.yaml", encoding: .utf8)
        let small = PlanText.head + "parameters: {size: 1}\nguest: {cpus: 1}\n" + PlanText.steps
        let long = PlanText.head + "steps:\n  - run: |\n      a\n      b\n  - run: [\"x\", 'y']\n    # end\n"
        let suite = FstestsPlanTests.plan(
            """
            {tree: ~/t, filesystem: btrfs, groups: [quick], scratch-pool: [scratch, log], mkfs: "-d single",
                  sections: {a: , b: {filesystem: virtiofs, test: share, variables: {A: b}}}, limit: {first: 1h}}
              - mkfs: {disk: log, type: ext4, options: [-b, 1024]}
              - mount: {disk: log, type: ext4, at: /mnt/a, options: [noatime]}
              - suite: {list: ls, command: 'run "$CASE"', shards: 2}
              - kselftest: {collections: [timers], tests: ["timers:a.sh"]}
            """, devices: "    - disk: {name: slow, size: 1GiB, iops-write: 150, bps-read: 1MiB}")
        return [shipped ?? "", small, long, suite].map { Array($0.utf8) }
    }()

    private static func damage(_ bytes: inout [UInt8], _ random: inout Generator) {
        let index = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, index + Int.random(in: 1...20, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0 where index < bytes.count:
            bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1:
            bytes.removeSubrange(index..<end)
        case 2:
            bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &random))
        case 3:
            bytes.replaceSubrange(index..<end, with: pieces.randomElement(using: &random) ?? [])
        default:
            bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: index)
        }
    }

    private enum Answer: Equatable {
        case plan
        case refusal
        case flaw(String)
    }

    private static func answer(to bytes: [UInt8]) -> Answer {
        do throws(InvalidFile) {
            let plan = try TestPlan.parse(bytes, file: "plan.yaml", directory: "/nonexistent")
            return plan.steps.isEmpty ? .flaw("a plan without steps") : .plan
        } catch {
            // libyaml counts CR, LF, NEL, LS and PS as ends of lines.
            let lines = 1 + bytes.count { [0x0A, 0x0D, 0x85, 0xA8, 0xA9].contains($0) }
            for diagnostic in error.diagnostics {
                guard let place = diagnostic.location else { return .flaw("no place: \(diagnostic)") }
                guard place.line <= lines, place.column <= bytes.count + 1 else {
                    return .flaw("out of the file: \(diagnostic)")
                }
                guard !diagnostic.message.isEmpty else { return .flaw("nothing said at \(place)") }
                let scalars = diagnostic.description.unicodeScalars
                guard scalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
                    return .flaw("control characters in \(diagnostic)")
                }
            }
            return error.diagnostics.isEmpty ? .flaw("no diagnostic") : .refusal
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func damagedPlansAreReadOrRefused(seed: UInt64) {
        var random = Generator(state: seed)
        let deadline = ContinuousClock.now + .seconds(4)
        var valid = 0
        var rounds = 0
        while rounds < 2000, ContinuousClock.now < deadline {
            rounds += 1
            var bytes = Self.seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &random) { Self.damage(&bytes, &random) }
            switch Self.answer(to: bytes) {
            case .plan: valid += 1
            case .refusal: break
            case .flaw(let flaw):
                Issue.record("seed \(seed), round \(rounds): \(flaw)\n\(String(decoding: bytes, as: UTF8.self))")
                return
            }
        }
        // Some must survive and some must not, or the damage tests nothing.
        #expect(valid > 0 && valid < rounds)
    }

    /// The undamaged seeds are plans, or the damage would prove little.
    @Test func theSeedsAreValid() {
        for seed in Self.seeds { #expect(Self.answer(to: seed) == .plan) }
    }

    /// Files of expunges come from the same hands.
    @Test func damagedExpungesAreReadOrRefused() {
        let yaml =
            "# x\n- {test: generic/1, reason: r, since: 5.10}\n- test: xfs/*\n  reason: |\n    a\n  expires: 2027-01-01\n"
        let classic = "# why https://a.b/c\ngeneric/001 # here\n\nxfs/2*\n"
        var random = Generator(state: 7)
        var valid = 0
        for round in 0..<1000 {
            var bytes = Array((round % 2 == 0 ? yaml : classic).utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { Self.damage(&bytes, &random) }
            do throws(InvalidFile) {
                let expunges = try ExpungeFile.parse(bytes, file: round % 4 < 2 ? "x" : "x.yaml")
                valid += expunges.isEmpty ? 0 : 1
                for expunge in expunges {
                    let said = "\(expunge.test) \(expunge.reason ?? "")".unicodeScalars
                    #expect(said.allSatisfy { $0.properties.generalCategory != .control }, "round \(round)")
                }
            } catch {
                #expect(error.diagnostics.allSatisfy { $0.location != nil }, "round \(round)")
            }
        }
        #expect(valid > 100)
    }

    @Test func noiseIsRefused() {
        var random = Generator(state: 5)
        for round in 0..<2000 {
            let count = Int.random(in: 0...300, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let pieces = (0..<20).flatMap { _ in Self.pieces.randomElement(using: &random) ?? [] }
            #expect(Self.answer(to: bytes) == .refusal, "round \(round)")
            #expect(Self.answer(to: pieces) == .refusal, "round \(round)")
        }
    }
}
