using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TrueCopy.Cli.Commands;

namespace TrueCopy.Cli.Issuing;

/// <summary>What the service answered to an upload.</summary>
/// <param name="LogIndex">Documents: index of the entry, if issued.</param>
/// <param name="Receipt">Documents: the receipt, if issued.</param>
/// <param name="Lines">Manifests and lists of acts: name of the answer with the receipts, if there are any.</param>
/// <param name="Problem">Why it, or some of its lines, were refused.</param>
internal sealed record InboxAnswer(long? LogIndex, byte[]? Receipt, string? Lines, ProblemDocument? Problem);

/// <summary>Storage takes nothing from this user, so that whatever else there is to upload need not be tried.</summary>
internal sealed class InboxClosedException(int exitCode, string message, Exception innerException) : CommandException(exitCode, message, innerException);

/// <summary>An issuer's two containers: documents go into one, answers come back in the other.</summary>
internal sealed class IssuerInbox
{
    private const string DevelopmentStorage = "UseDevelopmentStorage=true";
    private const double Patience = 1.5;
    private const int MostListed = 1000;
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private readonly BlobServiceClient _account;
    private readonly BlobContainerClient _container;
    private readonly BlobContainerClient _answers;

    private IssuerInbox(BlobServiceClient account, string issuer)
    {
        _account = account;
        _container = account.GetBlobContainerClient(IssuerContainer.Prefix + issuer);
        _answers = account.GetBlobContainerClient(IssuerContainer.AnswersOf(_container.Name));
    }

    /// <summary>Finds an issuer's containers.</summary>
    /// <param name="inbox">A connection string, or the blob endpoint of an account with its own signature or for the user's Azure sign-in; null for Azurite on its default ports.</param>
    /// <param name="issuer">The issuer's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException"><paramref name="inbox"/> is neither, or <paramref name="issuer"/> is no id; the near ones are offered.</exception>
    public static async Task<IssuerInbox> OpenAsync(string? inbox, string issuer, CancellationToken cancellationToken)
    {
        var account = Connect(inbox);
        return IssuerContainer.IsId(issuer) ? new IssuerInbox(account, issuer) : throw await NoIssuerAsync(account, issuer, cancellationToken);
    }

