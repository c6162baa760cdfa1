import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// `vmharness matrix`, as a CI calls it.
    @Suite struct MatrixTests {
        /// Neither needs a guest: one is skipped on every kernel, the other's kernel is nowhere.
        private static let skipped = """
            name: sample
            summary: A plan that is skipped
            parameters: {mode: {values: [a, b, c, d]}}
            requires: {config: [CONFIG_PROVE_LOCKING=y], otherwise: skip}
            steps:
              - run: {command: [echo, "${mode}"]}

            """

        private func withMatrix(
            _ cells: String, _ body: (FilePath, (String...) async throws -> CommandResult) async throws -> Void
        ) async throws {
            try await withScratchDirectory { scratch in
                try FileManager.default.createDirectory(
                    atPath: "\(scratch)/sample", withIntermediateDirectories: false)
                try Data(Self.skipped.utf8).write(to: URL(filePath: "\(scratch)/sample/plan.yaml"))
                try Data("name: m\ncells:\n\(cells)\n".utf8).write(to: URL(filePath: "\(scratch)/matrix.yaml"))
                try await body(scratch) { (arguments: String...) in
                    try await Harness.command(["matrix"] + arguments, data: scratch.appending("data"))
                        .run(timeout: .seconds(180))
                }
            }
        }

        private func record(_ directory: FilePath) throws -> RunRecord {
            try RunRecord(json: Data(contentsOf: URL(filePath: directory.appending("run.json").string)))
        }

        @Test func theShardsTogetherAreTheMatrix() async throws {
            try await withMatrix("  - {plans: ./sample, kernels: \(Harness.kernel), expect: skip}") { scratch, matrix in
                var ids: [String] = []
                var matrices: Set<MatrixRecord> = []
                for number in 1...3 {
                    let out = scratch.appending("run\(number)")
                    let result = try await matrix(
                        "\(scratch)/matrix.yaml", "--shard", "\(number)/3", "--out", out.string, "--quiet")
                    #expect(result.status == 0, "\(result.errorText)")
                    let run = try record(out)
                    #expect(run.cells.allSatisfy { $0.verdict == .skip && $0.expected?.isMet == true })
                    #expect(run.asked?.count == run.cells.count)
                    #expect(run.matrix?.shard == MatrixRecord.Shard(number: number, count: 3))
                    ids += run.cells.map(\.id)
                    var whole = try #require(run.matrix)
                    whole.shard = nil
                    matrices.insert(whole)
                }
                #expect(ids.count == 4 && Set(ids).count == 4)
                #expect(matrices.count == 1 && matrices.first?.cells == 4)

                // Of a thousand parts, nearly all are empty.
                let empty = try await matrix(
                    "\(scratch)/matrix.yaml", "--shard", "1/1000", "--out", "\(scratch)/empty")
                #expect(empty.status == 0, "\(empty.errorText)")
                #expect(empty.text.contains("no cell falls to m, shard 1/1000 of 4 cells: nothing to run"))
            }
        }

        @Test func aListStartsNothing() async throws {
            try await withMatrix("  - {plans: ./sample, kernels: [debian:6.1, debian:6.99]}") { scratch, matrix in
                let result = try await matrix("\(scratch)/matrix.yaml", "--list", "--shard", "2/4", "--json")
                #expect(result.status == 0, "\(result.errorText)")
                let cells = try #require(
                    try JSONSerialization.jsonObject(with: Data(result.output)) as? [[String: Any]])
                #expect(cells.count == 8)
                #expect(cells.allSatisfy { (1...4).contains($0["shard"] as? Int ?? 0) })
                #expect(!FileManager.default.fileExists(atPath: "\(scratch)/data/vmharness/runs"))
            }
        }

        /// The others of a night run in spite of it, and what was expected is not shown.
        @Test func aKernelThatIsNowhereIsAnErrorOfItsOwnCells() async throws {
            let cells =
                "  - {plans: ./sample, kernels: [\(Harness.kernel), debian:6.99], parameters: {mode: a}, expect: skip}"
            try await withMatrix(cells) { scratch, matrix in
                let out = scratch.appending("run")
                let result = try await matrix("\(scratch)/matrix.yaml", "--out", out.string, "--start", "cold")
                #expect(result.status == 3, "\(result.errorText)")
                let run = try record(out)
                let wish = GuestWish(accelerator: nil, backend: nil, connect: nil, start: "cold")
                #expect(run.wish == wish)
                #expect(run.cells.map(\.verdict) == [.skip, .error])
                #expect(run.cells.map { $0.expected?.isMet } == [true, nil])
                #expect(run.cells[1].reason?.contains("Debian has no such kernel") == true)
                // It may be there tomorrow.
                let again = try await matrix("--resume", out.string)
                #expect(again.status == 3, "\(again.errorText)")
                #expect(try record(out).cells.map(\.verdict) == [.skip, .error])
                #expect(try record(out).cells[1].cases.count == 1)
                // As it was begun, unless somebody says otherwise.
                #expect(try record(out).wish == wish)
                #expect(try await matrix("--resume", out.string, "--accel", "tcg").status == 3)
                #expect(try record(out).wish?.accelerator == "tcg" && record(out).wish?.start == "cold")
            }
        }

        @Test func mistakesAreRefusedAllAtOnce() async throws {
            try await withMatrix("  - {plans: [./sampel, virtiofs-kvek], kernels: 6.1}") { scratch, matrix in
                let result = try await matrix("\(scratch)/matrix.yaml", "--out", "\(scratch)/run")
                #expect(result.status == 2)
                for hint in ["matrix.yaml:3:14", "virtiofs-kvec", "did you mean 'debian:6.1'?"] {
                    #expect(result.errorText.contains(hint), "\(result.errorText)")
                }
                #expect(!FileManager.default.fileExists(atPath: "\(scratch)/run"))
                #expect(try await matrix("\(scratch)/matrix.yaml", "--shard", "3/2").status == 2)
                #expect(try await matrix("--resume", "last", "\(scratch)/matrix.yaml").status == 2)
            }
        }

        /// With real guests: a failure that was expected, and a cell during which the controller is killed.
        @Test(.timeLimit(.minutes(5))) func aKilledMatrixIsGoneOnWithAndRedoesNothing() async throws {
            let cells = """
                  - {plans: \(Harness.plans)/matrix, kernels: debian:6.12, parameters: {does: fails},
                     expect: {outcome: fail, finding: "fails: status 1"}}
                  - {plans: \(Harness.plans)/matrix, kernels: debian:6.12, parameters: {does: lasts}, backends: qemu,
                     expect: pass}
                """
            try await withMatrix(cells) { scratch, matrix in
                let out = scratch.appending("run")
                let last = "matrix@debian-6.12,does=lasts,backend=qemu"
                let command = try Harness.command(
                    ["matrix", "\(scratch)/matrix.yaml", "--out", out.string], data: scratch.appending("data"))
                try await withChild(command) { controller in
                    try await Harness.wait("the second cell is in its step") {
                        (try? String(contentsOfFile: "\(out)/cells/\(last)/console.log", encoding: .utf8))?
                            .contains("step 1 (run) begins") ?? false
                    }
                    controller.send(SIGKILL)
                    _ = try await controller.waitForEnd()
                }
                let killed = try await shown(out, scratch)
                let first = try #require(killed.cells.first)
                #expect(killed.ended == nil && first.isComplete == true)
                #expect(first.verdict == .fail && first.expected?.isMet == true)

                let result = try await matrix("--resume", out.string, "--json")
                // Each did what was expected, so the failure is no news.
                #expect(result.status == 0, "\(result.errorText)")
                let run = try RunRecord(json: Data(result.output))
                #expect(run.cells.map(\.id) == [first.id, last])
                #expect(run.cells[0] == first)
                #expect(!result.errorText.contains("\(first.id): starting"))
                #expect(run.verdict == .fail && run.cells[1].verdict == .pass)
                #expect(run.cells[1].backend == "qemu" && run.cells[1].environment?.backend == "qemu")
                #expect(run.cells.map { $0.expected?.isMet } == [true, true])
                #expect(run.matrix == killed.matrix && run.resumed?.count == 1)

                let list = try await Harness.command(["results", "list"], data: scratch.appending("data")).run()
                #expect(list.text.contains("fail, as expected"), "\(list.text)")
                // Nothing is left to do.
                #expect(try await matrix("--resume", out.string).status == 2)
            }
        }

        /// A run as `results show` has it, ended or not.
        private func shown(_ directory: FilePath, _ scratch: FilePath) async throws -> RunRecord {
            struct Document: Decodable {
                var run: RunRecord
            }
            let result = try await Harness.command(
                ["results", "show", directory.string, "--json"], data: scratch.appending("data")
            ).run(timeout: .seconds(60))
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return try decoder.decode(Document.self, from: Data(result.output)).run
        }
    }
}
