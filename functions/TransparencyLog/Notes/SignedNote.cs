using System.Buffers.Binary;
using System.Text;

namespace TrueCopy.TransparencyLog.Notes;

/// <summary>A text and the signatures over it (C2SP signed-note).</summary>
/// <param name="Text">The signed text: ends in a newline, has no other control character.</param>
/// <param name="Signatures">At least one; nothing is said about their validity until <see cref="Verify"/>.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>The longest note that is parsed, in bytes; leaves room for post-quantum signatures.</summary>
    public const int MaxLength = 1_000_000;

    /// <summary>The most signatures that are parsed; the specification asks for at least 16.</summary>
    public const int MaxSignatures = 100;

    internal const string LinePrefix = "— ";
    internal const int KeyIdLength = 4;

    /// <summary>Parses a note without verifying it.</summary>
    /// <exception cref="LogFormatException">The bytes are not a signed note.</exception>
    public static SignedNote Parse(ReadOnlySpan<byte> note)
    {
        if (note.Length > MaxLength)
            throw new LogFormatException($"note: longer than {MaxLength} bytes");
        if (!StrictText.TryDecodeUtf8(note, out var all))
            throw new LogFormatException("note: not UTF-8");
        if (HasControls(all))
            throw new LogFormatException("note: a control character other than newline");

        var end = all.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0)
            throw new LogFormatException("note: no empty line before the signatures");
        if (!all.EndsWith('\n') || end + 2 == all.Length)
            throw new LogFormatException("note: the signatures must be whole lines, at least one");

        return new SignedNote(all[..(end + 1)], ParseLines(all[(end + 2)..]));
    }

    /// <summary>Parses signature lines without the note that they are for, as a witness answers with them.</summary>
    /// <exception cref="LogFormatException">The bytes are not one or more whole signature lines.</exception>
    public static IReadOnlyList<NoteSignature> ParseSignatures(ReadOnlySpan<byte> lines)
    {
        if (lines.Length > MaxLength)
            throw new LogFormatException($"note: longer than {MaxLength} bytes");
        if (!StrictText.TryDecodeUtf8(lines, out var all) || HasControls(all))
            throw new LogFormatException("note: signature lines are UTF-8 without control characters");
        return all.EndsWith('\n') ? ParseLines(all) : throw new LogFormatException("note: the signatures must be whole lines, at least one");
    }

    /// <summary>
    /// The keys among <paramref name="known"/> that signed this note. Lines of unknown keys are ignored; a known key's
    /// line must verify, and have the one spelling of its base64.
    /// </summary>
    /// <exception cref="LogFormatException">A known key's signature is wrong, or no known key signed.</exception>
    public IReadOnlyList<NoteVerifier> Verify(IEnumerable<NoteVerifier> known)
    {
        var text = Encoding.UTF8.GetBytes(Text);
        var verified = new List<NoteVerifier>();
        foreach (var key in known)
        {
            foreach (var line in LinesOf(key))
            {
                if (!key.Verify(text, line.Value.Span))
                    throw Wrong(key);
                if (!verified.Contains(key))
                    verified.Add(key);
            }
        }

        return verified.Count > 0 ? verified : throw new LogFormatException("note: no known key signed it");
    }

    /// <summary>The bytes of the note: text, empty line, one line a signature.</summary>
    public byte[] Encode()
    {
        var note = new StringBuilder(Text).Append('\n');
        foreach (var signature in Signatures)
            note.Append(signature.ToLine());
        return Encoding.UTF8.GetBytes(note.ToString());
    }

    /// <summary>The lines of a known key, each in the one spelling of its base64.</summary>
    /// <exception cref="LogFormatException">One is spelled otherwise.</exception>
    internal IEnumerable<NoteSignature> LinesOf(NoteVerifier key)
    {
        foreach (var line in Signatures.Where(line => line.IsOf(key)))
        {
            yield return line.OddSpelling is null
                ? line
                : throw new LogFormatException($"note: the signature of {key.Name}+{key.KeyId:x8} is not base64 in its one spelling");
        }
    }

    internal static LogFormatException Wrong(NoteVerifier key) => new($"note: the signature of {key.Name}+{key.KeyId:x8} is wrong");

    private static bool HasControls(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\0', '\t') || text.ContainsAnyInRange('\v', '\x1f');

    private static NoteSignature[] ParseLines(string text)
    {
        var lines = text[..^1].Split('\n');
        return lines.Length <= MaxSignatures
            ? Array.ConvertAll(lines, ParseLine)
            : throw new LogFormatException($"note: more than {MaxSignatures} signatures");
    }

    private static NoteSignature ParseLine(string line)
    {
        if (!line.StartsWith(LinePrefix, StringComparison.Ordinal))
            throw new LogFormatException("note: a signature line begins with an em dash and a space");
        var separator = line.IndexOf(' ', LinePrefix.Length);
        if (separator < 0 || !KeyName.IsValid(line.AsSpan(LinePrefix.Length, separator - LinePrefix.Length)))
            throw new LogFormatException("note: a signature line has a key name without spaces or plus signs");
        var spelling = line.AsSpan(separator + 1);
        if (!StrictBase64.TryDecodeLenient(spelling, out var value, out var isCanonical) || value.Length <= KeyIdLength)
            throw new LogFormatException("note: a signature is base64 of a key id and at least one byte");
        return new NoteSignature(
            line[LinePrefix.Length..separator],
            BinaryPrimitives.ReadUInt32BigEndian(value),
            value.AsMemory(KeyIdLength))
        {
            OddSpelling = isCanonical ? null : spelling.ToString(),
        };
    }
}

/// <summary>One signature line of a signed note.</summary>
/// <param name="Name">The key's name: not empty, no Unicode space, no plus sign.</param>
/// <param name="KeyId">The key's id: the first four bytes of a hash, big-endian.</param>
/// <param name="Value">The signature itself, as the key's algorithm encodes it.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Value)
{
    /// <summary>
    /// The base64 as it was read, where it is not the one spelling of its value: in a line of an unknown key that is
    /// nobody's concern, and a known key never signs so. Null everywhere else.
    /// </summary>
    public string? OddSpelling { get; init; }

    /// <summary>Whether the line says that it is a key's: name and id are the key's.</summary>
    public bool IsOf(NoteVerifier key) => KeyId == key.KeyId && Name == key.Name;

    /// <summary>The line, its newline included.</summary>
    public string ToLine()
    {
        var value = new byte[SignedNote.KeyIdLength + Value.Length];
        BinaryPrimitives.WriteUInt32BigEndian(value, KeyId);
        Value.Span.CopyTo(value.AsSpan(SignedNote.KeyIdLength));
        return $"{SignedNote.LinePrefix}{Name} {OddSpelling ?? Convert.ToBase64String(value)}\n";
    }
}

/// <summary>
/// The rule for key names in notes and verifier keys (C2SP signed-note, "Format"): no Unicode space, no plus sign, and no
/// ASCII control character, which no note may hold. Other controls are allowed, so a signer that is not known may have them.
/// </summary>
internal static class KeyName
{
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (char.IsWhiteSpace(character) || character is < ' ' or '+')
                return false;
        }

        return !name.IsEmpty;
    }
}
