using System.CommandLine;
using System.CommandLine.Invocation;
using System.Security.Cryptography;
using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Handovers;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli;

/// <summary>The whole tool, on given streams and a given way to reach the service, so that tests can run it in process.</summary>
internal static partial class CommandLine
{
    private const string Tool = "truecopy";

    // As the library has them; a value may follow.
    private static readonly string[] HelpNames = ["--help", "-h", "/h", "-?", "/?", "--version"];

    private const string Help = """
        Issue documents to a TrueCopy service, verify them, and hand them over.

        A document never leaves this machine for a verification: it is hashed here, the service is asked about the
        hash, and the receipt that comes back is checked here against the log's public key.

        Exit codes:
          0  verified; everything that was asked holds
          1  not verified: unknown to the log, refused, or a receipt that does not hold
          2  wrong usage, or a file that cannot be read
          3  no answer that can be relied on; says nothing about the document
          4  not witnessed: too few of those that the policy asks for have seen the log; says nothing about the document
          10 revoked, 11 suspended, 12 superseded, 13 expired, 14 not yet valid,
          15 institutions differ about it
          Of several files the gravest counts: 3, 4, 2, 1, 10, 15, 12, 13, 11, 14, 0.

        Environment:
          TRUECOPY_SERVICE  address of the service          (as --service)
          TRUECOPY_KEY      verifier key of the log, or file (as --key)
          TRUECOPY_POLICY   which witnesses count: a file    (as --policy)
          TRUECOPY_WEBHOOK_SECRET
                            bearer token for the webhook of truecopy monitor
          TRUECOPY_INBOX    storage to upload to            (as --inbox)
          TRUECOPY_TOKEN    token by which the service knows a receiver (truecopy handover receive)
          NO_COLOR          no colour, even on a terminal
          LC_ALL, LANG      in which of their legal names institutions are told (as --language)
          TZ                your time zone, in which times are told (--utc: in UTC, as in JSON)
          XDG_CONFIG_HOME   where settings are kept, if not in ~/.config

        Files:
          FILE.tlog-proof   a file's receipt
          FILE.truecopy     documents that are handed over, sealed for one receiver (truecopy handover)
          $XDG_CONFIG_HOME/truecopy/known-logs.json
                            keys, last checkpoint and policy of each log, by address of the service (truecopy keys,
                            truecopy policy)
          $XDG_CONFIG_HOME/truecopy/status/
                            the status of each log that was fetched (truecopy status fetch)

        Examples:
          truecopy verify statement.pdf
          truecopy verify inbox --service https://verify.example
          truecopy issue statement.pdf --issuer demo-bank
          truecopy completion bash

        Each command tells more: truecopy COMMAND --help
        """;

    private static string FirstSentence(string text)
    {
        var paragraph = text.Split("\n\n")[0].ReplaceLineEndings(" ");
        var end = paragraph.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? paragraph : paragraph[..(end + 1)];
    }

    private static Printable Changed(LogChangedException exception, KnownLogs known, Terminal terminal) => $"""
        {terminal.Bad("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")}
        {terminal.Bad(WarningOf(exception.Change))}
        {terminal.Bad("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")}
        {exception.Message}
        Somebody else may be answering in its place, or it hides what it did before. Nothing that it said was relied
        on; that says nothing about your files. Ask those who run the log, by another way than this service, whether
        its key or its log changed. Only if they say so, forget what is known and begin anew, with the keys that they
        give you:
          truecopy keys forget URL        ({known.Path})
          truecopy verify FILE --service URL --key NAME+ID+KEY

        """;

    private static string WarningOf(LogChange change) => change switch
    {
        LogChange.Rollback => "!!  WARNING: THE SERVICE SHOWS AN OLDER LOG THAN IT SHOWED BEFORE       !!",
        LogChange.Policy => "!!  WARNING: WHO HAS TO HAVE SEEN THE LOG IS NOT WHAT IT WAS            !!",
        _ => "!!  WARNING: THIS IS NOT THE LOG THAT THE SERVICE KEPT UNTIL NOW        !!",
    };

    public static async Task<int> RunAsync(
        IReadOnlyList<string> args,
        Terminal terminal,
        HttpMessageHandler network,
        KnownLogs known,
        TimeProvider time,
        CancellationToken cancellationToken = default)
    {
        var commands = Commands(terminal, network, known, time);
        var reading = ReadNamed(commands, args) ?? Read(Whole(commands), args);
        return await RunAsync(Tool, reading, terminal, known, cancellationToken);
    }

    /// <summary>Arguments that were read.</summary>
    /// <param name="Parsed">What they say.</param>
    /// <param name="Utc">An option that every command has.</param>
    /// <param name="Language">Another.</param>
    internal sealed record Reading(ParseResult Parsed, Option<bool> Utc, Option<string?> Language);

    /// <summary>Every command, by name and in the order of the help, none made yet.</summary>
    internal static IReadOnlyList<(string Name, Func<Command> Create)> Commands(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        List<(string Name, Func<Command> Create)> commands =
        [
            ("verify", () => VerifyCommand.Create(terminal, network, known, time)),
            ("bundle", () => BundleCommand.Create(terminal, network, known, time)),
            ("status", () => StatusCommand.Create(terminal, network, known, time)),
            ("receipt", () => ReceiptCommand.Create(terminal, network, known, time)),
            ("handover", () => HandoverCommand.Create(terminal, network, known, time)),
            ("hash", () => HashCommand.Create(terminal)),
            ("audit", () => AuditCommand.Create(terminal, network, time)),
            ("keys", () => KeysCommand.Create(terminal, known)),
            ("monitor", () => MonitorCommand.Create(terminal, network, time)),
            ("policy", () => PolicyCommand.Create(terminal, network, known, time)),
            ("manifest", () => ManifestCommand.Create(terminal)),
            ("completion", () => CompletionCommand.Create(terminal)),
        ];
        AddIssuing(commands, terminal, network, known, time);
        return commands;
    }

