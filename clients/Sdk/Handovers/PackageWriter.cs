using System.IO.Compression;
using System.Security.Cryptography;

namespace TrueCopy.Client.Handovers;

/// <summary>A document that goes into a package.</summary>
/// <param name="Stated">What the consent says of it.</param>
/// <param name="OpenAsync">Opens its bytes, which are read once, from the beginning.</param>
/// <param name="Receipt">The bytes of its receipt; none where the consent says that there is none.</param>
public sealed record PackageInput(ConsentDocument Stated, Func<CancellationToken, ValueTask<Stream>> OpenAsync, ReadOnlyMemory<byte> Receipt = default);

/// <summary>A package that was written.</summary>
/// <param name="Length">Its length in bytes, sealed.</param>
/// <param name="Digest">Its SHA-256, sealed: what the log commits to.</param>
/// <param name="Proof">The proof of its consent (<see cref="HandoverLocks.ConsentProof"/>), 32 bytes.</param>
public sealed record SealedPackage(long Length, Digest Digest, ReadOnlyMemory<byte> Proof);

/// <summary>Writes packages, in constant memory: see docs/handover-format.md.</summary>
public static class PackageWriter
{
    /// <summary>The extension of packages.</summary>
    public const string FileExtension = ".truecopy";

    /// <summary>The longest package that can be sent, in bytes.</summary>
    public const long MaxSentLength = 5_000L * 1024 * 1024;

    private const int BlockLength = 128 * 1024;

    /// <summary>Writes a package, sealed to the receiver that the consent names.</summary>
    /// <param name="output">Where it goes; not disposed. What is there after an exception opens for nobody.</param>
    /// <param name="consent">The consent.</param>
    /// <param name="documents">The documents of the consent, in its order.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LogFormatException">The consent breaks a rule.</exception>
    /// <exception cref="PackageException">A document is not, or not any more, what the consent says of it.</exception>
    public static async Task<SealedPackage> WriteAsync(Stream output, Consent consent, IReadOnlyList<PackageInput> documents, CancellationToken cancellationToken = default)
    {
        var file = consent.Encode();
        if (!documents.Select(document => document.Stated).SequenceEqual(consent.Documents) || !EncryptionKey.TryParse(consent.Receiver.EncryptionKey, out var recipient))
            throw new PackageException(PackageFault.Contents, "The documents are not those of the consent.");
        await using var sealing = await AgeSealingStream.BeginAsync(output, recipient, cancellationToken);
        await using (var zip = await ZipArchive.CreateAsync(sealing, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            await AddAsync(zip, consent, PackageNames.Consent, file, cancellationToken);
            await AddAsync(zip, consent, PackageNames.ReadMe, ReadMe(), cancellationToken);
            foreach (var document in documents)
            {
                await AddAsync(zip, consent, document, cancellationToken);
                if (document.Receipt.IsEmpty == document.Stated.Receipt || document.Receipt.Length > PackageNames.MaxReceiptLength)
                    throw new PackageException(PackageFault.Contents, $"{document.Stated.Name}: its receipt is not there as the consent says, or too long.");
                if (document.Stated.Receipt)
                    await AddAsync(zip, consent, PackageNames.ReceiptOf(document.Stated.Name), document.Receipt, cancellationToken);
            }
        }

        var digest = await sealing.FinishAsync(cancellationToken);
        return new SealedPackage(sealing.SealedLength, digest, HandoverLocks.ConsentProof(file));
    }

    /// <summary>The note for people that is in every package, in three languages.</summary>
    internal static byte[] ReadMe()
    {
        using var resource = typeof(PackageWriter).Assembly.GetManifestResourceStream("READ-ME.txt")!;
        var text = new byte[resource.Length];
        resource.ReadExactly(text);
        return text;
    }

    private static ZipArchiveEntry Begin(ZipArchive zip, Consent consent, string name)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);

        // The moment of the consent, in UTC: not this machine's clock and zone.
        entry.LastWriteTime = consent.GivenAt.Year is >= 1980 and <= 2107 ? consent.GivenAt.ToUniversalTime() : new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return entry;
    }

    private static async Task AddAsync(ZipArchive zip, Consent consent, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await using var content = await Begin(zip, consent, name).OpenAsync(cancellationToken);
        await content.WriteAsync(bytes, cancellationToken);
    }

    private static async Task AddAsync(ZipArchive zip, Consent consent, PackageInput document, CancellationToken cancellationToken)
    {
        await using var source = await document.OpenAsync(cancellationToken);
        await using var content = await Begin(zip, consent, PackageNames.DocumentOf(document.Stated.Name)).OpenAsync(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockLength];
        var left = document.Stated.Length;
        while (await source.ReadAsync(block, cancellationToken) is > 0 and var read)
        {
            if ((left -= read) < 0)
                break;
            hash.AppendData(block, 0, read);
            await content.WriteAsync(block.AsMemory(0, read), cancellationToken);
        }

        if (left != 0 || !new Digest(DigestAlgorithm.Sha256, hash.GetHashAndReset()).Equals(document.Stated.Sha256))
            throw new PackageException(PackageFault.Contents, $"{document.Stated.Name}: it was changed after it was looked at.");
    }
}

/// <summary>How the files in a package are called, and how long those of ours may be.</summary>
internal static class PackageNames
{
    public const string Consent = "consent.json";
    public const string ReadMe = "READ-ME.txt";
    public const string Documents = "documents/";
    public const string Receipts = "receipts/";
    public const int MaxReceiptLength = 64 * 1024;
    public const int MaxReadMeLength = 64 * 1024;

    public static string DocumentOf(string name) => Documents + name;

    public static string ReceiptOf(string name) => Receipts + name + Receipt.FileExtension;
}
