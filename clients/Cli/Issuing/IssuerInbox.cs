using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.Cli.Issuing;

/// <summary>What the service answered to an upload.</summary>
/// <param name="LogIndex">Documents: index of the entry, if issued.</param>
/// <param name="Receipt">Documents: the receipt, if issued.</param>
/// <param name="Lines">Manifests and lists of acts: name of the answer with the receipts, if there are any.</param>
/// <param name="Problem">Why it, or some of its lines, were refused.</param>
internal sealed record InboxAnswer(long? LogIndex, byte[]? Receipt, string? Lines, ProblemDocument? Problem);

/// <summary>An issuer's two containers: documents go into one, answers come back in the other.</summary>
internal sealed class IssuerInbox
{
    private const string DevelopmentStorage = "UseDevelopmentStorage=true";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private readonly BlobContainerClient _container;
    private readonly BlobContainerClient _answers;

    /// <param name="inbox">A connection string, or the blob endpoint of an account, which is then used with the user's Azure sign-in; null for Azurite on its default ports.</param>
    /// <param name="issuer">The issuer's id.</param>
    public IssuerInbox(string? inbox, string issuer)
    {
        // An emulator that is not running should say so at once.
        var options = new BlobClientOptions { Retry = { MaxRetries = 3, Delay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(2) } };
        try
        {
            var account = Uri.TryCreate(inbox, UriKind.Absolute, out var endpoint) && endpoint.Scheme == Uri.UriSchemeHttps
                ? new BlobServiceClient(endpoint, new DefaultAzureCredential(), options)
                : new BlobServiceClient(inbox ?? DevelopmentStorage, options);
            _container = account.GetBlobContainerClient(IssuerContainer.Prefix + issuer);
            _answers = account.GetBlobContainerClient(IssuerContainer.AnswersOf(_container.Name));
        }
        catch (FormatException exception)
        {
            throw new CommandException(ExitCode.Usage, "--inbox is a connection string or an https blob endpoint.", exception);
        }
    }

    /// <summary>Uploads a document, a manifest or a list of acts.</summary>
    /// <returns>The ETag, without quotes, that the answer will name.</returns>
    public Task<string> UploadAsync(
        string path,
        Stream content,
        IReadOnlyDictionary<string, string> metadata,
        IProgress<long>? progress,
        CancellationToken cancellationToken) =>
        GuardAsync(_container, async () =>
        {
            var encoded = metadata.ToDictionary(pair => pair.Key, pair => Uri.EscapeDataString(pair.Value));
            var options = new BlobUploadOptions { ProgressHandler = progress, Metadata = encoded };
            var info = await _container.GetBlobClient(path).UploadAsync(content, options, cancellationToken);
            return info.Value.ETag.ToString().Trim('"');
        });

    /// <summary>Waits until the service answers that version of the upload.</summary>
    /// <returns>The answer; null if there is none in time.</returns>
    public async Task<InboxAnswer?> WaitAsync(string path, string etag, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            return await WaitAsync(path, etag, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Opens the receipts of a manifest or a list of acts, which may be long.</summary>
    public Task<Stream> OpenAsync(string blob, CancellationToken cancellationToken) =>
        GuardAsync(_answers, () => _answers.GetBlobClient(blob).OpenReadAsync(cancellationToken: cancellationToken));

    private async Task<InboxAnswer> WaitAsync(string path, string etag, CancellationToken cancellationToken)
    {
        var isDocument = UploadName.Of(path).Kind == UploadKind.Document;
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            if (await FindAnswerAsync(path, etag, isDocument, cancellationToken) is { } answer)
                return answer;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<InboxAnswer?> FindAnswerAsync(string path, string etag, bool isDocument, CancellationToken cancellationToken)
    {
        // A list of acts of which some were refused has both answers, the refusal first: it alone counts only if nothing was done.
        var rejection = await FindAsync(AnswerPath.Rejection(path), etag, cancellationToken);
        var problem = rejection is null ? null : ReadProblem(rejection.Content.ToMemory().Span);
        if (problem is not null && (!rejection!.Details.Metadata.TryGetValue(AnswerMetadata.Done, out var done) || done == "0"))
            return new InboxAnswer(null, null, null, problem);
        if (!isDocument)
            return await HasAnswerAsync(AnswerPath.Lines(path), etag, cancellationToken) ? new InboxAnswer(null, null, AnswerPath.Lines(path), problem) : null;
        if (await FindAsync(AnswerPath.Receipt(path, DigestAlgorithm.Sha256), etag, cancellationToken) is not { } receipt)
            return null;
        var index = long.Parse(receipt.Details.Metadata[AnswerMetadata.LogIndex], CultureInfo.InvariantCulture);
        return new InboxAnswer(index, receipt.Content.ToArray(), null, null);
    }

    private static ProblemDocument ReadProblem(ReadOnlySpan<byte> content)
    {
        try
        {
            return ForeignJson.Read(content, DocumentJson.Instance.ProblemDocument);
        }
        catch (JsonException exception)
        {
            throw new CommandException(ExitCode.NoAnswer, "The refusal that is in the container cannot be read.", exception);
        }
    }

    private Task<bool> HasAnswerAsync(string path, string etag, CancellationToken cancellationToken) => GuardAsync(_answers, async () =>
    {
        try
        {
            var properties = await _answers.GetBlobClient(path).GetPropertiesAsync(cancellationToken: cancellationToken);
            return properties.Value.Metadata.TryGetValue(AnswerMetadata.SourceETag, out var source) && source == etag;
        }
        catch (RequestFailedException exception) when (exception.Status == 404 && exception.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            return false;
        }
    });

    private Task<BlobDownloadResult?> FindAsync(string path, string etag, CancellationToken cancellationToken) => GuardAsync(_answers, async () =>
    {
        try
        {
            BlobDownloadResult answer = await _answers.GetBlobClient(path).DownloadContentAsync(cancellationToken);
            return answer.Details.Metadata.TryGetValue(AnswerMetadata.SourceETag, out var source) && source == etag ? answer : null;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    });

    private static async Task<T> GuardAsync<T>(BlobContainerClient container, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            throw new CommandException(ExitCode.Usage, $"There is no container {container.Name}: is --issuer right?", exception);
        }
        catch (RequestFailedException exception) when (exception.Status is 401 or 403)
        {
            throw new CommandException(ExitCode.Usage, $"{container.Name} is not open to you. Storage answered {exception.Status} {exception.ErrorCode}.", exception);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or CredentialUnavailableException)
        {
            throw new CommandException(ExitCode.NoAnswer, $"The storage at {container.AccountName} cannot be reached or failed. Is it running, and is --inbox (or TRUECOPY_INBOX) right?", exception);
        }
    }
}
