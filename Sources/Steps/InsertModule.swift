import HostProcess
import RemoteShell
import TestPlan

/// `module.insert`: a file by insmod, a name by modprobe with what it needs.
/// What the module reports as KTAP becomes cases.
func insertModule(
    _ source: ModuleSource, parameters: [String], dependencies: Bool, _ timeout: Duration, in context: StepContext
) async throws -> StepResult {
    if dependencies, case .path(let path) = source, let missing = try await insertDependencies(of: path, in: context) {
        return StepResult(.failed(reason: "cannot insert what \(path) needs: \(missing)", evidence: []))
    }
    // `exec` keeps the process id, so that the ladder looks at insmod itself.
    let script = "\(announcement); exec \(GuestWord.quoted(source.insertion(parameters)))"
    let result = try await context.shell.run(script, timeout: timeout)
    let said = result.transcript
    let lines = try await KernelLines.read(in: context).lines
    guard result.status == 0 else {
        var trouble = InsertionTrouble(said: said, lines: lines)
        if said.contains("File exists"), case .path(let path) = source {
            trouble.words += try await comparison(of: path, in: context)
        }
        let evidence = lastLines(said) + lines.suffix(5).map { "kernel: \($0)" }
        return StepResult(
            .failed(reason: "cannot insert \(source): \(trouble.text)", evidence: evidence), output: said)
    }
    if let line = InsertionTrouble.unknownParameter(lines) {
        return StepResult(.broken(reason: "the module does not know a parameter: \(line)"), output: said)
    }
    return StepResult(.passed, output: said, cases: KTAPReader.cases(in: lines))
}

/// Whether the module that is loaded already is the file's: a stock module in
/// the place of the one to test would be tested without a word.
private func comparison(of path: String, in context: StepContext) async throws -> String {
    // The build id is a note that the kernel shows as it is in the file, which may be compressed.
    let script = """
        case \(GuestWord.quoted(path)) in *.ko) ;; *) exit 2 ;; esac
        name=$(modinfo -F name \(GuestWord.quoted(path))) || exit 2
        id=$(od -An -v -tx1 "/sys/module/$name/notes/.note.gnu.build-id" | tr -d ' \\n')
        [ -n "$id" ] || exit 2
        head -c 16777216 \(GuestWord.quoted(path)) | od -An -v -tx1 | tr -d ' \\n' | grep -q "$id"
        """
    let result = try await context.shell.run(script, timeout: .seconds(30))
    return switch result.status {
    case 0: ", the same as in this file"
    case 1: ", and it is not the one in this file (build ids differ)"
    default: ""
    }
}

/// The kernel's own modules that a file names in its `depends`.
///
/// - Returns: what modprobe said if it failed.
private func insertDependencies(of path: String, in context: StepContext) async throws -> String? {
    let script = """
        list=$(modinfo -F depends \(GuestWord.quoted(path)) | tr , ' ') || exit
        [ -z "$list" ] || exec modprobe -a $list
        """
    let result = try await context.shell.run(script, timeout: .seconds(60))
    return result.status == 0 ? nil : lastLines(result.text + result.errorText, 1).first ?? "status \(result.status)"
}

/// `module.remove`: by name; a module that stays in use is a failure.
func removeModule(_ name: String, _ timeout: Duration, in context: StepContext) async throws -> StepResult {
    let script = "\(announcement); exec rmmod \(GuestWord.quoted(name))"
    let result = try await context.shell.run(script, timeout: timeout)
    let said = result.transcript
    guard result.status == 0 else {
        return StepResult(
            .failed(reason: "cannot remove \(name): \(lastLines(said, 1).first ?? "")", evidence: lastLines(said)),
            output: said)
    }
    // A module that watches something reports when it goes.
    return StepResult(.passed, output: said, cases: KTAPReader.cases(in: try await KernelLines.read(in: context).lines))
}

extension ModuleSource {
    /// The words that insert it.
    func insertion(_ parameters: [String]) -> [String] {
        switch self {
        case .path(let path): ["insmod", path] + parameters
        case .name(let name): ["modprobe", "--", name] + parameters
        }
    }

    /// The name by which it is removed (kmod: `path_to_modname`).
    var moduleName: String {
        switch self {
        case .name(let name): return name
        case .path(let path):
            let file = path.split(separator: "/").last.map(String.init) ?? path
            let name = file.firstRange(of: ".ko").map { String(file[..<$0.lowerBound]) } ?? file
            return String(name.map { $0 == "-" ? "_" : $0 })
        }
    }
}
