namespace TrueCopy.Ledger.Storage;

/// <summary>How a receiver's container and the packages in it are named.</summary>
public static class ReceiverContainer
{
    /// <summary>What the names of receivers' containers begin with.</summary>
    public const string Prefix = "receiver-";

    private const string PackageEnding = ".truecopy";

    /// <summary>Where the sealed package of a handover is.</summary>
    public static BlobAddress PackageOf(string receiver, string handover) => new(Prefix + receiver, handover + PackageEnding);

    /// <summary>The id of the receiver that a container is of.</summary>
    public static string IdOf(string container) => container[Prefix.Length..];

    /// <summary>The handover's id, by a blob's name; null where that names no package.</summary>
    public static string? HandoverOf(string blob) =>
        blob.EndsWith(PackageEnding, StringComparison.Ordinal) && blob[..^PackageEnding.Length] is var id && Receipts.Handovers.HandoverLocks.IsHex(id) ? id : null;
}
