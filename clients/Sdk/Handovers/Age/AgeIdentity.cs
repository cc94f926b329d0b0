using System.Globalization;
using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace TrueCopy.Client.Handovers;

/// <summary>The secret key of a receiver: an X25519 identity of age. It stays with the receiver; the log has what belongs to it, <see cref="Recipient"/>.</summary>
public sealed class AgeIdentity
{
    /// <summary>The most identities in one file.</summary>
    public const int MaxInFile = 20;

    private const int MaxFileLength = 64 * 1024;
    private const string Prefix = "age-secret-key-";
    private readonly byte[] _secret;

    private AgeIdentity(byte[] secret)
    {
        _secret = secret;
        var point = new byte[EncryptionKey.Size];
        X25519.ScalarMultBase(secret, 0, point, 0);
        (PublicKey, Recipient) = (point, EncryptionKey.Encode(point));
    }

    /// <summary>What packages are sealed to, so that this opens them: <c>age1…</c>.</summary>
    public string Recipient { get; }

    internal ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>A new identity.</summary>
    public static AgeIdentity Create() => new(RandomNumberGenerator.GetBytes(EncryptionKey.Size));

    /// <summary>Reads an identity file, as <c>age-keygen</c> writes it: an identity a line, empty lines and comments behind <c>#</c>.</summary>
    /// <returns>At least one.</returns>
    /// <exception cref="LogFormatException">It is none; the message says which line, and holds nothing of it.</exception>
    public static IReadOnlyList<AgeIdentity> ParseFile(string text)
    {
        if (text.Length > MaxFileLength)
            throw new LogFormatException($"identity file: longer than {MaxFileLength} characters");
        if (text.StartsWith("age-encryption.org/", StringComparison.Ordinal) || text.StartsWith("-----BEGIN AGE", StringComparison.Ordinal))
            throw new LogFormatException("identity file: it is sealed by a passphrase itself; open it with age -d first");
        var identities = new List<AgeIdentity>();
        foreach (var (i, line) in text.Split('\n').Index())
        {
            var content = line.Trim();
            if (content.Length == 0 || content[0] == '#')
                continue;
            if (content.Any(char.IsAsciiLetterLower) || !Bech32.TryDecode(Prefix, content, out var secret) || secret.Length != EncryptionKey.Size)
                throw new LogFormatException(string.Create(CultureInfo.InvariantCulture, $"identity file: line {i + 1} is no X25519 identity (AGE-SECRET-KEY-1…)"));
            if (identities.Count == MaxInFile)
                throw new LogFormatException($"identity file: it has more than {MaxInFile} identities");
            identities.Add(new AgeIdentity(secret));
        }

        return identities.Count > 0 ? identities : throw new LogFormatException("identity file: it has no identity");
    }

    /// <summary>The text of an identity file.</summary>
    /// <param name="created">When it was made.</param>
    public string EncodeFile(DateTimeOffset created) => string.Create(
        CultureInfo.InvariantCulture,
        $"# created: {created.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\n# public key: {Recipient}\n{Bech32.Encode(Prefix, _secret).ToUpperInvariant()}\n");

    /// <summary>Deliberately not the secret.</summary>
    public override string ToString() => Recipient;

    /// <summary>The secret that is shared with whoever made <paramref name="share"/>.</summary>
    /// <returns>Null where the share is a point of low order, which nobody makes honestly.</returns>
    internal byte[]? Agree(byte[] share)
    {
        var shared = new byte[EncryptionKey.Size];
        return X25519.CalculateAgreement(_secret, 0, share, 0, shared, 0) ? shared : null;
    }
}
