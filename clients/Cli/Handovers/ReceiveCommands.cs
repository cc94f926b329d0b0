using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Cli.Handovers;

/// <summary><c>truecopy handover receive list|fetch|open|accept|decline|use|watch</c>: a receiver's back office.</summary>
internal sealed class ReceiveCommands
{
    private readonly HandoverSession _session;
    private readonly Option<string> _receiver = new("--receiver") { HelpName = "ID", Description = "Your id, as the registry has it.", Required = true };

    private ReceiveCommands(HandoverSession session)
    {
        _session = session;
        _receiver.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ReceiverId.IsValid(token.Value))
                result.AddError("--receiver is an id: small letters, digits and hyphens.");
        });
    }

    public static Command Create(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        ReceiveCommands New() => new(new HandoverSession(terminal, network, known, time));
        return new Command("receive", $"""
            Take packages in that holders handed to you: list, fetch, open, accept or decline, and say what you use them for.

            A package is opened with your identity file, which never leaves this machine. Accepting one carries the proof that you
            opened the consent in it. What the consent does not allow is not recorded: no use after it ran out, after it was
            withdrawn, or for another purpose.

            Exit codes of all of these: 0 done, 1 refused (by the service, or because the package is not to be taken), 2 wrong usage,
            3 no answer that can be relied on, 4 too few witnesses have seen the log.

            Environment:
              {HandoverSession.TokenVariable}   the token by which the service knows you, if it asks for one
            """)
        {
            New().List(),
            New().Fetch(),
            New().Open(),
            New().Accept(),
            New().Decline(),
            New().Use(),
            New().Watch(),
        };
    }

    private Command List()
    {
        var command = new Command("list", "Say which packages were sent to you, newest first.") { _receiver };
        _session.Asking(command, async (parsed, client, cancellationToken) =>
        {
            var handovers = await client.Handovers.ListAsync(parsed.GetValue(_receiver)!, cancellationToken).ToListAsync(cancellationToken);
            if (parsed.GetValue(_session.Json))
                await _session.Terminal.Output.WriteLineAsync(CliJson.Write<WaitingOutput>([.. handovers.Select(WaitingOutput.Of)]));
            else if (handovers.Count == 0)
                await _session.Terminal.Output.WriteLineAsync($"Nothing was sent to {parsed.GetValue(_receiver)}.");
            else
                _session.Terminal.WriteTable(
                    [new Column("handover", Wraps: false), new Column("state"), new Column("sent"), new Column("bytes", IsNumber: true), new Column("deleted, if not taken")],
                    handovers.Select(Row));
            return ExitCode.Verified;
        });
        return command;
    }

    private Cell[] Row(WaitingHandoverDocument handover) =>
    [
        new(handover.Id),
        new(WireName.Of(handover.State)),
        new(_session.Terminal.Time(handover.SentAt)),
        new(handover.Length.ToString("N0", CultureInfo.InvariantCulture)),
        new(handover.Expires is { } expires ? _session.Terminal.Time(expires) : ""),
    ];

    private Command Fetch()
    {
        var id = IdArgument();
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "Where it goes, sealed. Default: ID.truecopy." };
        var command = new Command("fetch", "Fetch a package, sealed.") { id, _receiver, output };
        _session.Asking(command, async (parsed, client, cancellationToken) =>
        {
            var path = parsed.GetValue(output) ?? parsed.GetValue(id) + PackageWriter.FileExtension;
            await new PackageInbox(_session, client, parsed.GetValue(_receiver)!).FetchAsync(parsed.GetValue(id)!, path, cancellationToken);
            if (parsed.GetValue(_session.Json))
                await _session.Terminal.Output.WriteLineAsync(CliJson.Write<PackageOutput>([new PackageOutput(parsed.GetValue(id)!, "fetched", File: path)]));
            else
                await _session.Terminal.Output.WriteLineAsync($"{_session.Terminal.Good("✔ FETCHED")}  {path}");
            return ExitCode.Verified;
        });
        return command;
    }

    private Command Open()
    {
        var file = new Argument<string>("FILE") { Description = "The sealed package." };
        var identity = Identity();
        var output = new Option<string>("--out") { HelpName = "FOLDER", Description = "A new folder for what is in it.", Required = true };
        var command = new Command("open", """
            Open a package, verify every document and receipt in it, and show what the holder agreed to.

            What is in it is written only if the consent is to you, has not run out, and is for what you take packages for; if
            every document is the one of the consent and every receipt holds; if at least one document verifies; and if the consent
            was not withdrawn. It does not matter how the package came to you.
            """)
        { file, identity, _receiver, output };
        _session.Asking(command, async (parsed, client, cancellationToken) =>
        {
            var inbox = new PackageInbox(_session, client, parsed.GetValue(_receiver)!);
            var opened = await inbox.OpenAsync(parsed.GetValue(file)!, await ReadIdentitiesAsync(parsed.GetValue(identity)!, cancellationToken), parsed.GetValue(output)!, null, cancellationToken);
            if (parsed.GetValue(_session.Json))
                await _session.Terminal.Output.WriteLineAsync(CliJson.Write<PackageOutput>([opened]));
            else
                await _session.Terminal.Output.WriteAsync(PackageInbox.TextOf(opened, _session.Terminal));
            return ExitCode.Verified;
        });
        return command;
    }

    private Command Accept()
    {
        var folder = FolderArgument();
        var command = new Command("accept", "Accept a package that was opened: the log records it, and the service deletes the sealed one.") { folder, _receiver };
        _session.Asking(command, (parsed, client, cancellationToken) => ActAsync(parsed, client, parsed.GetValue(folder)!, consent => _session.Time.GetUtcNow() < consent.Read.Until
            ? Task.FromResult(new HandoverActDocument(ActKind.Received, consent.Proof))
            : throw new PackageException(PackageFault.Expired, "The consent has run out."), cancellationToken));
        return command;
    }

    private Command Decline()
    {
        var named = new Argument<string>("ID|FOLDER") { Description = "The handover's id, or the folder that it was opened to." };
        var reason = new Option<string>("--reason") { HelpName = "CODE", Description = $"Why: {string.Join(", ", WireName.All<DeclineReason>())}. The holder is told.", Required = true };
        reason.AcceptOnlyFromAmong([.. WireName.All<DeclineReason>()]);
        var text = SharedOptions.Text("--text", StatedText.MaxNoteLength, "What you add, for the holder.");
        var command = new Command("decline", "Decline a package: the log records it, the holder is told why, and the service deletes it.") { named, _receiver, reason, text };
        _session.Asking(command, async (parsed, client, cancellationToken) =>
        {
            var name = parsed.GetValue(named)!;
            var act = new HandoverActDocument(ActKind.Declined, Reason: parsed.GetValue(reason), Text: parsed.GetValue(text));
            if (!HandoverLocks.IsHex(name) || Directory.Exists(name))
                return await ActAsync(parsed, client, name, consent => Task.FromResult(act with { Proof = consent.Proof }), cancellationToken);
            return await RecordAsync(parsed, client, name, act, new KnownHandover(), cancellationToken);
        });
        return command;
    }

    private Command Use()
    {
        var folder = FolderArgument();
        var purpose = new Option<string>("--purpose") { HelpName = "CODE", Description = "What for; the purpose that the holder agreed to.", Required = true };
        purpose.AcceptOnlyFromAmong([.. WireName.All<HandoverPurpose>()]);
        var command = new Command("use", "Record that you use what was handed over: the holder sees when, and what for.") { folder, _receiver, purpose };
        _session.Asking(command, (parsed, client, cancellationToken) => ActAsync(parsed, client, parsed.GetValue(folder)!, async consent =>
        {
            var trace = await client.Handovers.TraceAsync(consent.Read.Handover, KnownHandover.Of(consent.File), cancellationToken) ?? throw HolderCommands.NoSuch();
            PackageReview.RequireUse(consent.Read, HandoverSession.PurposeOf(parsed, purpose), trace, _session.Time.GetUtcNow());
            return new HandoverActDocument(ActKind.Used, Purpose: parsed.GetValue(purpose), Use: RandomNumberGenerator.GetHexString(32, lowercase: true));
        }, cancellationToken));
        return command;
    }

    private Command Watch()
    {
        var identity = Identity();
        var output = new Option<string>("--out") { HelpName = "FOLDER", Description = "Each package is opened into a folder of its id in there.", Required = true };
        var once = new Option<bool>("--once") { Description = "Look once, and end." };
        var every = SharedOptions.Number("--every", "SECONDS", "How often to look.", otherwise: 60, most: 86_400);
        var command = new Command("watch", """
            Fetch and open what is sent to you as it comes, into a folder of its own each, until it is stopped. What was opened is
            not accepted by that: truecopy handover receive accept FOLDER.

            What is not to be taken is told once, and noted in ID.refused.txt. When a consent is taken back of what was opened,
            that is told once, and noted in ID.withdrawn.txt: nothing in that folder may be used any more. With --json a line for each.
            With --once exit code 1 if anything was refused.
            """)
        { identity, _receiver, output, once, every };
        _session.Asking(command, async (parsed, client, cancellationToken) =>
        {
            var inbox = new PackageInbox(_session, client, parsed.GetValue(_receiver)!);
            var watch = new PackageWatch(_session, inbox, await ReadIdentitiesAsync(parsed.GetValue(identity)!, cancellationToken), parsed.GetValue(output)!, parsed.GetValue(_session.Json));
            return await watch.RunAsync(client, parsed.GetValue(once) ? null : TimeSpan.FromSeconds(parsed.GetValue(every)), cancellationToken);
        });
        return command;
    }

    private async Task<int> ActAsync(ParseResult parsed, TrueCopyClient client, string folder, Func<OpenedConsent, Task<HandoverActDocument>> decide, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "consent.json");
        if (!File.Exists(path))
            throw new CommandException(ExitCode.Usage, $"{folder} is no folder that a package was opened to: there is no consent.json in it.");
        var file = await LocalFile.ReadAsync(path, cancellationToken);
        var consent = new OpenedConsent(Consent.Parse(file), file);
        if (consent.Read.Receiver.Id != parsed.GetValue(_receiver))
            throw new PackageException(PackageFault.Party, $"The consent in {folder} is to {consent.Read.Receiver.Id}, and not to {parsed.GetValue(_receiver)}.");
        return await RecordAsync(parsed, client, consent.Read.Handover, await decide(consent), KnownHandover.Of(file), cancellationToken);
    }

    private async Task<int> RecordAsync(ParseResult parsed, TrueCopyClient client, string id, HandoverActDocument act, KnownHandover known, CancellationToken cancellationToken)
    {
        var trace = await client.Handovers.ActAsync(parsed.GetValue(_receiver)!, id, act, known, cancellationToken);
        await _session.ConfirmAsync(client, trace, cancellationToken);
        await HolderCommands.TellAsync(_session, trace, parsed.GetValue(_session.Json));
        return trace.Find(act.Act) is null ? ExitCode.NoAnswer : ExitCode.Verified;
    }

    private static Argument<string> IdArgument()
    {
        var id = new Argument<string>("ID") { Description = "The handover's id." };
        id.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !HandoverLocks.IsHex(token.Value))
                result.AddError("The id of a handover has 64 lower-case hex digits.");
        });
        return id;
    }

    private static Argument<string> FolderArgument() => new("FOLDER") { Description = "The folder that it was opened to, with consent.json in it." };

    private static Option<string> Identity() => new("--identity") { HelpName = "FILE", Description = "Your identity file, as age-keygen or truecopy handover keygen makes it.", Required = true };

    private static async Task<IReadOnlyList<AgeIdentity>> ReadIdentitiesAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return AgeIdentity.ParseFile(Encoding.UTF8.GetString(await LocalFile.ReadAsync(path, cancellationToken)));
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be used: {exception.Message}.", exception);
        }
    }

    private sealed record OpenedConsent(Consent Read, byte[] File)
    {
        public string Proof => Convert.ToHexStringLower(HandoverLocks.ConsentProof(File));
    }
}
