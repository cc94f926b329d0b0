using System.Security.Cryptography;

namespace TrueCopy.Client.Handovers;

/// <summary>
/// A package that was opened: that it is whole, laid out as one has to be and holds what its consent lists is known; that each document is
/// the one of the consent, once it was copied. Not thread-safe.
/// </summary>
public sealed class OpenedPackage : IAsyncDisposable
{
    private const int BlockLength = 128 * 1024;
    private readonly AgeOpeningStream _content;
    private readonly Dictionary<string, PackedFile> _files;

    private OpenedPackage(AgeOpeningStream content, ReadOnlyMemory<byte> consentFile, Consent consent, Dictionary<string, PackedFile> files)
    {
        (_content, _files) = (content, files);
        (ConsentFile, Consent) = (consentFile, consent);
    }

    /// <summary>What the holder agreed to.</summary>
    public Consent Consent { get; }

    /// <summary>The exact bytes of <c>consent.json</c>.</summary>
    public ReadOnlyMemory<byte> ConsentFile { get; }

    /// <summary>The proof that the consent was opened, as acts carry it: 64 lower-case hex digits.</summary>
    public string Proof => Convert.ToHexStringLower(HandoverLocks.ConsentProof(ConsentFile.Span));

    /// <summary>The identity that it is sealed to.</summary>
    public AgeIdentity Identity => _content.Identity;