    /// <summary>Uploads a document, a manifest or a list of acts.</summary>
    /// <returns>The ETag, without quotes, that the answer will name.</returns>
    public Task<string> UploadAsync(
        string path,
        Stream content,
        IReadOnlyDictionary<string, string> metadata,
        IProgress<long>? progress,
        CancellationToken cancellationToken) =>
        GuardAsync(async () =>
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
        GuardAsync(() => _answers.GetBlobClient(blob).OpenReadAsync(cancellationToken: cancellationToken));

    private static BlobServiceClient Connect(string? inbox)
    {
        // An emulator that is not running should say so at once.
        var options = new BlobClientOptions { Retry = { MaxRetries = 3, Delay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(2) } };
        try
        {
            if (!Uri.TryCreate(inbox, UriKind.Absolute, out var endpoint) || endpoint.Scheme != Uri.UriSchemeHttps)
                return new BlobServiceClient(inbox ?? DevelopmentStorage, options);
            return endpoint.Query.Contains("sig=", StringComparison.OrdinalIgnoreCase)
                ? new BlobServiceClient(endpoint, options)
                : new BlobServiceClient(endpoint, new DefaultAzureCredential(), options);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new CommandException(ExitCode.Usage, "--inbox (or TRUECOPY_INBOX) is a connection string or an https blob endpoint.", exception);
        }
    }

    // Whoever may not list the containers is offered none.
    private static async Task<CommandException> NoIssuerAsync(BlobServiceClient account, string issuer, CancellationToken cancellationToken)
    {
        var issuers = new List<IssuerDocument>();
        try
        {
            await foreach (var container in account.GetBlobContainersAsync(BlobContainerTraits.Metadata, BlobContainerStates.None, IssuerContainer.Prefix, cancellationToken).Take(MostListed).WithCancellation(cancellationToken))
            {
                var name = container.Properties.Metadata?.FirstOrDefault(pair => pair.Key.Equals("legalname", StringComparison.OrdinalIgnoreCase)).Value ?? "";
                issuers.Add(new IssuerDocument(IssuerContainer.IdOf(container.Name), Uri.UnescapeDataString(name), ""));
            }
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or AuthenticationFailedException)
        {
            issuers.Clear();
        }

        return NamedIssuer.Refuse(issuer, "the storage at --inbox", issuers);
    }

    private async Task<InboxAnswer> WaitAsync(string path, string etag, CancellationToken cancellationToken)
    {
        var isDocument = UploadName.Of(path).Kind == UploadKind.Document;
        for (var wait = FirstLook; ; wait = wait * Patience < LongestWait ? wait * Patience : LongestWait)
        {
            if (await FindAnswerAsync(path, etag, isDocument, cancellationToken) is { } answer)
                return answer;
            await Task.Delay(wait, cancellationToken);
        }
    }

    private async Task<InboxAnswer?> FindAnswerAsync(string path, string etag, bool isDocument, CancellationToken cancellationToken)
    {
        if (isDocument && await FindAsync(AnswerPath.Receipt(path, DigestAlgorithm.Sha256), etag, cancellationToken) is { } receipt)
        {
            var index = long.Parse(receipt.Details.Metadata[AnswerMetadata.LogIndex], CultureInfo.InvariantCulture);
            return new InboxAnswer(index, receipt.Content.ToArray(), null, null);
        }

        // A list of acts of which some were refused has both answers, the refusal first: it alone counts only if nothing was done.
        var rejection = await FindAsync(AnswerPath.Rejection(path), etag, cancellationToken);
        var problem = rejection is null ? null : ReadProblem(rejection.Content.ToMemory().Span);
        if (problem is not null && (!rejection!.Details.Metadata.TryGetValue(AnswerMetadata.Done, out var done) || done == "0"))
            return new InboxAnswer(null, null, null, problem);
        return !isDocument && await HasAnswerAsync(AnswerPath.Lines(path), etag, cancellationToken)
            ? new InboxAnswer(null, null, AnswerPath.Lines(path), problem)
            : null;
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

    private Task<bool> HasAnswerAsync(string path, string etag, CancellationToken cancellationToken) => GuardAsync(async () =>
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

    private Task<BlobDownloadResult?> FindAsync(string path, string etag, CancellationToken cancellationToken) => GuardAsync(async () =>
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

    private async Task<T> GuardAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            var near = await NoIssuerAsync(_account, IssuerContainer.IdOf(_container.Name), CancellationToken.None);
            throw new InboxClosedException(ExitCode.Usage, $"There is no container {_container.Name} or {_answers.Name}: is --issuer right?", exception) { Hint = near.Hint };
        }
        catch (RequestFailedException exception) when (exception.Status is 401 or 403)
        {
            throw new InboxClosedException(ExitCode.Usage, $"{_container.Name} is not open to you. Storage answered {exception.Status} {exception.ErrorCode}.", exception);
        }
        catch (AuthenticationFailedException exception)
        {
            throw new InboxClosedException(ExitCode.Usage, "You are not signed in to Azure, or not where the storage is.", exception) { Hint = "az login, or an --inbox with a key or a signature of its own" };
        }
        catch (RequestFailedException exception) when (exception.Status > 0)
        {
            throw new CommandException(ExitCode.NoAnswer, $"The storage at {_container.AccountName} refused it: {exception.Status} {exception.ErrorCode}.", exception);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException)
        {
            throw new CommandException(ExitCode.NoAnswer, $"The storage at {_container.AccountName} cannot be reached. Is it running, and is --inbox (or TRUECOPY_INBOX) right?", exception);
        }
    }
}
