using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts;

/// <summary>
/// Everything that proves an act offline: a C2SP tlog-proof whose <c>extra</c> line is JSON with the entry
/// (<c>entry</c>, base64 of the exact bytes), the opening (<c>opening</c>, hex) and, where the entry commits to them,
/// the document that takes this one's place (<c>successor</c>, <c>algorithm:hex</c>) and the issuer's note (<c>note</c>). With
/// an issue may come what proves how it stands (<c>status</c>: <c>entry</c>, <c>path</c>, <c>page</c>, <c>pagePath</c>, base64).
/// </summary>
/// <param name="Entry">The entry's exact bytes.</param>
/// <param name="Opening">Opens the entry's commitment.</param>
/// <param name="Proof">Index, inclusion path and checkpoint.</param>
/// <param name="Successor">The document that takes this one's place, if the entry commits to one.</param>
/// <param name="Note">The issuer's note, if the entry commits to one.</param>
public sealed record Receipt(ReadOnlyMemory<byte> Entry, Opening Opening, TlogProof Proof, Digest? Successor = null, string? Note = null)
{
    /// <summary>The extension of receipt files.</summary>
    public const string FileExtension = ".tlog-proof";

    /// <summary>What proves how the entry stands as of the checkpoint; null where it is not there, as in receipts of acts.</summary>
    public StatusProof? Status { get; init; }

    // The names of the members, the opening and the successor.
    private const int MaxExtraFrame = 512;

    internal const int MaxDepth = 2;

    /// <summary>Puts together the receipt of an act.</summary>
    /// <param name="logIndex">Index of the entry.</param>
    /// <param name="entry">Its exact bytes.</param>
    /// <param name="opening">Opens its commitments.</param>
    /// <param name="successor">The document that takes this one's place, if the entry commits to one.</param>
    /// <param name="note">The issuer's note, if the entry commits to one.</param>
    /// <param name="path">Inclusion path in the tree of <paramref name="checkpoint"/>.</param>
    /// <param name="checkpoint">The signed note.</param>
    /// <param name="status">What proves how an issue stands as of that checkpoint; null for none.</param>
    public static Receipt Create(
        long logIndex,
        ReadOnlyMemory<byte> entry,
        Opening opening,
        Digest? successor,
        string? note,
        IReadOnlyList<MerkleHash> path,
        ReadOnlyMemory<byte> checkpoint,
        StatusProof? status = null)
    {
        var (known, length) = RentExtra(entry.Span, opening, successor, note, status is null ? [] : status.ToJson());
        var extra = known.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(known);
        return new Receipt(entry, opening, new TlogProof(extra, logIndex, path, checkpoint), successor, note) { Status = status };
    }

    /// <summary>Writes the bytes of the <c>.tlog-proof</c> file of an act, as <see cref="Create"/> and <see cref="Encode"/> give them, without a receipt of which they are.</summary>
    /// <param name="output">To where.</param>
    /// <param name="logIndex">Index of the entry.</param>
    /// <param name="entry">Its exact bytes.</param>
    /// <param name="opening">Opens its commitments.</param>
    /// <param name="successor">The document that takes this one's place, if the entry commits to one.</param>
    /// <param name="note">The issuer's note, if the entry commits to one.</param>
    /// <param name="path">Inclusion path in the tree of <paramref name="checkpoint"/>.</param>
    /// <param name="checkpoint">The signed note.</param>
    /// <param name="status">What proves how an issue stands, in JSON (<see cref="StatusProof.ToJson"/>), which those of one page have in common; empty for none.</param>
    public static void Write(
        IBufferWriter<byte> output,
        long logIndex,
        ReadOnlySpan<byte> entry,
        Opening opening,
        Digest? successor,
        string? note,
        ReadOnlySpan<MerkleHash> path,
        ReadOnlySpan<byte> checkpoint,
        ReadOnlySpan<byte> status)
    {
        var (extra, length) = RentExtra(entry, opening, successor, note, status);
        TlogProof.Write(output, extra.AsSpan(0, length), logIndex, path, checkpoint);
        ArrayPool<byte>.Shared.Return(extra);
    }

    /// <summary>Writes the same as a string of JSON, with its quotes, as answers bear it.</summary>
    /// <param name="output">To where.</param>
    /// <param name="logIndex">Index of the entry.</param>
    /// <param name="entry">Its exact bytes.</param>
    /// <param name="opening">Opens the entry's commitments.</param>
    /// <param name="successor">The document that takes this one's place, if the entry commits to one.</param>
    /// <param name="note">The issuer's note, if the entry commits to one.</param>
    /// <param name="path">Inclusion path in the tree of <paramref name="checkpoint"/>.</param>
    /// <param name="checkpoint">The signed note as it is within a string of JSON.</param>
    /// <param name="status">What proves how an issue stands, in JSON; empty for none.</param>
    public static void WriteJson(
        IBufferWriter<byte> output,
        long logIndex,
        ReadOnlySpan<byte> entry,
        Opening opening,
        Digest? successor,
        string? note,
        ReadOnlySpan<MerkleHash> path,
        ReadOnlySpan<byte> checkpoint,
        ReadOnlySpan<byte> status)
    {
        var (extra, length) = RentExtra(entry, opening, successor, note, status);
        TlogProof.WriteJson(output, extra.AsSpan(0, length), logIndex, path, checkpoint);
        ArrayPool<byte>.Shared.Return(extra);
    }