    /// <summary>Opens a package.</summary>
    /// <param name="file">The sealed file, from its beginning to its end; seekable, not disposed.</param>
    /// <param name="identities">Those that may open it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PackageException">It is none, or sealed to none of them; the message says which rule it breaks.</exception>
    public static async Task<OpenedPackage> OpenAsync(Stream file, IReadOnlyList<AgeIdentity> identities, CancellationToken cancellationToken = default)
    {
        var content = await AgeOpeningStream.OpenAsync(file, identities, cancellationToken);
        try
        {
            var files = await ZipLayout.ReadAsync(content, cancellationToken);
            if (files is not [{ Name: PackageNames.Consent, Length: > 0 and <= Consent.MaxLength } first, ..])
                throw new PackageException(PackageFault.Format, $"The first thing in a package is {PackageNames.Consent}, of at most {Consent.MaxLength} bytes.");
            var bytes = new byte[first.Length];
            content.Position = first.Offset;
            await content.ReadExactlyAsync(bytes, cancellationToken);
            var consent = Parse(bytes);
            RequireExactly(consent, files);
            return new OpenedPackage(content, bytes, consent, files.ToDictionary(packed => packed.Name, StringComparer.Ordinal));
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    /// <summary>Copies a document.</summary>
    /// <param name="document">One of the consent's.</param>
    /// <param name="destination">Where it goes; null to look at it only.</param>
    /// <param name="progress">Told the number of bytes so far.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PackageException">It is not the document of the consent: what was copied is to be thrown away.</exception>
    public async Task CopyAsync(ConsentDocument document, Stream? destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var packed = _files[PackageNames.DocumentOf(document.Name)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockLength];
        for (var done = 0L; done < packed.Length;)
        {
            _content.Position = packed.Offset + done;
            var length = (int)Math.Min(block.Length, packed.Length - done);
            await _content.ReadExactlyAsync(block.AsMemory(0, length), cancellationToken);
            hash.AppendData(block, 0, length);
            if (destination is not null)
                await destination.WriteAsync(block.AsMemory(0, length), cancellationToken);
            done += length;
            progress?.Report(done);
        }

        if (!new Digest(DigestAlgorithm.Sha256, hash.GetHashAndReset()).Equals(document.Sha256))
            throw new PackageException(PackageFault.Contents, $"{document.Name}: it is not the document of the consent.");
    }

    /// <summary>The bytes of a document's receipt; null where the consent says that it has none.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadReceiptAsync(ConsentDocument document, CancellationToken cancellationToken = default)
    {
        if (!document.Receipt)
            return null;
        var packed = _files[PackageNames.ReceiptOf(document.Name)];
        var bytes = new byte[packed.Length];
        _content.Position = packed.Offset;
        await _content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <summary>
    /// Writes consent, documents and receipts into a new folder, which gets its name once all of it is there and is what the consent says.
    /// Nothing is written anywhere else, whatever the package says.
    /// </summary>
    /// <param name="folder">The folder; nothing may be there.</param>
    /// <param name="beforeNaming">Looks at what was written, in a folder that has another name yet; throws where it is not to get it. Null for nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PackageException">A document is not the one of the consent; nothing stays.</exception>
    /// <exception cref="IOException">Something is there, or it cannot be written.</exception>
    public async Task ExtractAsync(string folder, Func<string, CancellationToken, Task>? beforeNaming = null, CancellationToken cancellationToken = default)
    {
        if (Path.Exists(folder))
            throw new IOException($"{folder} is there already.");
        var full = Path.GetFullPath(folder);
        var parent = Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var partial = Path.Combine(parent.FullName, $".{Path.GetFileName(full)}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.partial");
        try
        {
            var (documents, receipts) = (Path.Combine(partial, PackageNames.Documents), Path.Combine(partial, PackageNames.Receipts));
            Directory.CreateDirectory(documents);
            Directory.CreateDirectory(receipts);
            await WriteAsync(Path.Combine(partial, PackageNames.Consent), ConsentFile, cancellationToken);
            foreach (var document in Consent.Documents)
            {
                await using (var file = Create(Path.Combine(documents, document.Name)))
                    await CopyAsync(document, file, progress: null, cancellationToken);
                if (await ReadReceiptAsync(document, cancellationToken) is { } receipt)
                    await WriteAsync(Path.Combine(receipts, document.Name + Receipt.FileExtension), receipt, cancellationToken);
            }

            if (beforeNaming is not null)
                await beforeNaming(partial, cancellationToken);
            Directory.Move(partial, full);
        }
        catch
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _content.DisposeAsync();

    // Never over a file that is there: of two names that a file system takes for one, the second is refused.
    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BlockLength, FileOptions.Asynchronous);

    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await using var file = Create(path);
        await file.WriteAsync(bytes, cancellationToken);
    }

    private static Consent Parse(byte[] bytes)
    {
        try
        {
            return Consent.Parse(bytes);
        }
        catch (LogFormatException exception)
        {
            throw new PackageException(PackageFault.Format, $"Its consent is none: {exception.Message}.", exception);
        }
    }

    private static void RequireExactly(Consent consent, IReadOnlyList<PackedFile> files)
    {
        var expected = new List<string> { PackageNames.Consent, PackageNames.ReadMe };
        foreach (var document in consent.Documents)
        {
            expected.Add(PackageNames.DocumentOf(document.Name));
            if (document.Receipt)
                expected.Add(PackageNames.ReceiptOf(document.Name));
        }

        if (!files.Select(packed => packed.Name).SequenceEqual(expected, StringComparer.Ordinal))
            throw new PackageException(PackageFault.Contents, "It does not hold what its consent lists, in that order, and nothing else.");
        var lengths = files.ToDictionary(packed => packed.Name, packed => packed.Length, StringComparer.Ordinal);
        if (lengths[PackageNames.ReadMe] > PackageNames.MaxReadMeLength)
            throw new PackageException(PackageFault.Contents, $"{PackageNames.ReadMe} is longer than {PackageNames.MaxReadMeLength} bytes.");
        foreach (var document in consent.Documents)
        {
            if (lengths[PackageNames.DocumentOf(document.Name)] != document.Length)
                throw new PackageException(PackageFault.Contents, $"{document.Name}: it is not as long as the consent says.");
            if (document.Receipt && lengths[PackageNames.ReceiptOf(document.Name)] > PackageNames.MaxReceiptLength)
                throw new PackageException(PackageFault.Contents, $"{document.Name}: its receipt is longer than {PackageNames.MaxReceiptLength} bytes.");
        }
    }
}
