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

    // To wait costs next to nothing, and what waits together goes into the log together.
    private const int WaitingForEachUpload = 8;

    // Storage that failed so often in a row, for each upload at a time, is away: the rest can wait.
    private const int MostFailures = 3;

    /// <summary>Issues files side by side. One that fails keeps no other from being tried, unless storage is closed to all of them.</summary>
    /// <param name="uploads">The files: documents, or manifests that list digests.</param>
    /// <param name="terms">What is stated of them.</param>
    /// <param name="parallel">How many are uploaded at a time.</param>
    /// <param name="done">Is told of each as it is done.</param>
    /// <param name="cancellationToken">Stops it; what was not finished then is so in the results.</param>
    /// <returns>One a file, in their order.</returns>
    public async Task<IReadOnlyList<IssueOutput>> FilesAsync(
        IReadOnlyList<PlannedUpload> uploads,
        IReadOnlyDictionary<string, string> terms,
        int parallel,
        Func<IssueOutput, Task> done,
        CancellationToken cancellationToken)
    {
        var (results, failures) = (new IssueOutput?[uploads.Count], 0);
        using var turns = new SemaphoreSlim(parallel);
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel * WaitingForEachUpload, CancellationToken = closed.Token };
        try
        {
            await Parallel.ForAsync(0, uploads.Count, options, async (i, stop) =>
            {
                var result = results[i] = await FileAsync(uploads[i], uploads.Count == 1, terms, turns, closed, stop);
                var failed = result is { State: IssueState.Failed, ExitCode: ExitCode.NoAnswer };
                if ((failed ? Interlocked.Increment(ref failures) : Interlocked.Exchange(ref failures, 0)) >= MostFailures * parallel)
                    await closed.CancelAsync();
                await done(result);
            });
        }
        catch (OperationCanceledException)
        {
            // Whoever was not reached is told below.
        }

        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is not null)
                continue;
            results[i] = new IssueOutput(uploads[i].File.Path, uploads[i].Path, IssueState.NotTried);
        }

        return results!;
    }

    /// <summary>Issues files by their hashes, in one manifest; the files stay here.</summary>
    public async Task<IReadOnlyList<IssueOutput>> HashesAsync(
        IReadOnlyList<SelectedFile> files,
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
            return [.. files.Select(file => new IssueOutput(file.Path, path, IssueState.Uploaded))];

        var answer = await inbox.WaitAsync(path, etag, timeout, cancellationToken);
        if (answer?.Lines is null)
            return [.. files.Select(file => new IssueOutput(file.Path, path, answer is null ? IssueState.Unanswered : IssueState.Rejected, Problem: answer?.Problem))];
        IssueOutput[] results = [.. files.Select(file => new IssueOutput(file.Path, path, IssueState.Unanswered))];
        await using var lines = await inbox.OpenAsync(answer.Lines, cancellationToken);
        await foreach (var line in ReceiptLine.ReadAsync(lines, cancellationToken))
        {
            var i = (int)line.Line - 1;
            results[i] = line.Refused is { } refused
                ? results[i] with { State = IssueState.Rejected, Problem = new ProblemDocument(ProblemDocument.TypePrefix + "too-many-acts", "Too many acts on one document", Detail: refused) }
                : await KeepAsync(results[i] with { State = IssueState.Issued, LogIndex = line.LogIndex }, Encoding.UTF8.GetBytes(line.Receipt!), cancellationToken);
        }

        return results;
    }

    private async Task<IssueOutput> FileAsync(PlannedUpload upload, bool isAlone, IReadOnlyDictionary<string, string> terms, SemaphoreSlim turns, CancellationTokenSource closed, CancellationToken cancellationToken)
    {
        var output = new IssueOutput(upload.File.Path, upload.Path, IssueState.Failed);
        try
        {
            var etag = await SendAsync(upload, isAlone, terms, turns, cancellationToken);
            output = output with { State = IssueState.Uploaded };
            if (patience is not { } timeout)
                return output;
            output = output with { State = IssueState.Unanswered };
            return await inbox.WaitAsync(upload.Path, etag, timeout, cancellationToken) switch
            {
                null => output,
                { LogIndex: { } index, Receipt: { } receipt } => await KeepAsync(output with { State = IssueState.Issued, LogIndex = index }, receipt, cancellationToken),
                { Lines: { } lines } answer => await KeepLinesAsync(output with { State = answer.Problem is null ? IssueState.Answered : IssueState.PartlyRefused, Problem = answer.Problem }, lines, cancellationToken),
                var refused => output with { State = IssueState.Rejected, Problem = refused.Problem },
            };
        }
        catch (CommandException exception)
        {
            if (exception is InboxClosedException)
                await closed.CancelAsync();
            return output with { Error = exception.Message, ExitCode = exception.ExitCode };
        }
        catch (OperationCanceledException) when (output.State == IssueState.Unanswered)
        {
            // It is uploaded, and will be answered, whoever waits for it.
            return output;
        }
    }

    private async Task<string> SendAsync(PlannedUpload upload, bool isAlone, IReadOnlyDictionary<string, string> terms, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            await using var content = new WatchedContent(upload.File.Open());
            try
            {
                // Beside others it has no bar of its own.
                return await terminal.WithProgressAsync(
                    $"uploading {upload.Path}",
                    isAlone && content.CanSeek ? content.Length : 0,
                    progress => inbox.UploadAsync(upload.Path, content, terms, progress, cancellationToken));
            }
            catch (Exception exception) when ((content.Fault ?? exception) is var fault && FileFault.Is(fault))
            {
                throw LocalFile.Fault(upload.File.Path, "read", fault);
            }
        }
        finally
        {
            turns.Release();
        }
    }

    // What was issued is issued, whether or not its receipt finds a place here.
    private async Task<IssueOutput> KeepAsync(IssueOutput output, byte[] receipt, CancellationToken cancellationToken)
    {
        if (!save)
            return output;
        try
        {
            await LocalFile.ReplaceAsync(output.File + Receipt.FileExtension, receipt, cancellationToken);
            return output with { Receipt = output.File + Receipt.FileExtension };
        }
        catch (CommandException exception)
        {
            return output with { Error = exception.Message, ExitCode = exception.ExitCode };
        }
    }

    private async Task<IssueOutput> KeepLinesAsync(IssueOutput output, string blob, CancellationToken cancellationToken)
    {
        if (!save)
            return output with { Receipt = blob };
        try
        {
            await using var lines = await inbox.OpenAsync(blob, cancellationToken);
            await using var kept = LocalFile.Create(output.File + ReceiptsExtension);
            await lines.CopyToAsync(kept, cancellationToken);
            return output with { Receipt = output.File + ReceiptsExtension };
        }
        catch (CommandException exception)
        {
            return output with { Receipt = blob, Error = exception.Message, ExitCode = exception.ExitCode };
        }
        catch (IOException exception)
        {
            return output with { Receipt = blob, Error = LocalFile.Fault(output.File + ReceiptsExtension, "written", exception).Message, ExitCode = ExitCode.Usage };
        }
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
