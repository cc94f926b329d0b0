using System.Text.Json;

namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Reads staged issues as they are written, without what a serializer needs for anything that might come: <see cref="StagedBody"/> reads what is
/// not read here, and says what is wrong with it. How the registry describes an issuer is read once for all uploads that come with
/// the same words.
/// </summary>
public sealed class StagedReader
{
    private const int ManyIssuers = 64;

    private static readonly DigestConverter Digests = new();
    private static readonly UtcTimeConverter Times = new();
    private static readonly AnswerForm[] Forms = [AnswerForm.OfDocument, AnswerForm.OfDocumentToDelete];

    private readonly Known?[] _issuers = new Known?[ManyIssuers];
    private readonly string?[] _containers = new string?[ManyIssuers];

    /// <summary>Reads an upload that issues.</summary>
    /// <returns>The upload; null if there is anything about the bytes that makes them another's to read.</returns>
    /// <exception cref="JsonException">They are not JSON, or a digest or time is none.</exception>
    internal StagedUpload? TryRead(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        var members = 0;
        var (version, kind, part, parts) = (0, 0, 0, 0);
        var (isDeleted, repeats) = (false, false);
        (BlobVersion? Source, Issuer? Issuer, DateTimeOffset At, List<RequestedAct>? Acts) read = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRead =
                reader.ValueTextEquals("v"u8) ? Once(ref members, 0) && TryReadNumber(ref reader, out version)
                : reader.ValueTextEquals("source"u8) ? Once(ref members, 1) && (read.Source = TryReadSource(ref reader)) is not null
                : reader.ValueTextEquals("issuer"u8) ? Once(ref members, 2) && (read.Issuer = TryReadIssuer(ref reader, bytes)) is not null
                : reader.ValueTextEquals("at"u8) ? Once(ref members, 3) && TryReadTime(ref reader, out read.At)
                : reader.ValueTextEquals("kind"u8) ? Once(ref members, 4) && TryReadNumber(ref reader, out kind)
                : reader.ValueTextEquals("part"u8) ? Once(ref members, 5) && TryReadNumber(ref reader, out part)
                : reader.ValueTextEquals("parts"u8) ? Once(ref members, 6) && TryReadNumber(ref reader, out parts)
                : reader.ValueTextEquals("delete"u8) ? Once(ref members, 7) && TryReadFlag(ref reader, out isDeleted)
                : reader.ValueTextEquals("acts"u8) ? Once(ref members, 8) && (read.Acts = TryReadActs(ref reader)) is not null
                : reader.ValueTextEquals("repeats"u8) && Once(ref members, 9) && TryReadFlag(ref reader, out repeats);
            if (!isRead)
                return null;
        }

