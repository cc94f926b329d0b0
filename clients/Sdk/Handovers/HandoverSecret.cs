using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace TrueCopy.Client.Handovers;

/// <summary>The trace secret of a handover: whoever has it sees what became of the package, and can take the consent back. It stays with the holder, in the fragment of the trace link.</summary>
public sealed class HandoverSecret
{
    private const string Fragment = "trace=";
    private readonly byte[] _secret;

    private HandoverSecret(byte[] secret) => _secret = secret;

    /// <summary>The handover's id.</summary>
    public string Id => HandoverLocks.Id(_secret);

    /// <summary>What takes the consent back, 64 lower-case hex digits.</summary>
    public string WithdrawKey => Convert.ToHexStringLower(HandoverLocks.WithdrawKey(_secret));

    /// <summary>What the log holds of that.</summary>
    public string WithdrawLock => HandoverLocks.Lock(HandoverLocks.WithdrawKey(_secret));

    /// <summary>A new secret, for one handover.</summary>
    public static HandoverSecret Create() => new(HandoverLocks.CreateSecret());

    /// <summary>The trace link at a service.</summary>
    public Uri Link(Uri service) => new UriBuilder(service) { UserName = "", Password = "", Query = "", Fragment = Fragment + Base64Url.EncodeToString(_secret) }.Uri;

    /// <summary>Reads a trace link.</summary>
    /// <param name="link">The link, or its fragment alone.</param>
    /// <param name="secret">Its secret.</param>
    public static bool TryParse(string link, [NotNullWhen(true)] out HandoverSecret? secret)
    {
        secret = null;
        var text = link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..];
        Span<byte> bytes = stackalloc byte[HandoverLocks.Size];
        if (!text.StartsWith(Fragment, StringComparison.Ordinal)
            || text.Length != Fragment.Length + Base64Url.GetEncodedLength(HandoverLocks.Size)
            || !Base64Url.TryDecodeFromChars(text.AsSpan(Fragment.Length), bytes, out var written)
            || written != HandoverLocks.Size)
        {
            return false;
        }

        secret = new HandoverSecret(bytes.ToArray());
        return true;
    }

    /// <summary>Deliberately not the secret.</summary>
    public override string ToString() => "trace secret";
}
