import ArgumentParser

/// `vmharness completions SHELL`
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Prints a script that lets a shell complete commands, options, plans, kernels and runs.",
        discussion: """
            bash: vmharness completions bash >~/.local/share/bash-completion/completions/vmharness
                  (needs the package bash-completion; without it, in ~/.bashrc: \
            source <(vmharness completions bash))
            zsh:  vmharness completions zsh >~/.zfunc/_vmharness
                  (and in ~/.zshrc, before compinit: fpath=(~/.zfunc $fpath))
            fish: vmharness completions fish >~/.config/fish/completions/vmharness.fish

            The script asks the vmharness that is being typed, so that is to be found in PATH. It needs to be printed \
            again when vmharness gets new commands or options.
            """)

    /// `CompletionShell`, for the command line.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.") var shell: Shell

    func run() throws {
        Terminal.output(CompletionScript.text(for: CompletionShell(rawValue: shell.rawValue)!))
    }
}
