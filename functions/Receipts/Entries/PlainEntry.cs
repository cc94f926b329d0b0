using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;

namespace TrueCopy.Receipts.Entries;

/// <summary>
/// Writes the entries of acts on documents, which nearly all of a log is, in the bytes that the serializer gives them, without it: their members
/// are few and nothing in them is to be escaped. Reads those, and the status that ends a batch, likewise.
/// </summary>
internal static class PlainEntry
{
    private const int MaxLength = 2048;

    // Both without the zone; "s" is much the faster.
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF";
    private const string WholeSecond = "s";

    /// <summary>The bytes; null for an entry that is the serializer's to write.</summary>
    public static byte[]? TryEncode(Entry entry)
    {
        if (!IsPlain(entry))
            return null;
        var rented = ArrayPool<byte>.Shared.Rent(MaxLength);
        var bytes = TryWrite(rented, entry, [], out var length) ? rented.AsSpan(0, length).ToArray() : null;
        ArrayPool<byte>.Shared.Return(rented);
        return bytes;
    }

    /// <summary>Writes the bytes of an entry that is to commit to a document under an opening.</summary>
    /// <returns>False, and nothing is written, for an entry that is the serializer's to write.</returns>
    public static bool TryWrite(IBufferWriter<byte> output, Entry entry, Opening opening, Digest document)
    {
        Span<byte> commitment = stackalloc byte[SHA256.HashSizeInBytes];
        if (!IsPlain(entry))
            return false;
        opening.Commit(document, commitment);
        if (!TryWrite(output.GetSpan(MaxLength), entry, commitment, out var length))
            return false;
        output.Advance(length);
        return true;
    }

    // The commitment as bytes, or what the entry says of it.
    private static bool TryWrite(Span<byte> text, Entry entry, scoped ReadOnlySpan<byte> commitment, out int length)
    {
        var json = new JsonText(text);
        json.AddNumber("{\"v\":"u8, entry.Version);
        var written = json.TryAddText(",\"act\":\""u8, WireName.Of(entry.Kind))
            && json.TryAddTime(",\"at\":\""u8, entry.At)
            && json.TryAddText(",\"issuer\":\""u8, entry.Issuer)
            && json.TryAddText(",\"legalName\":\""u8, entry.LegalName)
            && json.TryAddNames(entry.LegalNames)
            && json.TryAddText(",\"jurisdiction\":\""u8, entry.Jurisdiction)
            && json.AddNumber(",\"position\":"u8, entry.Position)
            && json.TryAddText(",\"algorithm\":\""u8, entry.Algorithm)
            && json.TryAddCommitment(entry.Commitment, commitment)
            && json.TryAddTime(",\"validFrom\":\""u8, entry.ValidFrom)
            && json.TryAddTime(",\"expires\":\""u8, entry.Expires)
            && json.AddNumber(",\"replaces\":"u8, entry.Replaces)
            && json.AddNumber(",\"yields\":"u8, entry.Yields)
            && json.AddNumber(",\"target\":"u8, entry.Target)
            && json.TryAddText(",\"reason\":\""u8, entry.Reason is { } reason ? WireName.Of(reason) : null)
            && json.TryAddText(",\"successorCommitment\":\""u8, entry.SuccessorCommitment)
            && json.TryAddText(",\"noteCommitment\":\""u8, entry.NoteCommitment);
        json.Add("}"u8);
        length = json.Length;
        return written;
    }

    /// <summary>Reads an entry; null where that is the serializer's to do.</summary>
    public static Entry? TryRead(ReadOnlySpan<byte> bytes, int maxDepth) => PlainJson.TryRead(bytes, maxDepth, Members);

    /// <summary>Legal names, as entries and answers have them.</summary>
    public static LegalNames? Names(ref PlainJson json)
    {
        string? en = null, zhHans = null, zhHant = null;
        while (json.NextMember())
            _ = json.Text("en"u8, ref en) || json.Text("zh-Hans"u8, ref zhHans) || json.Text("zh-Hant"u8, ref zhHant) || json.Other();
        return new LegalNames { En = en, ZhHans = zhHans, ZhHant = zhHant };
    }

