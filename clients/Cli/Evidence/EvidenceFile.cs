using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Cli.Evidence;

/// <summary>A file of the evidence.</summary>
/// <param name="Name">With its folder; of letters, digits, <c>.</c>, <c>-</c>, <c>_</c> and <c>/</c> alone, so that no line of the list needs an escape.</param>
/// <param name="Bytes">Its content.</param>
internal sealed record EvidenceFile(string Name, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The list of what the evidence holds, as <c>sha256sum -c</c> reads it; its own SHA-256 is the fingerprint of the evidence.</summary>
    public const string ManifestName = "SHA256SUMS";

    public static EvidenceFile Text(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));

    /// <summary>One line a file, in their order.</summary>
    public static EvidenceFile ManifestOf(IEnumerable<EvidenceFile> files) =>
        Text(ManifestName, string.Concat(files.Select(file => $"{file.Fingerprint}  {file.Name}\n")));

    /// <summary>SHA-256 in lower-case hex.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Bytes.Span));

    /// <summary>A zip file of them: stored, in this order, each dated the same, so that the same evidence is the same bytes.</summary>
    public static byte[] Zip(IEnumerable<EvidenceFile> files, DateTimeOffset at)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            foreach (var file in files)
            {
                var entry = archive.CreateEntry(file.Name, CompressionLevel.NoCompression);

                // The format has local times; those that read as UTC are the same wherever it is made.
                entry.LastWriteTime = at.ToUniversalTime();
                using var content = entry.Open();
                content.Write(file.Bytes.Span);
            }
        }

        return zip.ToArray();
    }
}
