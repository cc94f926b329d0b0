using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Cli.Handovers;

/// <summary><c>truecopy handover FILE… --receiver ID --purpose CODE --until DATE</c></summary>
internal static class HandoverCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        var session = new HandoverSession(terminal, network, known, time);
        var files = SharedOptions.Files("Documents to hand over.");
        var receiver = new Option<string>("--receiver") { HelpName = "ID", Description = "Whom to hand them to: truecopy handover receivers.", Required = true };
        var purpose = new Option<string>("--purpose") { HelpName = "CODE", Description = $"What for: {string.Join(", ", WireName.All<HandoverPurpose>())}.", Required = true };
        purpose.AcceptOnlyFromAmong([.. WireName.All<HandoverPurpose>()]);
        var until = new Option<string>("--until") { HelpName = "DATE", Description = "Until when they may be used: a day, to its end where you are, or a time with a zone.", Required = true };
        until.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && ReadUntil(token.Value, terminal.Zone) is null)
                result.AddError("--until is a day such as 2027-05-31, or a time such as 2027-05-31T18:00:00+08:00.");
        });
        var text = SharedOptions.Text("--text", Consent.MaxPurposeLength, "The purpose in your own words; has to be there when it is other.");
        var scope = SharedOptions.Text("--scope", Consent.MaxTextLength, "What of them may be used.");
        var conditions = SharedOptions.Text("--conditions", Consent.MaxTextLength, "On what conditions.");
        var insist = new Option<bool>("--insist") { Description = "Hand over also what is not verified; the package says so." };
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "Save the sealed package there instead of sending it; you carry it to the receiver yourself." };
        var yes = new Option<bool>("--yes") { Description = "Agree without being asked." };
        var command = new Command("handover", """
            Hand documents over to an institution that takes them: sealed for it alone, with what you agree to.

            Each document is verified first; what is not verified is refused, unless you insist. The receiver's key is
            taken from the log, proven, so that nobody can put another in its place. What you agree to is shown, and you are
            asked. Then everything is sealed on this machine, and sent; nobody but the receiver can open it.

            A trace link is printed: whoever has it sees what became of the package, and can take your consent back
            (truecopy handover withdraw LINK). Keep it, and give it to nobody.

            Exit code 0 if it was sent (with --out: saved), 1 if a document, the receiver or the service refused, 2 if nothing was
            done, 3 if there is no answer that can be relied on, 4 if too few witnesses have seen the log.

            Below it are the commands of a receiver (receive), and of a holder: receivers, trace, withdraw; keygen makes a
            receiver's key. A document of one of these names is given as ./NAME.

            Examples:
              truecopy handover statement.pdf --receiver demo-lender --purpose credit --until 2027-05-31
              truecopy handover trace 'https://verify.example/#trace=…'
              truecopy handover receive watch --receiver demo-lender --identity key.txt --out inbox
            """)
        { files, receiver, purpose, until, text, scope, conditions, insist, output, yes };
        HolderCommands.AddTo(command, terminal, network, known, time);
        command.Subcommands.Add(ReceiveCommands.Create(terminal, network, known, time));
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(output) is { } path && Path.Exists(path))
                parsed.AddError($"{path} is there already. Name another file.");
            if (parsed.GetResult(purpose) is not null && parsed.GetValue(purpose) == WireName.Of(HandoverPurpose.Other) && parsed.GetValue(text) is null)
                parsed.AddError("--purpose other needs --text, which says what for.");
        });
        session.Asking(
            command,
            async (parsed, client, cancellationToken) =>
            {
                if (ReadUntil(parsed.GetValue(until)!, terminal.Zone) is not { } end || end <= time.GetUtcNow())
                    throw new CommandException(ExitCode.Usage, "--until is over already.");
                var what = HandoverSession.PurposeOf(parsed, purpose);
                var packing = new Packing(session, client, parsed.GetValue(insist));
                var documents = await packing.VerifyAsync(FileSelection.Of(parsed.GetValue(files)!), cancellationToken);
                var to = await session.FindReceiverAsync(client, parsed.GetValue(receiver)!, cancellationToken);
                if (!to.Takes(what))
                    throw new CommandException(ExitCode.NotVerified, $"{to.Id} takes no packages for that purpose; it does for {string.Join(", ", to.Entry.Purposes!)}.");
                var secret = HandoverSecret.Create();
                var consent = new Consent(
                    Consent.FormatVersion,
                    secret.Id,
                    RandomNumberGenerator.GetHexString(64, lowercase: true),
                    to.Checkpoint.Checkpoint.Origin,
                    new ConsentReceiver(to.Id, to.LegalName, to.EncryptionKey, to.LogIndex),
                    what,
                    time.WholeSecond(),
                    end,
                    NameLanguages.Tags[(int)(terminal.Language ?? NameLanguage.En)],
                    [.. documents.Select(document => document.Stated)])
                {
                    PurposeText = parsed.GetValue(text),
                    Scope = parsed.GetValue(scope),
                    Conditions = parsed.GetValue(conditions),
                };
                if (consent.Check() is { } rule)
                    throw new CommandException(ExitCode.Usage, $"It cannot be agreed to so: {rule}.");
                await terminal.Error.WriteAsync($"You agree to this:\n{HandoverText.Of(consent, to, terminal)}");
                if (!parsed.GetValue(yes) && !await ConfirmAsync(terminal, cancellationToken))
                {
                    await terminal.Error.WriteLineAsync($"Nothing was done.");
                    return ExitCode.Usage;
                }

                var handing = new Handing(session, client, consent, documents, parsed.GetValue(session.Json));
                return parsed.GetValue(output) is { } saveAs
                    ? await handing.SaveAsync(saveAs, cancellationToken)
                    : await handing.SendAsync(secret, cancellationToken);
            },
            parsed => parsed.GetValue(files)?.Length ?? 1);
        return command;
    }

    /// <summary>The end of a consent: a day's end in a zone, or a time.</summary>
    internal static DateTimeOffset? ReadUntil(string text, TimeZoneInfo zone)
    {
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return StatedText.ReadTime("--until", text, out var time) is null ? time : null;
        if (day == DateOnly.MaxValue)
            return null;
        var midnight = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    private static Task<bool> ConfirmAsync(Terminal terminal, CancellationToken cancellationToken) => terminal.CanAsk
        ? terminal.ConfirmAsync($"Do you agree?", cancellationToken)
        : throw new CommandException(ExitCode.Usage, "Nobody can be asked here, so nothing was done.") { Hint = "--yes agrees without being asked" };
}
