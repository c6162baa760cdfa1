import Lab
import TestPlan

/// A plan in words, with its parameters filled in.
struct PlanDescription {
    private let plan: TestPlan

    init(_ plan: TestPlan) {
        self.plan = plan
    }

    var text: String {
        var lines = ["\(plan.name): \(plan.summary)", "file: \(plan.file)"]
        let guest = plan.guest
        lines.append(
            "guest: \(guest.memory) memory, \(guest.cpus) CPUs, image \(guest.image), init \(guest.initSystem.rawValue)"
        )
        for share in guest.virtiofs {
            lines.append(
                "  virtiofs '\(share.tag)': cache \(share.cache.rawValue), daemon \(share.daemon.rawValue), "
                    + (share.share ?? "an empty directory"))
        }
        lines += PCIDescription(guest).lines
        for function in guest.passthrough {
            let choice =
                switch function.choice {
                case .address(let address): address
                case .match(let vendor, let device): "any " + HostPCIFunction.identity(vendor: vendor, device: device)
                }
            lines.append("  vfio '\(function.name)': the host's \(choice)")
        }
        for memory in guest.pmem {
            let label = memory.label.map { "labels \($0)" }
            lines.append(
                "  \(memory.model.rawValue) '\(memory.name)': "
                    + ["\(memory.size)", memory.backing.text, label].compactMap { $0 }.joined(separator: ", "))
        }
        for parameter in plan.parameters {
            let value = plan.values[parameter.name] ?? parameter.defaultValue
            let others = parameter.values.count > 1 ? " of \(parameter.values.joined(separator: ", "))" : ""
            lines.append("parameter \(parameter.name) = \(value)\(others)")
        }
        lines.append("steps:")
        for (number, step) in plan.steps.enumerated() {
            let indent = String(repeating: " ", count: 5)
            lines.append("  \(number + 1). \(words(for: step)) (at most \(step.timeout.spelled))")
            lines += SuiteDescription(step.action).lines.map { indent + $0 }
        }
        for mutation in plan.mutations {
            lines.append("mutation \(mutation.name): \(mutation.module) of \(mutation.source) by \(mutation.patch)")
        }
        for expectation in plan.calibration.fails {
            lines.append("fails on \(expectation.subject)" + (expectation.finding.map { " with '\($0)'" } ?? ""))
        }
        for expectation in plan.calibration.passes { lines.append("passes on \(expectation.subject)") }
        for issue in plan.known {
            let settings = issue.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.append((["known"] + settings).joined(separator: " ") + ": \(issue.text)")
        }
        return lines.joined(separator: "\n")
    }

    private func words(for step: PlanStep) -> String {
        let kind = step.action.kind.rawValue
        return switch step.action {
        case .moduleBuild(let source, let place), .userspaceBuild(let source, let place):
            "\(kind) \(source) into \(place)"
        case .modulePad(let module, let size, let target): "\(kind) \(module) to \(size) at \(target)"
        case .mount(let tag, let place, let options, let readOnly):
            "\(kind) virtiofs '\(tag)' at \(place) \((options + (readOnly ? ["ro"] : [])).joined(separator: ","))"
        case .mkfs(let disk, let type, let options):
            "\(kind) \(([type, "on '\(disk)'"] + options).joined(separator: " "))"
        case .mountDisk(let disk, let type, let place, let options, let readOnly):
            "\(kind) \(type) of '\(disk)' at \(place) \((options + (readOnly ? ["ro"] : [])).joined(separator: ","))"
        case .fstests, .kselftest: kind
        case .suite(let request):
            switch request.command {
            case .arguments(let words): "\(kind) \(words)"
            case .shell(let text): "\(kind) \(text)"
            }
        case .pmem(let device, let layout): "\(kind) '\(device)' as \(layout.mode.rawValue)"
        case .pmemSave(let device), .pmemRestore(let device): "\(kind) '\(device)'"
        case .unmount(let place): "\(kind) \(place)"
        case .moduleInsert(let source, let parameters, _): "\(kind) \(source) \(parameters.joined(separator: " "))"
        case .moduleRemove(let name): "\(kind) \(name)"
        case .moduleCycle(let source, _, let times, let load):
            "\(kind) \(source), \(times) times\(load == nil ? "" : " under load")"
        case .run(.arguments(let words), let status, _): "\(kind) \(words) with status \(status)"
        case .run(.shell(let text), let status, _): "\(kind) \(text) with status \(status)"
        }
    }
}
