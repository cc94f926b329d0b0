using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Client.Handovers;

/// <summary>A line of a header behind <c>-&gt;</c>, and the bytes below it.</summary>
/// <param name="Arguments">The type first.</param>
/// <param name="Body">The bytes.</param>
internal sealed record AgeStanza(IReadOnlyList<string> Arguments, byte[] Body);

/// <summary>The header of a file in the age format (c2sp.org/age, version 1), read as strictly as that says.</summary>
/// <param name="Stanzas">Whom it is sealed to.</param>
/// <param name="Signed">The bytes under the MAC: all before it, <c>---</c> included.</param>
/// <param name="Mac">HMAC-SHA256 of those.</param>
/// <param name="Length">Length of the header in bytes.</param>
internal sealed record AgeHeader(IReadOnlyList<AgeStanza> Stanzas, ReadOnlyMemory<byte> Signed, byte[] Mac, int Length)
{
    /// <summary>The longest header that is read.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>What every file begins with.</summary>
    public const string FirstLine = "age-encryption.org/v1";

    private const int MaxStanzas = 20;
    private const int Columns = 64;
    private const int MacLength = HMACSHA256.HashSizeInBytes;

    /// <summary>Reads the header.</summary>
    /// <param name="file">The beginning of the file: all of it, or at least <see cref="MaxLength"/> bytes.</param>
    /// <exception cref="PackageException">It is malformed, or too long.</exception>
    public static AgeHeader Parse(ReadOnlyMemory<byte> file)
    {
        var lines = new LinesOf(file);
        if (lines.Next() != FirstLine)
            throw Malformed("it does not begin as one of version 1, in binary, does");
        var stanzas = new List<AgeStanza>();
        while (true)
        {
            var begin = lines.Position;
            var line = lines.Next();
            if (line.StartsWith("---", StringComparison.Ordinal))
            {
                return line.StartsWith("--- ", StringComparison.Ordinal) && TryDecode(line[4..], out var mac) && mac.Length == MacLength
                    ? new AgeHeader(stanzas, file[..(begin + 3)], mac, lines.Position)
                    : throw Malformed("its MAC is not 32 bytes in base64");
            }

            if (stanzas.Count == MaxStanzas)
                throw Malformed($"it has more than {MaxStanzas} recipients");
            stanzas.Add(new AgeStanza(ArgumentsOf(line), BodyOf(ref lines)));
        }
    }

    /// <summary>The bytes of a header that seals to one recipient.</summary>
    public static byte[] Encode(AgeStanza stanza, ReadOnlySpan<byte> macKey)
    {
        var text = new StringBuilder($"{FirstLine}\n-> {string.Join(' ', stanza.Arguments)}\n{Encode(stanza.Body)}\n---");
        var mac = HMACSHA256.HashData(macKey, Encoding.ASCII.GetBytes(text.ToString()));
        return Encoding.ASCII.GetBytes(text.Append(' ').Append(Encode(mac)).Append('\n').ToString());
    }

    /// <summary>Whether a key made the MAC.</summary>
    public bool IsOf(ReadOnlySpan<byte> macKey) => CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(macKey, Signed.Span), Mac);

    /// <summary>Base64 without padding.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Reads base64 without padding, spelled in the one way that <see cref="Encode(ReadOnlySpan{byte})"/> has.</summary>
    public static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (text.Contains('=', StringComparison.Ordinal) || text.Length % 4 == 1)
            return false;
        var padded = Encoding.ASCII.GetBytes(text + "==="[..((4 - (text.Length % 4)) % 4)]);
        var decoded = new byte[padded.Length / 4 * 3];
        if (Base64.DecodeFromUtf8(padded, decoded, out _, out var written) != System.Buffers.OperationStatus.Done)
            return false;
        bytes = decoded[..written];

        // Neither white space, which the decoder passes over, nor bits that nobody reads.
        return Encode(bytes) == text;
    }

    internal static PackageException Malformed(string what) => new(PackageFault.Format, $"It is no sealed package: {what}.");

    private static string[] ArgumentsOf(string line)
    {
        var arguments = line.StartsWith("-> ", StringComparison.Ordinal) ? line[3..].Split(' ') : throw Malformed("a line of its header is neither a recipient nor the MAC");
        return arguments.All(argument => argument.Length > 0 && argument.All(character => character is > ' ' and <= '~'))
            ? arguments
            : throw Malformed("a recipient of its header is empty, or not in ASCII");
    }

    private static byte[] BodyOf(ref LinesOf lines)
    {
        var text = new StringBuilder();
        string line;
        do
        {
            line = lines.Next();
            if (line.Length > Columns)
                throw Malformed("a line of its header is too long");
            text.Append(line);
        }
        while (line.Length == Columns);
        return TryDecode(text.ToString(), out var body) ? body : throw Malformed("a recipient of its header is not in base64");
    }

    private struct LinesOf(ReadOnlyMemory<byte> file)
    {
        private readonly ReadOnlyMemory<byte> _file = file[..Math.Min(file.Length, MaxLength)];

        public int Position { get; private set; }

        public string Next()
        {
            var rest = _file.Span[Position..];
            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
                throw Malformed("its header is cut off, or too long");
            Position += end + 1;
            return Encoding.Latin1.GetString(rest[..end]);
        }
    }
}