        // All of them, of which there are ten.
        if (members != (1 << 10) - 1 || version != StagedBody.FormatVersion || !Enum.IsDefined((UploadKind)kind) || read.Acts!.Count == 0 || reader.Read())
            return null;
        var form = kind == (int)UploadKind.Document && (part, parts) == (0, 1) ? Forms[isDeleted ? 1 : 0] : new AnswerForm((UploadKind)kind, part, parts, isDeleted);
        return new StagedUpload(read.Source!, read.Issuer!, read.At, form, read.Acts) { Repeats = repeats };
    }

    private static bool Once(ref int members, int member)
    {
        var isFirst = (members & (1 << member)) == 0;
        members |= 1 << member;
        return isFirst;
    }

    private BlobVersion? TryReadSource(ref Utf8JsonReader reader)
    {
        string? container = null, path = null, etag = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRead =
                reader.ValueTextEquals("container"u8) ? container is null && TryReadContainer(ref reader, out container)
                : reader.ValueTextEquals("path"u8) ? path is null && TryReadText(ref reader, out path)
                : reader.ValueTextEquals("eTag"u8) && etag is null && TryReadText(ref reader, out etag);
            if (!isRead)
                return null;
        }

        return container is not null && path is not null && etag is not null ? new BlobVersion(container, path, etag) : null;
    }

    // Of each issuer's container the same text for all its uploads.
    private bool TryReadContainer(ref Utf8JsonReader reader, out string? container)
    {
        container = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            return false;
        var hash = new HashCode();
        hash.AddBytes(reader.ValueSpan);
        ref var known = ref _containers[(uint)hash.ToHashCode() % ManyIssuers];
        container = Volatile.Read(ref known);
        if (container is null || !reader.ValueTextEquals(container))
            Volatile.Write(ref known, container = reader.GetString());
        return container is not null;
    }

    private Issuer? TryReadIssuer(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        var from = (int)reader.TokenStartIndex;
        reader.Skip();
        var json = bytes[from..(int)reader.BytesConsumed];
        var hash = new HashCode();
        hash.AddBytes(json);
        ref var known = ref _issuers[(uint)hash.ToHashCode() % ManyIssuers];
        if (Volatile.Read(ref known) is { } same && json.SequenceEqual(same.Json))
            return same.Issuer;
        var read = new Known(json.ToArray(), StagedBody.ReadIssuer(json));
        Volatile.Write(ref known, read);
        return read.Issuer;
    }

    private static List<RequestedAct>? TryReadActs(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return null;
        var acts = new List<RequestedAct>(1);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (TryReadAct(ref reader) is not { } act)
                return null;
            acts.Add(act);
        }

        return reader.TokenType == JsonTokenType.EndArray ? acts : null;
    }

    private static RequestedAct? TryReadAct(ref Utf8JsonReader reader)
    {
        var members = 0;
        long position = 0;
        Digest[]? digests = null;
        string? reference = null, file = null, type = null;
        (DateTimeOffset From, DateTimeOffset End) valid = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRead =
                reader.ValueTextEquals("kind"u8) ? Once(ref members, 0) && reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("issue"u8)
                : reader.ValueTextEquals("position"u8) ? Once(ref members, 1) && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out position)
                : reader.ValueTextEquals("digests"u8) ? Once(ref members, 2) && (digests = TryReadDigests(ref reader)) is not null
                : reader.ValueTextEquals("also"u8) ? Once(ref members, 3) && reader.Read() && reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.TokenType == JsonTokenType.EndArray
                : reader.ValueTextEquals("reference"u8) ? Once(ref members, 4) && TryReadText(ref reader, out reference)
                : reader.ValueTextEquals("fileName"u8) ? Once(ref members, 5) && TryReadText(ref reader, out file)
                : reader.ValueTextEquals("type"u8) ? Once(ref members, 6) && TryReadText(ref reader, out type)
                : reader.ValueTextEquals("validFrom"u8) ? Once(ref members, 7) && TryReadTime(ref reader, out valid.From)
                : reader.ValueTextEquals("expires"u8) && Once(ref members, 8) && TryReadTime(ref reader, out valid.End);
            if (!isRead)
                return null;
        }

        if ((members & 0b111) != 0b111 || reader.TokenType != JsonTokenType.EndObject)
            return null;
        return new RequestedAct(ActKind.Issue, position)
        {
            Digests = digests!,
            Reference = reference,
            FileName = file,
            Type = type,
            ValidFrom = (members & (1 << 7)) == 0 ? null : valid.From,
            Expires = (members & (1 << 8)) == 0 ? null : valid.End,
        };
    }

    private static Digest[]? TryReadDigests(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return null;
        Digest[] digests = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            Array.Resize(ref digests, digests.Length + 1);
            digests[^1] = Digests.Read(ref reader, typeof(Digest), StagedBody.Options);
        }

        return reader.TokenType == JsonTokenType.EndArray ? digests : null;
    }

    private static bool TryReadText(ref Utf8JsonReader reader, out string? text)
    {
        text = reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return text is not null;
    }

    private static bool TryReadNumber(ref Utf8JsonReader reader, out int number)
    {
        number = 0;
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out number);
    }

    private static bool TryReadFlag(ref Utf8JsonReader reader, out bool flag)
    {
        flag = reader.Read() && reader.TokenType == JsonTokenType.True;
        return flag || reader.TokenType == JsonTokenType.False;
    }

    private static bool TryReadTime(ref Utf8JsonReader reader, out DateTimeOffset time)
    {
        time = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            return false;
        time = Times.Read(ref reader, typeof(DateTimeOffset), StagedBody.Options);
        return true;
    }

    private sealed record Known(byte[] Json, Issuer Issuer);
}
