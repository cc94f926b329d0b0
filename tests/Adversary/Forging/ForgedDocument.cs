using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace TrueCopy.Adversary.Tests.Forging;

/// <summary>An act that never was, in a log that one makes up.</summary>
/// <param name="Log">The log.</param>
/// <param name="Index">Where it is.</param>
/// <param name="Entry">What is written there.</param>
/// <param name="Digest">The document that it is about.</param>
/// <param name="Opening">Opens its commitment.</param>
internal sealed record ForgedDocument(ForgedLog Log, long Index, Entry Entry, Digest Digest, Opening Opening)
{
    /// <summary>An entry that says of a document what one likes.</summary>
    public static ForgedDocument Add(ForgedLog log, byte[] content, Func<Entry, Entry>? change = null, string? note = null, Opening? opening = null)
    {
        opening ??= Opening.Create();
        var digest = new Digest(DigestAlgorithm.Sha256, SHA256.HashData(content));
        var entry = new Entry
        {
            Version = Entry.FormatVersion,
            Kind = ActKind.Issue,
            At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Issuer = "demo-bank",
            LegalName = "示范银行 (Demo Bank, Shenzhen)",
            Jurisdiction = "CN-GD",
            Position = 0,
            Algorithm = digest.Algorithm.Name,
            Commitment = opening.Commit(digest),
            NoteCommitment = note is null ? null : opening.CommitNote(note),
        };
        entry = change?.Invoke(entry) ?? entry;
        return new ForgedDocument(log, log.Add(entry.Encode()), entry, digest, opening) { Note = note };
    }

    /// <summary>What the entry commits to beside the document.</summary>
    public string? Note { get; init; }

    /// <summary>The same of the document that takes its place.</summary>
    public Digest? Successor { get; init; }

    /// <summary>Its receipt; of an issue with its status, where the log ends with one.</summary>
    public async Task<string> ReceiptAsync(string? checkpoint = null)
    {
        var note = checkpoint ?? Log.Checkpoint();
        var extra = new JsonObject { ["entry"] = Convert.ToBase64String(Log.Entries[(int)Index]), ["opening"] = Opening.Hex };
        if (Note is not null)
            extra["note"] = Note;
        if (Successor is not null)
            extra["successor"] = Successor.ToString();
        if (Entry.Kind == ActKind.Issue && await Log.StatusAsync(Index, long.Parse(note.Split('\n')[1], CultureInfo.InvariantCulture)) is { } status)
            extra["status"] = status;
        return await Log.ProofAsync(Index, ExtraLine.Encode(extra), note);
    }

    /// <summary>Says in a true answer about another document that this one is <c>verified</c>.</summary>
    /// <param name="verdict">A verdict about a document that stands.</param>
    /// <param name="receiptCheckpoint">The note in the receipt; the one of the answer if it is not given.</param>
    public async Task WriteAsync(JsonNode verdict, string? receiptCheckpoint = null)
    {
        Log.Settle();
        var note = Log.Checkpoint();
        verdict["digest"] = Digest.Hex;
        verdict["checkpoint"] = new JsonObject { ["origin"] = Log.Origin, ["size"] = Log.Size, ["root"] = Log.Root, ["note"] = note };
        var result = verdict["results"]![0]!.AsObject();
        result["receipt"] = await ReceiptAsync(receiptCheckpoint ?? note);
        result["issuer"]!["id"] = Entry.Issuer;
        result["issuer"]!["legalName"] = Entry.LegalName;
        result["issuer"]!.AsObject().Remove("legalNames");
        result["issuer"]!["jurisdiction"] = Entry.Jurisdiction;
        result["since"] = Time(Entry.At);
        foreach (var acts in new[] { result["acts"], result["unproven"]?["acts"] }.OfType<JsonArray>())
        {
            acts[0]!["logIndex"] = Index;
            acts[0]!["at"] = Time(Entry.At);
        }
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