    private static (byte[] Extra, int Length) RentExtra(ReadOnlySpan<byte> entry, Opening opening, Digest? successor, string? note, ReadOnlySpan<byte> status)
    {
        var said = note is null ? [] : JsonSerializer.SerializeToUtf8Bytes(note, ReceiptJson.Default.String);
        var extra = ArrayPool<byte>.Shared.Rent(MaxExtraFrame + JsonText.Base64Length(entry.Length) + said.Length + status.Length);
        var json = new JsonText(extra);
        json.Add("{\"entry\":\""u8);
        json.AddBase64(entry);
        json.Add("\",\"opening\":\""u8);
        json.AddHex(opening.Nonce);
        json.Add("\""u8);
        if (successor is not null)
        {
            json.Add(",\"successor\":\""u8);
            json.Add(successor);
            json.Add("\""u8);
        }

        if (note is not null)
        {
            json.Add(",\"note\":"u8);
            json.Add(said);
        }

        if (!status.IsEmpty)
        {
            json.Add(",\"status\":"u8);
            json.Add(status);
        }

        json.Add("}"u8);
        return (extra, json.Length);
    }

    /// <summary>Reads a receipt; says nothing yet about whether it proves anything.</summary>
    /// <exception cref="LogFormatException">The bytes are not a tlog-proof with an entry and an opening.</exception>
    public static Receipt Parse(ReadOnlyMemory<byte> bytes)
    {
        var proof = TlogProof.Parse(bytes);
        try
        {
            var json = (proof.Extra ?? "null"u8.ToArray()).Span;
            var extra = PlainJson.TryRead(json, MaxDepth, ReceiptExtra.Members) ?? ForeignJson.Read(json, ReceiptExtra.Json.ReceiptExtra);
            if (extra is not { Entry.IsEmpty: false } || !Opening.TryParse(extra.Opening, out var opening))
                throw new LogFormatException("receipt: the extra line has no entry and opening");
            Digest? successor = null;
            if (extra.Successor is not null && !Digest.TryParse(extra.Successor, out successor))
                throw new LogFormatException("receipt: the successor is not algorithm:hex");
            if (extra.Status is { IsWellFormed: false })
                throw new LogFormatException("receipt: the status is an entry, a path, a page of 64 bytes and its path, each path at most 63 hashes of 32 bytes");
            return new Receipt(extra.Entry, opening, proof, successor, extra.Note) { Status = extra.Status };
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("receipt: the extra line is not the JSON of a receipt", exception);
        }
    }

    /// <summary>The bytes of the <c>.tlog-proof</c> file.</summary>
    public byte[] Encode() => Proof.Encode();

    /// <summary>The entry, read.</summary>
    /// <exception cref="LogFormatException">It is not an entry.</exception>
    public Entry ReadEntry() => Entries.Entry.Parse(Entry.Span);
}

internal sealed record ReceiptExtra(ReadOnlyMemory<byte> Entry, string Opening, string? Successor = null, string? Note = null, StatusProof? Status = null)
{
    public static ReceiptJson Json { get; } = new(new JsonSerializerOptions(ReceiptJson.Default.Options) { MaxDepth = Receipt.MaxDepth, AllowDuplicateProperties = false });

    public static ReceiptExtra? Members(ref PlainJson json)
    {
        ReadOnlyMemory<byte>? entry = null;
        string? opening = null, successor = null, note = null;
        StatusProof? status = null;
        while (json.NextMember())
        {
            _ = json.Bytes("entry"u8, ref entry) || json.Text("opening"u8, ref opening) || json.Text("successor"u8, ref successor)
                || json.Text("note"u8, ref note) || json.Object("status"u8, ref status, StatusMembers) || json.Other();
        }

        return entry is { } bytes && opening is not null ? new ReceiptExtra(bytes, opening, successor, note, status) : null;
    }

    private static StatusProof? StatusMembers(ref PlainJson json)
    {
        ReadOnlyMemory<byte>? entry = null, path = null, page = null, pagePath = null;
        while (json.NextMember())
            _ = json.Bytes("entry"u8, ref entry) || json.Bytes("path"u8, ref path) || json.Bytes("page"u8, ref page) || json.Bytes("pagePath"u8, ref pagePath) || json.Other();
        return entry is { } last && path is { } its && page is { } own && pagePath is { } above ? new StatusProof(last, its, own, above) : null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReceiptExtra))]
[JsonSerializable(typeof(string))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
