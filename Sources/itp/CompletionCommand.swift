import Glibc

/// `itp completion`: what a shell needs to complete our command lines. It is made of what each command accepts.
enum CompletionCommand {
    static let command = Command(
        name: "completion", usage: "completion bash|zsh|fish",
        summary: "prints completions for a shell: source <(itp completion bash)",
        accepted: Arguments.Accepted(words: 1...1, choices: ["bash", "zsh", "fish"]),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        switch arguments.words[0] {
        case "bash": writeLine(bash, to: STDOUT_FILENO)
        case "zsh": writeLine(zsh, to: STDOUT_FILENO)
        case "fish": writeLine(fish, to: STDOUT_FILENO)
        default: throw UsageError("'\(arguments.words[0])' is none of bash, zsh, fish")
        }
        return 0
    }

    /// What may be offered for an option's value.
    private enum Offer {
        case folders
        case oneOf([String])
        case nothing

        init(_ placeholder: String) {
            let choices = placeholder.split(separator: "|").map(String.init)
            self = placeholder == "DIR" ? .folders : choices.count > 1 ? .oneOf(choices) : .nothing
        }
    }

    /// The options of a command that take a value, in the order of their names.
    private static func values(_ command: Command) -> [(name: String, placeholder: String, offer: Offer)] {
        command.accepted.values.sorted { $0.key < $1.key }.map { ($0.key, $0.value, Offer($0.value)) }
    }

    private static func flags(_ command: Command) -> [String] { command.accepted.flags.sorted() + ["help"] }

    // MARK: bash

    private static var bash: String {
        let cases = Program.commands.map { command -> String in
            let options = (command.accepted.values.keys.sorted() + flags(command)).map { "--" + $0 }
            let lines =
                values(command).map { option in
                    switch option.offer {
                    case .folders: "            --\(option.name)) COMPREPLY=($(compgen -d -- \"$current\")); return ;;"
                    case .oneOf(let choices):
                        "            --\(option.name)) COMPREPLY=($(compgen -W \"\(choices.joined(separator: " "))\" -- \"$current\")); return ;;"
                    case .nothing: "            --\(option.name)) return ;;"
                    }
                }
            let previous =
                lines.isEmpty ? "" : "\n        case $previous in\n\(lines.joined(separator: "\n"))\n        esac"
            return """
                    \(command.name))
                        words="\(options.joined(separator: " "))" first="\(command.accepted.choices.joined(separator: " "))" paths=\(command.accepted.takesPaths ? "1" : "")\(previous) ;;
                """
        }
        return """
            _itp() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words="" first="" paths=""
                if [ "$COMP_CWORD" -eq 1 ]; then
                    COMPREPLY=($(compgen -W "\(Program.commands.map(\.name).joined(separator: " ")) --help --version" -- "$current"))
                    return
                fi
                case ${COMP_WORDS[1]} in
            \(cases.joined(separator: "\n"))
                esac
                if [ "$COMP_CWORD" -eq 2 ]; then words="$first $words"; fi
                COMPREPLY=($(compgen -W "$words" -- "$current"))
                if [ -n "$paths" ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
            }
            complete -o filenames -F _itp itp
            """
    }

    // MARK: zsh

    private static var zsh: String {
        let described = Program.commands.map { command in
            "        " + quoted(command.name + ":" + command.summary.replacing(":", with: "\\:"))
        }
        let cases = Program.commands.map { command -> String in
            let taken = values(command).map { option in
                let action =
                    switch option.offer {
                    case .folders: "_files -/"
                    case .oneOf(let choices): "(\(choices.joined(separator: " ")))"
                    case .nothing: ""
                    }
                return quoted("--\(option.name)=[\(option.placeholder)]:\(option.placeholder):\(action)")
            }
            var specifications = taken + flags(command).map { quoted("--" + $0) }
            if !command.accepted.choices.isEmpty {
                specifications.append(quoted("1:what:(\(command.accepted.choices.joined(separator: " ")))"))
            }
            if command.accepted.takesPaths { specifications.append(quoted("*:path:_files")) }
            return "        \(command.name)) _arguments \(specifications.joined(separator: " ")) ;;"
        }
        return """
            #compdef itp
            _itp() {
                local -a commands=(
            \(described.joined(separator: "\n"))
                )
                if (( CURRENT == 2 )); then
                    _describe command commands
                    return
                fi
                local command=$words[2]
                shift words
                (( CURRENT-- ))
                case $command in
            \(cases.joined(separator: "\n"))
                esac
            }
            # From a folder of $fpath this file is the function itself; otherwise it is read once.
            if [ "$funcstack[1]" = _itp ]; then _itp "$@"; else compdef _itp itp; fi
            """
    }

    // MARK: fish

    private static var fish: String {
        let lines = Program.commands.flatMap { command -> [String] in
            let here = "complete -c itp -n '__fish_seen_subcommand_from \(command.name)'"
            let first = "complete -c itp -n __fish_use_subcommand -f -a \(command.name) -d \(quoted(command.summary))"
            let taken = values(command).map { option in
                switch option.offer {
                case .folders: "\(here) -l \(option.name) -x -a '(__fish_complete_directories)'"
                case .oneOf(let choices): "\(here) -l \(option.name) -x -a '\(choices.joined(separator: " "))'"
                case .nothing: "\(here) -l \(option.name) -x"
                }
            }
            let words = command.accepted.choices.map { "\(here) -a \($0)" }
            let noPaths = command.accepted.takesPaths ? [] : ["\(here) -f"]
            return [first] + noPaths + taken + flags(command).map { "\(here) -l \($0)" } + words
        }
        return lines.joined(separator: "\n")
    }

    /// A text as one word, for all three shells.
    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
