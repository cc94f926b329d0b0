using System.Text.Json;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Issuers;
using TrueCopy.Verification.Receipts;

namespace TrueCopy.Cli.Inbox;

/// <summary>What the service answered to an upload.</summary>
/// <param name="LogIndex">Index of the entry, if issued.</param>
/// <param name="Receipt">The receipt, if issued.</param>
/// <param name="Problem">Why it was refused, if it was.</param>
internal sealed record InboxAnswer(long? LogIndex, byte[]? Receipt, ProblemDocument? Problem);

/// <summary>An issuer's container: documents go in, answers come back under <c>.truecopy/</c>.</summary>
internal sealed class IssuerInbox
{
    private const string DevelopmentStorage = "UseDevelopmentStorage=true";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private readonly BlobContainerClient _container;

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
            _container = account.GetBlobContainerClient(Issuer.ContainerPrefix + issuer);
        }
        catch (FormatException exception)
        {
            throw new CommandException(ExitCode.Usage, "--inbox is a connection string or an https blob endpoint.", exception);
        }
    }

    /// <summary>Uploads a document.</summary>
    /// <returns>The ETag, without quotes, that the answer will name.</returns>
    public Task<string> UploadAsync(string path, Stream content, IProgress<long>? progress, CancellationToken cancellationToken) =>
        GuardAsync(async () =>
        {
            var options = new BlobUploadOptions { ProgressHandler = progress };
            var info = await _container.GetBlobClient(path).UploadAsync(content, options, cancellationToken);
            return info.Value.ETag.ToString().Trim('"');
        });

    /// <summary>Waits until the service answers that version of the upload.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<InboxAnswer> WaitAsync(string path, string etag, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            if (await FindAsync($".truecopy/receipts/{path}{Receipt.FileExtension}", etag, cancellationToken) is { } receipt)
                return new InboxAnswer(long.Parse(receipt.Details.Metadata["logindex"], System.Globalization.CultureInfo.InvariantCulture), receipt.Content.ToArray(), null);
            if (await FindAsync($".truecopy/rejected/{path}.json", etag, cancellationToken) is { } rejection)
                return new InboxAnswer(null, null, JsonSerializer.Deserialize(rejection.Content.ToMemory().Span, AnswerJson.Instance.ProblemDocument));
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private Task<BlobDownloadResult?> FindAsync(string path, string etag, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        try
        {
            BlobDownloadResult answer = await _container.GetBlobClient(path).DownloadContentAsync(cancellationToken);
            return answer.Details.Metadata.TryGetValue("sourceetag", out var source) && source == etag ? answer : null;
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
            throw new CommandException(ExitCode.Usage, $"There is no container {_container.Name}: is --issuer right?", exception);
        }
        catch (RequestFailedException exception) when (exception.Status is 401 or 403)
        {
            throw new CommandException(ExitCode.Usage, $"You may not write to {_container.Name}. Storage answered {exception.Status} {exception.ErrorCode}.", exception);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or CredentialUnavailableException)
        {
            throw new CommandException(ExitCode.NoAnswer, $"The storage at {_container.AccountName} cannot be reached or failed. Is it running, and is --inbox (or TRUECOPY_INBOX) right?", exception);
        }
    }
}
