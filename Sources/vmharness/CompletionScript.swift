import ArgumentParser
import Foundation

/// The scripts of ArgumentParser, with what they lack for words such as `debian:6.1` and `size=10MiB`.
enum CompletionScript {
    static func text(for shell: CompletionShell) -> String {
        let script = VMHarness.completionScript(for: shell)
        return switch shell {
        case .bash: script + "\n" + bash
        case .zsh: inserted(zsh, before: "if [[ \"${funcstack[1]}\"", in: script)
        default: script
        }
    }

    /// Readline takes `:` and `=` for the ends of words, and puts its answer behind the last of them. So the words are
    /// put together first, and what is there already is taken off the answers. No blank follows what is to go on.
    private static let bash = #"""
        _vmharness_whole_words() {
            local rest="${COMP_LINE}" word trimmed whole="${2}"
            local -a words=()
            local -i index cursor=0
            for index in "${!COMP_WORDS[@]}"; do
                word="${COMP_WORDS[index]}"
                trimmed="${rest#"${rest%%[![:space:]]*}"}"
                if ((index > 0)) && [[ "${trimmed}" = "${rest}" && -n "${rest}" ]]; then
                    words[-1]+="${word}"
                else
                    words+=("${word}")
                fi
                rest="${trimmed#"${word}"}"
                ((index == COMP_CWORD)) && cursor=$((${#words[@]} - 1))
            done
            if ((${#words[@]} < ${#COMP_WORDS[@]})); then
                whole="${COMP_LINE:0:COMP_POINT}"
                whole="${whole##*[[:space:]]}"
            fi
            local -a COMP_WORDS=("${words[@]}")
            local -i COMP_CWORD=cursor
            COMPREPLY=()
            _vmharness "${1}" "${whole}" "${words[cursor - 1]}"

            local there="${whole%"${whole##*[:=]}"}" reply open=true
            for reply in "${COMPREPLY[@]}"; do
                [[ "${reply}" = *[:=/] ]] || open=false
            done
            # What is no path needs no quotes, which readline would put around colons.
            [[ "${whole}" = */* ]] || compopt +o filenames
            [[ "${open}" = true ]] && compopt -o nospace
            COMPREPLY=("${COMPREPLY[@]#"${there}"}")
        }
        complete -o filenames -F _vmharness_whole_words vmharness
        """#

    /// No blank follows what is to go on.
    private static let zsh = #"""
        __vmharness_custom_complete() {
            local -a completions closed open
            completions=("${(@f)"$("${command_name}" "${@}" "${command_line[@]}")"}")
            [[ "${#completions[@]}" -gt 1 ]] || return
            completions=("${completions[@]:0:-1}")
            # The word ends at the first colon without a backslash.
            local completion word
            for completion in "${completions[@]}"; do
                word=${${completion//\\:/$'\1'}%%:*}
                if [[ "${word}" = *[/=$'\1'] ]]; then
                    open+=("${completion}")
                else
                    closed+=("${completion}")
                fi
            done
            _describe -V '' closed -- open -S ''
        }

        """#

    /// The text with a piece before the last line that begins so.
    private static func inserted(_ piece: String, before beginning: String, in script: String) -> String {
        guard let place = script.range(of: beginning, options: .backwards) else { return script }
        return script[..<place.lowerBound] + piece + script[place.lowerBound...]
    }
}
