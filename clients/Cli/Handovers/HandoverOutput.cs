using TrueCopy.Client.Handovers;

namespace TrueCopy.Cli.Output;

/// <summary>What <c>handover --json</c>, <c>handover trace --json</c> and the like say of a handover.</summary>
/// <param name="Handover">Its id.</param>
/// <param name="State">How far it has come: <c>saved</c> where it was not sent.</param>
/// <param name="Receiver">The receiver's id.</param>
/// <param name="TraceLink">The trace link, which is a secret; only where it was sent here.</param>
/// <param name="File">The package, where it was saved.</param>
/// <param name="Expires">When the package is deleted if it is not taken.</param>
/// <param name="Refused">Why the service refused it.</param>
/// <param name="Steps">What the log holds of it.</param>
internal sealed record HandoverOutput(
    string Handover,
    string State,
    string Receiver,
    string? TraceLink = null,
    string? File = null,
    DateTimeOffset? Expires = null,
    string? Refused = null,
    IReadOnlyList<HandoverStepOutput>? Steps = null)
{
    public static HandoverOutput Of(HandoverTrace trace, string? link = null) => new(
        trace.Id,
        WireName.Of(trace.State),
        trace.Receiver,
        link,
        null,
        trace.Expires,
        trace.Refused,
        [.. trace.Steps.Select(HandoverStepOutput.Of)]);
}

/// <summary>One thing that became of a handover, proven.</summary>
/// <param name="Act">What.</param>
/// <param name="At">When.</param>
/// <param name="LogIndex">Index of its entry.</param>
/// <param name="Reason">Declined: why.</param>
/// <param name="Text">Declined: what the receiver adds.</param>
/// <param name="Purpose">Used: what for.</param>
/// <param name="Receipt">The text of its receipt.</param>
internal sealed record HandoverStepOutput(string Act, DateTimeOffset At, long LogIndex, string? Reason, string? Text, string? Purpose, string Receipt)
{
    public static HandoverStepOutput Of(HandoverStep step) => new(
        WireName.Of(step.Entry.Kind),
        step.Entry.At,
        step.LogIndex,
        step.Note?.Reason is { } reason ? WireName.Of(reason) : null,
        step.Note?.Text,
        step.Note?.Purpose is { } purpose ? WireName.Of(purpose) : null,
        System.Text.Encoding.UTF8.GetString(step.Receipt.Encode()));
}

/// <summary>What <c>handover receivers --json</c> says of one that takes packages.</summary>
internal sealed record ReceiverOutput(string Id, string LegalName, LegalNames? LegalNames, string Jurisdiction, string? Domain, string EncryptionKey, IReadOnlyList<string> Purposes, long KeepsDays, long LogIndex)
{
    public static ReceiverOutput Of(ProvenReceiver receiver) => new(
        receiver.Id,
        receiver.LegalName,
        receiver.Entry.LegalNames,
        receiver.Entry.Jurisdiction!,
        receiver.Entry.Domain,
        receiver.EncryptionKey,
        receiver.Entry.Purposes!,
        receiver.Entry.KeepsDays!.Value,
        receiver.LogIndex);
}

/// <summary>What <c>handover receive list --json</c> says of a package.</summary>
internal sealed record WaitingOutput(string Handover, string State, DateTimeOffset SentAt, long Length, DateTimeOffset? Expires)
{
    public static WaitingOutput Of(WaitingHandoverDocument waiting) => new(waiting.Id, WireName.Of(waiting.State), waiting.SentAt, waiting.Length, waiting.Expires);
}

/// <summary>What <c>handover receive open --json</c> and <c>watch --json</c> say of a package.</summary>
/// <param name="Handover">The handover's id.</param>
/// <param name="State"><c>opened</c>, <c>refused</c> or <c>withdrawn</c>; <c>fetched</c> where it is sealed still.</param>
/// <param name="Folder">Where it was opened to.</param>
/// <param name="File">Where it is, sealed.</param>
/// <param name="Refused">Why it was refused.</param>
/// <param name="Sent">Whether the log has its handover; absent where it was not looked at.</param>
/// <param name="Purpose">What the holder agreed to.</param>
/// <param name="PurposeText">The same in her words.</param>
/// <param name="Until">From when nothing may be used.</param>
/// <param name="Scope">What may be used.</param>
/// <param name="Conditions">On what conditions.</param>
/// <param name="Documents">What is in it.</param>
internal sealed record PackageOutput(
    string Handover,
    string State,
    string? Folder = null,
    string? File = null,
    string? Refused = null,
    bool? Sent = null,
    string? Purpose = null,
    string? PurposeText = null,
    DateTimeOffset? Until = null,
    string? Scope = null,
    string? Conditions = null,
    IReadOnlyList<PackagedOutput>? Documents = null)
{
    public static PackageOutput Opened(Consent consent, string folder, bool sent, IEnumerable<ReviewedDocument> documents) => new(
        consent.Handover,
        "opened",
        folder,
        null,
        null,
        sent,
        WireName.Of(consent.Purpose),
        consent.PurposeText,
        consent.Until,
        consent.Scope,
        consent.Conditions,
        [.. documents.Select(PackagedOutput.Of)]);
}

/// <summary>A document of a package that was opened.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Verdict">What the service says of it now, checked; absent where that does not count.</param>
/// <param name="Issuers">Who issued it, by id.</param>
/// <param name="ReceiptHolds">Whether the receipt in the package holds; absent where there is none.</param>
/// <param name="Insisted">Whether the holder handed it over though it was not verified.</param>
internal sealed record PackagedOutput(string Name, string Digest, Verdict? Verdict, IReadOnlyList<string> Issuers, bool? ReceiptHolds, bool? Insisted)
{
    public static PackagedOutput Of(ReviewedDocument document) => new(
        document.Stated.Name,
        document.Stated.Digest,
        document.Answer.Verdict,
        [.. document.Answer.Results.Select(result => result.Document.Issuer.Id)],
        document.Receipt is null ? null : true,
        document.Stated.Insisted);
}

/// <summary>What <c>bundle --json</c> says of a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Document">Where its copy is, in the bundle.</param>
/// <param name="Receipt">Where its receipt is.</param>
/// <param name="Link">What leads to the page that takes both.</param>
/// <param name="Error">Why it is not in the bundle.</param>
internal sealed record BundleOutput(string File, string? Document = null, string? Receipt = null, string? Link = null, string? Error = null);
