using System.CommandLine;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy completion SHELL</c></summary>
internal static class CompletionCommand
{
    // Each asks the tool itself, so that completions are never older than the tool.
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _truecopy() {
                local IFS=$'\n'
                local current=${COMP_WORDS[COMP_CWORD]}
                COMPREPLY=($(compgen -W "$(truecopy "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$current"))
            }
            complete -o default -o bashdefault -F _truecopy truecopy
            """,
        ["zsh"] = """
            _truecopy() {
                local -a found
                found=("${(@f)$(truecopy "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -a found
                _files
            }
            compdef _truecopy truecopy
            """,
        ["fish"] = """
            complete -c truecopy -a '(truecopy "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName truecopy -ScriptBlock {
                param($word, $line, $position)
                truecopy "[suggest:$position]" "$line" | Where-Object { $_ -like "$word*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = $"One of {string.Join(", ", Scripts.Keys)}." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", """
            Print a script that lets a shell complete commands and options.

            Examples:
              eval "$(truecopy completion bash)"             in ~/.bashrc
              eval "$(truecopy completion zsh)"              in ~/.zshrc, after compinit
              truecopy completion fish | source              in ~/.config/fish/config.fish
              truecopy completion pwsh | Out-String | Invoke-Expression
                                                             in $PROFILE
            """)
        { shell };
        command.SetAction(async (parsed, _) =>
        {
            await terminal.Output.WriteLineAsync(Printable.Ours(Scripts[parsed.GetValue(shell)!]));
            return ExitCode.Verified;
        });
        return command;
    }
}