    /// <summary>Reads the arguments of the command that they begin with, without making any other.</summary>
    /// <returns>Null where they begin with none, ask for help or are wrong: what is said of that needs all of the tool.</returns>
    internal static Reading? ReadNamed(IReadOnlyList<(string Name, Func<Command> Create)> commands, IReadOnlyList<string> args)
    {
        if (args is not [var named, ..] || args.Any(AsksForHelp) || commands.FirstOrDefault(command => command.Name == named).Create is not { } create)
            return null;

        // The library that hashes and verifies is loaded meanwhile.
        ThreadPool.UnsafeQueueUserWorkItem(static _ => SHA256.HashData([]), null);
        return Read(new Command(Tool) { create() }, args) is { Parsed.Errors.Count: 0 } reading ? reading : null;
    }

    private static RootCommand Whole(IReadOnlyList<(string Name, Func<Command> Create)> commands)
    {
        var root = new RootCommand(Help);
        foreach (var (_, create) in commands)
            root.Subcommands.Add(create());
        return root;
    }

    private static bool AsksForHelp(string argument)
    {
        foreach (var name in HelpNames)
        {
            if (argument.StartsWith(name, StringComparison.Ordinal) && (argument.Length == name.Length || argument[name.Length] is '=' or ':'))
                return true;
        }

        return false;
    }

    /// <summary>Runs a tool, this one or another that has its manners: what is wrong is told on one line, in words, with an exit code.</summary>
    public static Task<int> RunAsync(
        string tool,
        RootCommand root,
        IReadOnlyList<string> args,
        Terminal terminal,
        CancellationToken cancellationToken = default) => RunAsync(tool, Read(root, args), terminal, known: null, cancellationToken);

    // No argument stands for what is in a file: names of files come from others, and "@x" may be one.
    private static Reading Read(Command root, IReadOnlyList<string> args)
    {
        var utc = new Option<bool>("--utc") { Description = "Tell times in UTC rather than in your own zone.", Recursive = true };
        root.Options.Add(utc);
        var language = new Option<string?>("--language") { HelpName = "LANGUAGE", Description = "In which of their legal names institutions are told: en, zh-Hans or zh-Hant. Default: as LC_ALL or LANG says, else the registered name with all others.", Recursive = true };
        language.AcceptOnlyFromAmong(NameLanguages.Tags);
        root.Options.Add(language);
        return new Reading(root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }), utc, language);
    }

    private static async Task<int> RunAsync(string tool, Reading reading, Terminal terminal, KnownLogs? known, CancellationToken cancellationToken)
    {
        var parsed = reading.Parsed;
        if (parsed.Action is ParseErrorAction)
        {
            await terminal.Error.WriteAsync(UsageText.Of(tool, parsed));
            return ExitCode.Usage;
        }

        if (parsed.GetValue(reading.Utc))
            terminal.Zone = TimeZoneInfo.Utc;
        if (parsed.GetValue(reading.Language) is { } tag)
            terminal.Language = (NameLanguage)Array.IndexOf(NameLanguages.Tags, tag);

        // Help of a command tells all of it, and of the commands below it what each is for.
        foreach (var below in parsed.CommandResult.Command.Subcommands)
            below.Description = FirstSentence(below.Description ?? "");
        var configuration = new InvocationConfiguration { Output = terminal.Output.OfLibrary, Error = terminal.Error.OfLibrary, EnableDefaultExceptionHandler = false };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (CommandException exception)
        {
            await terminal.Error.WriteAsync(UsageText.Of(tool, exception, parsed));
            return exception.ExitCode;
        }
        catch (LogChangedException exception) when (known is not null)
        {
            await terminal.Error.WriteAsync(Changed(exception, known, terminal));
            return ExitCode.NoAnswer;
        }
        catch (NoAnswerException exception)
        {
            var advice = exception.Unreachable ? " Is the service running, and is --service (or TRUECOPY_SERVICE) right?"
                : exception.TookTooLong ? " --timeout allows it more time."
                : "";
            await terminal.Error.WriteLineAsync($"{tool}: {exception.Message}{advice}");
            return ExitCode.NoAnswer;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // An output that was closed, or a disk that is full behind it.
            await terminal.Error.WriteLineAsync($"{tool}: what it writes or reads cannot go on: {FileFault.Of(exception, "")}.");
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync($"{tool}: stopped");
            return ExitCode.NoAnswer;
        }
        catch (Exception exception)
        {
            // What it says may hold what it was given; where it happened may not.
            var where = exception.StackTrace?.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(line => line.Contains("TrueCopy.", StringComparison.Ordinal)) ?? "";
            await terminal.Error.WriteLineAsync($"{tool}: a fault of {tool} itself, which says nothing about any document: {exception.GetType().Name} {where}. Please report it.");
            return ExitCode.NoAnswer;
        }
    }

    // What institutions do; a build for those who only verify has none of it.
    static partial void AddIssuing(List<(string Name, Func<Command> Create)> commands, Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time);
}

/// <summary>The network, as every command goes there.</summary>
internal static class Network
{
    /// <summary>Follows no redirect: nobody but the one who was asked learns what is asked, or answers.</summary>
    public static HttpMessageHandler Open() => new SocketsHttpHandler { AllowAutoRedirect = false };
}
