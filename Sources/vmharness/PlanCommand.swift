import ArgumentParser
import Foundation
import GuestImage
import HostProcess
import Runner
import TestPlan

/// `vmharness plan …`
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Lists, shows, checks and calibrates plans.",
        subcommands: [List.self, Show.self, Check.self, PlanCalibrate.self])

    /// `vmharness plan list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the plans, a line each.")
        @OptionGroup var data: DataOptions

        func run() throws {
            let library = try data.library()
            let names = try library.names()
            let width = (names.map(\.count).max() ?? 0) + 2
            for name in names {
                let summary = (try? library.plan(named: name))?.summary ?? "does not pass `vmharness plan check`"
                Terminal.output("\(name.padded(width))\(summary)")
            }
        }
    }

    /// `vmharness plan show PLAN`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a plan as it would run.")
        @Argument(help: "The plan's name or directory.", completion: Completions.plans) var plan: String
        @Option(name: .customLong("set"), help: "A parameter, as name=value.", completion: Completions.settings)
        var settings: [String] = []
        @Option(
            help: "With --xml: the kernel (default: the first of the plan's calibration).",
            completion: Completions.kernels)
        var kernel: String?
        @Flag(help: "Show its guest as libvirt's domain XML; needs --backend libvirt.") var xml = false
        @OptionGroup var guest: GuestOptions

        func validate() throws {
            guard !xml || guest.backend == .libvirt else {
                throw ValidationError("--xml shows what libvirt would get: say --backend libvirt.")
            }
            guard xml || (kernel == nil && guest.backend == nil) else {
                throw ValidationError("--kernel and --backend are for --xml.")
            }
        }

        func run() async throws {
            let plan = try guest.data.plan(plan, settings: try PlanCommand.values(settings))
            guard xml else { return Terminal.output(PlanDescription(plan).text) }
            let cell = Cell(plan: plan, kernel: try GuestOptions.kernel(kernel, for: plan))
            let options = try guest.runOptions()
            try await InterruptScope.run {
                let preparation = Preparation(options: options, cache: .standard()) { Terminal.error($0) }
                for prepared in try await preparation.prepare([cell]) {
                    Terminal.output(try await GuestDescription(prepared, options: options).domainXML())
                }
            }
        }
    }

    /// `vmharness plan check PLAN…`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Checks plans without running them.")
        @Argument(help: "Names or directories of plans; all of testplans/ if none.", completion: Completions.plans)
        var plans: [String] = []
        @OptionGroup var data: DataOptions

        func run() throws {
            let names = plans.isEmpty ? try data.library().names() : plans
            var problems: [Diagnostic] = []
            for name in names {
                do { _ = try data.plan(name) } catch let invalid as InvalidFile { problems += invalid.diagnostics }
            }
            guard problems.isEmpty else { throw InvalidFile(diagnostics: problems) }
            Terminal.output("\(names.count) checked, nothing wrong")
        }
    }

    /// `name=value` pairs.
    static func values(_ settings: [String]) throws -> [String: String] {
        try settings.reduce(into: [:]) { values, setting in
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("--set takes name=value, not '\(setting)'.") }
            values[String(parts[0])] = String(parts[1])
        }
    }
}
