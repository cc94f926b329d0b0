using System.Buffers;
using System.Text.Json;

namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Documents that were at hand together and are staged in one message: UTF-8 JSON, <c>{"uploads":[…],"v":1}</c>, each upload in the
/// bytes in which it would be staged by itself. Each is sequenced by itself; the message goes when all of them are done with.
/// </summary>
public sealed class StagedGroup
{
    /// <summary>The most uploads of one message.</summary>
    public const int MaxUploads = 64;

    private const int FormatVersion = 1;

    private readonly Lock _lock = new();
    private readonly bool[] _settled;
    private TimeSpan? _wait;

    private StagedGroup(int uploads) => _settled = new bool[uploads];

    private static ReadOnlySpan<byte> Beginning => "{\"uploads\":["u8;

    private static ReadOnlySpan<byte> End => "],\"v\":1}"u8;

    /// <summary>How long a message of bodies that are so long together is.</summary>
    public static int LengthOf(int uploads, int bodies) => Beginning.Length + bodies + (uploads - 1) + End.Length;

    /// <summary>Writes a message; of one upload alone its body.</summary>
    public static ReadOnlyMemory<byte> Encode(IReadOnlyList<ReadOnlyMemory<byte>> bodies)
    {
        if (bodies is [var one])
            return one;
        var output = new ArrayBufferWriter<byte>(LengthOf(bodies.Count, bodies.Sum(body => body.Length)));
        output.Write(Beginning);
        for (var i = 0; i < bodies.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            output.Write(bodies[i].Span);
        }

        output.Write(End);
        return output.WrittenMemory;
    }

    /// <summary>Reads a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="uploadReader">Reads most of what is staged; null for one that has read nothing before.</param>
    /// <returns>Its uploads, and where each is in it; null if it is not a group.</returns>
    /// <exception cref="LogFormatException">It is a group, but not of version 1.</exception>
    public static IReadOnlyList<(StagedUpload Upload, StagedShare Share)>? TryDecode(ReadOnlySpan<byte> message, StagedReader? uploadReader = null)
    {
        if (!message.StartsWith(Beginning))
            return null;
        var uploads = new List<StagedUpload>();
        try
        {
            uploadReader ??= new StagedReader();
            var reader = new Utf8JsonReader(message[(Beginning.Length - 1)..], isFinalBlock: true, state: default);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject && uploads.Count <= MaxUploads)
            {
                var from = (int)reader.TokenStartIndex;
                reader.Skip();
                var body = message[(Beginning.Length - 1)..][from..(int)reader.BytesConsumed];
                uploads.Add(StagedBody.Decode(body, uploadReader) as StagedUpload ?? throw new LogFormatException("staged group: it holds something else than uploads"));
            }

            var end = Beginning.Length - 1 + (int)reader.TokenStartIndex;
            if (uploads.Count is 0 or > MaxUploads || !message[end..].SequenceEqual(End))
                throw new LogFormatException($"staged group: not uploads of version {FormatVersion}");
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("staged group: not JSON", exception);
        }

        return new StagedGroup(uploads.Count).SharesOf(uploads);
    }

    private (StagedUpload Upload, StagedShare Share)[] SharesOf(List<StagedUpload> uploads) => [.. uploads.Select((upload, i) => (upload, new StagedShare(this, i)))];

    /// <summary>Notes what is to become of an upload: it is done with, or comes back after a while.</summary>
    /// <returns>Whether that is known of all of them, and then what is to become of the message: null to delete it. Those that are done with are recognised by their act ids when it comes back.</returns>
    internal (bool All, TimeSpan? Wait) Settle(int upload, TimeSpan? wait)
    {
        lock (_lock)
        {
            _settled[upload] = true;
            if (wait is not null && !(_wait <= wait))
                _wait = wait;
            return (Array.TrueForAll(_settled, settled => settled), _wait);
        }
    }
}

/// <summary>Which upload of a message.</summary>
/// <param name="Group">The message.</param>
/// <param name="Number">The upload, from 0.</param>
public sealed record StagedShare(StagedGroup Group, int Number);
