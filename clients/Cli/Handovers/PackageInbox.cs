using System.Security.Cryptography;
using TrueCopy.Cli.Output;
using TrueCopy.Client;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Cli.Handovers;

/// <summary>Fetches packages and opens them, for a receiver.</summary>
internal sealed class PackageInbox(HandoverSession session, TrueCopyClient client, string receiver)
{
    /// <summary>Whose packages.</summary>
    public string Receiver => receiver;

    /// <summary>Fetches a package to a file, which is whole or not there.</summary>
    public async Task FetchAsync(string id, string path, CancellationToken cancellationToken)
    {
        if (Path.Exists(path))
            throw new CommandException(ExitCode.Usage, $"{path} is there already. Name another file.");
        var partial = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.partial";
        try
        {
            await using (var file = LocalFile.CreateNew(partial))
                await client.Handovers.FetchAsync(receiver, id, file, progress: null, cancellationToken);
            File.Move(partial, path, overwrite: false);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Opens a package into a new folder, having held it to all that a receiver's client asks for.</summary>
    /// <param name="path">The sealed package.</param>
    /// <param name="identities">The receiver's identities.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="handover">The handover that it came by; null where that is not known.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PackageException">It is not to be taken.</exception>
    public async Task<PackageOutput> OpenAsync(string path, IReadOnlyList<AgeIdentity> identities, string folder, string? handover, CancellationToken cancellationToken)
    {
        if (Path.Exists(folder))
            throw new CommandException(ExitCode.Usage, $"{folder} is there already. Name a new folder.");
        await using var file = LocalFile.Open(path);
        if (!file.CanSeek)
            throw new CommandException(ExitCode.Usage, "A package is opened anywhere in it, so it has to be a file.");
        await using var package = await OpenedPackage.OpenAsync(file, identities, cancellationToken);
        var consent = package.Consent;
        if (handover is not null && consent.Handover != handover)
            throw new PackageException(PackageFault.Party, "The consent is to another handover than the one that it came by: it was sent once more by somebody.");
        var proven = await session.FindReceiverAsync(client, receiver, cancellationToken);
        PackageReview.RequireConsent(consent, package.Identity, receiver, proven.Checkpoint.Checkpoint.Origin, proven, session.Time.GetUtcNow());
        var sent = await RequireStandingAsync(package, file, cancellationToken);

        IReadOnlyList<ReviewedDocument> reviewed = [];
        await package.ExtractAsync(folder, async (partial, stop) =>
        {
            reviewed = await PackageReview.RunAsync(client, package, document => File.OpenRead(Path.Combine(partial, "documents", document.Name)), session.Trust.EveryKey is { Count: > 0 } keys ? keys : (await client.KeysAsync(stop)).Verifiers, session.Time, stop);
            await session.Trust.ConfirmAsync(client, [.. reviewed.Select(document => document.Answer)], session.Terminal, session.Time, stop);
        }, cancellationToken);
        return PackageOutput.Opened(consent, folder, sent, reviewed);
    }

    /// <summary>A package that was opened, in words.</summary>
    public static Printable TextOf(PackageOutput opened, Terminal terminal)
    {
        var text = new Printable().AppendLine($"{terminal.Good("✔ OPENED")}  {opened.Folder}, handover {opened.Handover}");
        text.AppendLine($"  for {opened.Purpose}{(opened.PurposeText is null ? "" : $": {opened.PurposeText}")}, until {terminal.Time(opened.Until!.Value)}");
        foreach (var (heading, lines) in new[] { ("scope", opened.Scope), ("conditions", opened.Conditions) })
        {
            foreach (var line in lines?.Split('\n') ?? [])
                text.AppendLine($"  {heading}: {line}");
        }

        foreach (var document in opened.Documents!)
        {
            var (word, tone) = VerdictText.Headline(document.Verdict);
            text.AppendLine($"  {terminal.Paint(tone, word)}  {document.Name}  {string.Join(", ", document.Issuers)}{(document.ReceiptHolds is null ? ", without a receipt" : "")}{(document.Insisted == true ? ", which the holder handed over all the same" : "")}");
        }

        if (opened.Sent == false)
            text.AppendLine($"  It came another way than by the service: accepting or using it is not recorded.");
        return text;
    }

    // Whether the log has the handover of this very package; one that was withdrawn is not opened.
    private async Task<bool> RequireStandingAsync(OpenedPackage package, Stream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        var digests = await StreamDigest.ComputeAsync(file, [DigestAlgorithm.Sha256], progress: null, cancellationToken);
        var trace = await client.Handovers.TraceAsync(package.Consent.Handover, KnownHandover.Of(package.ConsentFile) with { Package = digests[0] }, cancellationToken);
        if (trace is null || trace.Steps.Count == 0)
            return false;
        await session.ConfirmAsync(client, trace, cancellationToken);
        return trace.State is HandoverState.Sent or HandoverState.Received
            ? true
            : throw new PackageException(PackageFault.Party, $"The handover is over: it was {WireName.Of(trace.State)}.");
    }
}
