using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrueCopy.Api;

/// <summary>
/// The log's status as a Token Status List (draft-ietf-oauth-status-list), a JWT that the log's ECDSA key signs. Its packing is
/// ours: four bits an entry, those of the first one lowest.
/// </summary>
/// <remarks>
/// One instance a process. It is signed when it is asked for and at most once a minute, so that requests cost the vault nothing.
/// What is signed can be taken for no note: a note's text has lines, a JWT has none.
/// </remarks>
public sealed class StatusList
{
    /// <summary>The media type of a list.</summary>
    public const string MediaType = "application/statuslist+jwt";

    /// <summary>How long one list is handed out.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>How long whoever has one may go by it.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromHours(1);

    private const int Bits = 4;

    // Status types that the draft leaves to applications: 0x03 and 0x0C to 0x0F.
    private const byte Invalid = 0x01;
    private const byte Suspended = 0x02;
    private const byte Superseded = 0x03;
    private const byte Reissued = 0x0C;
    private const byte Unknown = 0x0F;

    private static readonly byte[] Types = [.. Enumerable.Range(0, 16).Select(code => (EntryStatus)code switch
    {
        EntryStatus.Stands => (byte)0x00,
        EntryStatus.Suspended => Suspended,
        EntryStatus.Superseded => Superseded,
        EntryStatus.Revoked => Invalid,
        EntryStatus.Reissued => Reissued,
        _ => Unknown,
    })];

    private readonly StatusReader _status;
    private readonly ILogKeys _keys;
    private readonly Uri? _address;
    private readonly TimeProvider _time;
    private readonly SharedRead<Signed> _signing;
    private Signed? _last;

    /// <summary>Makes lists of a log's status.</summary>
    public StatusList(StatusReader status, ILogKeys keys, ServiceAddress address, TimeProvider time)
    {
        (_status, _keys, _address, _time) = (status, keys, address.Of(Routes.StatusList), time);
        _signing = new SharedRead<Signed>(SignAsync);
    }

    /// <summary>The list; null where the service's address, and so the list's name, is not known.</summary>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_address is null)
            return null;
        if (Volatile.Read(ref _last) is { } last && _time.GetElapsedTime(last.At) < Lifetime)
            return last.Token;
        return (await _signing.GetAsync(cancellationToken)).Value.Token;
    }

    /// <summary>The status types of all entries, as the draft packs them.</summary>
    /// <param name="covers">How many entries there are.</param>
    /// <param name="from">The first whose status is kept.</param>
    /// <param name="pages">The pages of the status tree that are not all zero.</param>
    internal static byte[] Pack(long covers, long from, IEnumerable<KeyValuePair<long, ReadOnlyMemory<byte>>> pages)
    {
        var list = new byte[(covers + 1) / 2];
        foreach (var (number, page) in pages)
        {
            var first = (int)(number * StatusPage.Length);
            for (var i = 0; i < StatusPage.Length && first + i < list.Length; i++)
                list[first + i] = (byte)(Types[page.Span[i] & 0x0f] | Types[page.Span[i] >> 4] << 4);
        }

        // Nothing that happened to them before is known, so that none of them may be called valid.
        for (var index = 0L; index < from; index++)
        {
            var shift = (int)(index % 2) * Bits;
            if ((list[index / 2] >> shift & 0x0f) == 0)
                list[index / 2] |= (byte)(Unknown << shift);
        }

        return list;
    }

    private async Task<Signed> SignAsync(CancellationToken cancellationToken)
    {
        var at = _time.GetTimestamp();
        var signer = (await _keys.CurrentAsync(cancellationToken)).Signers.First(signer => signer.Verifier is EcdsaP256Verifier);
        var status = await _status.ReadSinceAsync(0, cancellationToken);
        var list = Pack(status.Checkpoint.Size - 1, Entry.Parse(status.Entry.Span).From ?? 0, status.Pages);
        var unsigned = $"{Encode(Header(signer.Verifier.KeyId))}.{Encode(Claims(list))}";
        var signature = EcdsaSignature.ToRaw((await signer.SignAsync(Encoding.ASCII.GetBytes(unsigned), cancellationToken)).Span);
        var signed = new Signed($"{unsigned}.{Base64Url.EncodeToString(signature)}", at);
        Volatile.Write(ref _last, signed);
        return signed;
    }

    private static Action<Utf8JsonWriter> Header(uint keyId) => json =>
    {
        json.WriteString("alg"u8, "ES256"u8);
        json.WriteString("kid"u8, keyId.ToString("x8", CultureInfo.InvariantCulture));
        json.WriteString("typ"u8, "statuslist+jwt"u8);
    };

    private Action<Utf8JsonWriter> Claims(byte[] list) => json =>
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        json.WriteString("sub"u8, _address!.AbsoluteUri);
        json.WriteNumber("iat"u8, now);
        json.WriteNumber("exp"u8, now + (long)Validity.TotalSeconds);
        json.WriteNumber("ttl"u8, (long)Lifetime.TotalSeconds);
        json.WriteStartObject("status_list"u8);
        json.WriteNumber("bits"u8, Bits);
        json.WriteString("lst"u8, Base64Url.EncodeToString(Compress(list)));
        json.WriteEndObject();
    };

    private static string Encode(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }

    private static byte[] Compress(byte[] list)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize))
            zlib.Write(list);
        return compressed.ToArray();
    }

    private sealed record Signed(string Token, long At);
}
