using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;

namespace TrueCopy.Cli.Issuing;

/// <summary>Uploads what is to be issued and waits for the answer.</summary>
/// <param name="inbox">The issuer's container.</param>
/// <param name="terminal">For progress.</param>
/// <param name="time">For the names of uploads that have none.</param>
/// <param name="patience">How long to wait for each answer; null not to wait.</param>
/// <param name="save">Whether to keep the receipts beside the files.</param>
internal sealed class Upload(IssuerInbox inbox, Terminal terminal, TimeProvider time, TimeSpan? patience, bool save)
{
    private const string ReceiptsExtension = ".receipts.jsonl";

    /// <summary>Issues a file: a document, or a manifest that lists digests.</summary>
    public async Task<IssueOutput> FileAsync(string file, string path, IReadOnlyDictionary<string, string> terms, CancellationToken cancellationToken)
    {
        string etag;
        await using (var content = LocalFile.Open(file))
        {
            etag = await terminal.WithProgressAsync(
                $"uploading {Path.GetFileName(file)}",
                content.Length,
                progress => inbox.UploadAsync(path, content, terms, progress, cancellationToken));
        }

        if (patience is not { } timeout)
            return new IssueOutput(file, path, "uploaded");
        switch (await inbox.WaitAsync(path, etag, timeout, cancellationToken))
        {
            case null:
                return new IssueOutput(file, path, "unanswered");
            case { LogIndex: { } index, Receipt: { } receipt }:
                return new IssueOutput(file, path, "issued", index, await KeepAsync(file, receipt, cancellationToken));
            case { Lines: { } lines } answer:
                return new IssueOutput(file, path, answer.Problem is null ? "answered" : "partly refused", Receipt: await KeepLinesAsync(file, lines, cancellationToken), Problem: answer.Problem);
            case var refused:
                return new IssueOutput(file, path, "rejected", Problem: refused.Problem);
        }
    }

    /// <summary>Issues files by their hashes, in one manifest; the files stay here.</summary>
    public async Task<IReadOnlyList<IssueOutput>> HashesAsync(
        IReadOnlyList<string> files,
        string? reference,
        IReadOnlyDictionary<string, string> terms,
        CancellationToken cancellationToken)
    {
        var digests = await ManifestCommand.HashAllAsync(files, DigestAlgorithm.Sha256, terminal, cancellationToken);
        var manifest = new ArrayBufferWriter<byte>();
        foreach (var digest in digests)
            UploadLines.WriteManifestLine(manifest, digest, reference);
        var path = UploadLines.NewName("manifests", ".manifest.jsonl", time);
        using var content = new MemoryStream(manifest.WrittenSpan.ToArray());
        var etag = await inbox.UploadAsync(path, content, terms, progress: null, cancellationToken);
        if (patience is not { } timeout)
            return [.. files.Select(file => new IssueOutput(file, path, "uploaded"))];

        var answer = await inbox.WaitAsync(path, etag, timeout, cancellationToken);
        if (answer?.Lines is null)
            return [.. files.Select(file => new IssueOutput(file, path, answer is null ? "unanswered" : "rejected", Problem: answer?.Problem))];
        var results = new IssueOutput[files.Count];
        await using var lines = await inbox.OpenAsync(answer.Lines, cancellationToken);
        await foreach (var line in ReceiptLine.ReadAsync(lines, cancellationToken))
        {
            var file = files[(int)line.Line - 1];
            if (line.Refused is { } refused)
            {
                results[line.Line - 1] = new IssueOutput(file, path, "rejected", Problem: new ProblemDocument(ProblemDocument.TypePrefix + "too-many-acts", refused));
                continue;
            }

            var kept = await KeepAsync(file, Encoding.UTF8.GetBytes(line.Receipt!), cancellationToken);
            results[line.Line - 1] = new IssueOutput(file, path, "issued", line.LogIndex, kept);
        }

        return results;
    }

    private async Task<string?> KeepAsync(string file, byte[] receipt, CancellationToken cancellationToken)
    {
        if (!save)
            return null;
        await LocalFile.ReplaceAsync(file + Receipt.FileExtension, receipt, cancellationToken);
        return file + Receipt.FileExtension;
    }

    private async Task<string> KeepLinesAsync(string file, string blob, CancellationToken cancellationToken)
    {
        if (!save)
            return blob;
        await using var lines = await inbox.OpenAsync(blob, cancellationToken);
        await using var kept = LocalFile.Create(file + ReceiptsExtension);
        await lines.CopyToAsync(kept, cancellationToken);
        return file + ReceiptsExtension;
    }
}

/// <summary>One line of the receipts of a manifest or a list of acts.</summary>
/// <param name="Line">Line of the upload, from 1.</param>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Algorithm">Algorithm of the digest.</param>
/// <param name="Digest">The document's digest, hex.</param>
/// <param name="Receipt">The text of the <c>.tlog-proof</c>; null if the line was refused.</param>
/// <param name="Refused">Why the line was refused; null if it was not.</param>
internal sealed record ReceiptLine(long Line, long LogIndex = 0, string? Algorithm = null, string? Digest = null, string? Receipt = null, string? Refused = null)
{
    /// <summary>Reads receipts one by one.</summary>
    public static async IAsyncEnumerable<ReceiptLine> ReadAsync(Stream lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(lines);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            yield return Parse(line);
    }

    private static ReceiptLine Parse(string line)
    {
        try
        {
            var read = ForeignJson.Read(Encoding.UTF8.GetBytes(line), ReceiptLineJson.Default.ReceiptLine);
            return read.Receipt is null == read.Refused is null ? throw new JsonException("A line is either a receipt or a refusal.") : read;
        }
        catch (JsonException exception)
        {
            throw Unreadable(exception);
        }
    }

    private static CommandException Unreadable(JsonException exception) =>
        new(ExitCode.NoAnswer, "The receipts that the service wrote cannot be read.", exception);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReceiptLine))]
internal sealed partial class ReceiptLineJson : JsonSerializerContext;
