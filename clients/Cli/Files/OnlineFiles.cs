using System.Runtime.CompilerServices;
using TrueCopy.Client;

namespace TrueCopy.Cli.Files;

/// <summary>A file and what the service says of it.</summary>
/// <param name="File">The file.</param>
/// <param name="Answer">The answer; null if the file cannot be read.</param>
/// <param name="Error">Why it cannot be read.</param>
internal sealed record VerifiedFile(SelectedFile File, CheckedAnswer? Answer, string? Error = null)
{
    /// <summary>Who issued it, where only one institution was asked about and that one did not.</summary>
    public IReadOnlyList<IssuerDocument> IssuedByOthers { get; init; } = [];
}

/// <summary>Hashes files and asks the service about them, the one while waiting for the other.</summary>
internal sealed class OnlineFiles(TrueCopyClient client, Terminal terminal, DigestAlgorithm algorithm, string? issuer)
{
    /// <summary>Verifies files, in their order.</summary>
    public async Task<IReadOnlyList<VerifiedFile>> RunAsync(IReadOnlyList<SelectedFile> files, CancellationToken cancellationToken)
    {
        if (files is [var only])
        {
            only.Check();
            var digests = await LocalFile.HashAsync(only.Path, [algorithm], terminal, cancellationToken);
            return [Narrow(only, await client.VerifyAsync(digests[0], cancellationToken))];
        }

        return await terminal.WithCountAsync($"verifying {files.Count} files", files.Count, async progress =>
        {
            var asked = new Queue<SelectedFile>();
            var verified = new Dictionary<string, VerifiedFile>(files.Count);
            var hashed = HashedFiles.ReadAsync(files, algorithm, progress, cancellationToken);
            await foreach (var answer in client.VerifyAsync(Readable(hashed, asked, verified, cancellationToken), cancellationToken))
            {
                var file = asked.Dequeue();
                verified.Add(file.Path, Narrow(file, answer));
            }

            return (IReadOnlyList<VerifiedFile>)[.. files.Select(file => verified[file.Path])];
        });
    }

    private static async IAsyncEnumerable<Digest> Readable(
        IAsyncEnumerable<HashedFile> hashed,
        Queue<SelectedFile> asked,
        Dictionary<string, VerifiedFile> verified,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var file in hashed.WithCancellation(cancellationToken))
        {
            if (file.Digest is null)
            {
                verified.Add(file.File.Path, new VerifiedFile(file.File, null, file.Error));
                continue;
            }

            asked.Enqueue(file.File);
            yield return file.Digest;
        }
    }

    private VerifiedFile Narrow(SelectedFile file, CheckedAnswer answer)
    {
        if (issuer is null)
            return new VerifiedFile(file, answer);
        var own = answer.OfIssuer(issuer);
        return new VerifiedFile(file, own) { IssuedByOthers = own.Results.Count > 0 ? [] : [.. answer.Results.Select(result => result.Document.Issuer)] };
    }
}
