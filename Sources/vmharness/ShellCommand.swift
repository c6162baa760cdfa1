import ArgumentParser
import Foundation
import GuestImage
import HostProcess
import Runner
import TestPlan

/// `vmharness shell PLAN`
struct ShellCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell", abstract: "Boots a plan's guest and gives you a prompt in it; no step is carried out.")

    @Argument(help: "The plan's name or directory.", completion: Completions.plans) var plan: String
    @Option(help: "The kernel (default: the first of the plan's calibration).", completion: Completions.kernels)
    var kernel: String?
    @Option(help: "A mutation of the plan, to boot the kernel with.", completion: Completions.mutations)
    var mutate: String?
    @OptionGroup var guest: GuestOptions

    func run() async throws {
        let plan = try guest.data.plan(plan)
        let kernel = try GuestOptions.kernel(kernel, for: plan)
        let options = try guest.runOptions()
        let cell = Cell(plan: plan, kernel: kernel, mutation: try mutate.map(plan.mutation))
        try await InterruptScope.run {
            let preparation = Preparation(options: options, cache: .standard()) { Terminal.error($0) }
            guard let prepared = try await preparation.prepare([cell]).first else { return }
            Terminal.error("booting \(prepared.kernel.release)")
            let termination = try await withScratchDirectory { logs in
                try await GuestShell(prepared, options: options).open(
                    logs: logs, unrestored: { Terminal.error("warning: not put back: \($0)") }
                ) {
                    for share in plan.guest.virtiofs {
                        Terminal.error("share: mount -t virtiofs \(share.tag) /mnt")
                    }
                    Terminal.error("the guest ends with this shell")
                }
            }
            throw Ended(status: termination.isSuccess ? 0 : 1)
        }
    }
}