    private static Entry? Members(ref PlainJson json)
    {
        long? version = null, position = null, replaces = null, yields = null, target = null, covers = null, from = null;
        ActKind? kind = null;
        DateTimeOffset? at = null, validFrom = null, expires = null;
        string? issuer = null, legalName = null, jurisdiction = null, algorithm = null, commitment = null, successorCommitment = null, noteCommitment = null, root = null;
        LegalNames? legalNames = null;
        ReasonCode? reason = null;
        while (json.NextMember())
        {
            _ = json.Number("v"u8, ref version) || json.Word("act"u8, ref kind) || json.Time("at"u8, ref at) || json.Text("issuer"u8, ref issuer)
                || json.Text("legalName"u8, ref legalName) || json.Object("legalNames"u8, ref legalNames, Names) || json.Text("jurisdiction"u8, ref jurisdiction)
                || json.Number("position"u8, ref position) || json.Text("algorithm"u8, ref algorithm) || json.Text("commitment"u8, ref commitment)
                || json.Time("validFrom"u8, ref validFrom) || json.Time("expires"u8, ref expires) || json.Number("replaces"u8, ref replaces)
                || json.Number("yields"u8, ref yields) || json.Number("target"u8, ref target) || json.Word("reason"u8, ref reason)
                || json.Text("successorCommitment"u8, ref successorCommitment) || json.Text("noteCommitment"u8, ref noteCommitment)
                || json.Number("covers"u8, ref covers) || json.Text("root"u8, ref root) || json.Number("from"u8, ref from) || json.Other();
        }

        return version == Entry.FormatVersion && kind is { } act && at is { } time
            ? new Entry
            {
                Version = Entry.FormatVersion,
                Kind = act,
                At = time,
                Issuer = issuer,
                LegalName = legalName,
                LegalNames = legalNames,
                Jurisdiction = jurisdiction,
                Position = position,
                Algorithm = algorithm,
                Commitment = commitment,
                ValidFrom = validFrom,
                Expires = expires,
                Replaces = replaces,
                Yields = yields,
                Target = target,
                Reason = reason,
                SuccessorCommitment = successorCommitment,
                NoteCommitment = noteCommitment,
                Covers = covers,
                Root = root,
                From = from,
            }
            : null;
    }

    // With members of other entries it is not an act on a document; with very long ones there is no room.
    private static bool IsPlain(Entry entry) =>
        entry.IsOfDocument
        && Length(entry.LegalNames?.En) + Length(entry.LegalNames?.ZhHans) + Length(entry.LegalNames?.ZhHant) + Length(entry.Issuer) + Length(entry.LegalName) + Length(entry.Jurisdiction) + Length(entry.Algorithm) + Length(entry.Commitment)
            + Length(entry.SuccessorCommitment) + Length(entry.NoteCommitment) <= MaxTexts;

    // UTF-8 has three bytes at most for what is one character in memory; the rest is names, times and numbers.
    private const int MaxTexts = (MaxLength - 768) / 3;

    private static int Length(string? text) => text?.Length ?? 0;

    private static bool TryAddText(ref this JsonText json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is null)
            return true;
        json.Add(name);
        if (!json.TryAdd(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))
            return false;
        json.Add("\""u8);
        return true;
    }

    private static bool TryAddCommitment(ref this JsonText json, string? text, scoped ReadOnlySpan<byte> commitment)
    {
        if (commitment.IsEmpty)
            return json.TryAddText(",\"commitment\":\""u8, text);
        json.Add(",\"commitment\":\""u8);
        json.AddHex(commitment);
        json.Add("\""u8);
        return true;
    }

    private static bool TryAddNames(ref this JsonText json, LegalNames? names)
    {
        if (names is null)
            return true;
        json.Add(",\"legalNames\":{"u8);
        var first = json.Length;
        var added = json.TryAddText("\"en\":\""u8, names.En)
            && json.TryAddText(json.Length == first ? "\"zh-Hans\":\""u8 : ",\"zh-Hans\":\""u8, names.ZhHans)
            && json.TryAddText(json.Length == first ? "\"zh-Hant\":\""u8 : ",\"zh-Hant\":\""u8, names.ZhHant);
        json.Add("}"u8);
        return added;
    }

    private static bool TryAddTime(ref this JsonText json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.Add(name);
            json.Add(at.UtcDateTime, at.Ticks % TimeSpan.TicksPerSecond == 0 ? WholeSecond : Time);
            json.Add("Z\""u8);
        }

        return true;
    }

    private static bool AddNumber(ref this JsonText json, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } value)
        {
            json.Add(name);
            json.Add(value, default);
        }

        return true;
    }
}
