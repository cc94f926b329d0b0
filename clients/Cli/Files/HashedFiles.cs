using System.Runtime.CompilerServices;
using TrueCopy.Client;

namespace TrueCopy.Cli.Files;

/// <summary>A file that was read.</summary>
/// <param name="File">The file.</param>
/// <param name="Digest">Its digest; null if it cannot be read.</param>
/// <param name="Error">Why it cannot be read.</param>
internal sealed record HashedFile(SelectedFile File, Digest? Digest, string? Error = null);

/// <summary>Hashes files side by side, and hands them on as they come.</summary>
internal static class HashedFiles
{
    public static async IAsyncEnumerable<HashedFile> ReadAsync(
        IReadOnlyList<SelectedFile> files,
        DigestAlgorithm algorithm,
        IProgress<long>? progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var done = 0L;
        var hashed = Ordered.MapAsync(files.ToAsyncEnumerable(), 2 * Environment.ProcessorCount, (file, stop) => ReadAsync(file, algorithm, stop), cancellationToken);
        await foreach (var file in hashed)
        {
            progress?.Report(++done);
            yield return file;
        }
    }

    // One file that cannot be read, out of many, is told and does not keep the others waiting.
    private static async Task<HashedFile> ReadAsync(SelectedFile file, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = file.Open();
            return new HashedFile(file, (await StreamDigest.ComputeAsync(content, [algorithm], progress: null, cancellationToken))[0]);
        }
        catch (CommandException exception)
        {
            return new HashedFile(file, null, exception.Message);
        }
        catch (Exception exception) when (FileFault.Is(exception))
        {
            return new HashedFile(file, null, LocalFile.Fault(file.Path, "read", exception).Message);
        }
    }
}
