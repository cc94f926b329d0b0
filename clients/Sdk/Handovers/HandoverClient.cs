using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TrueCopy.Client.Handovers;

/// <summary>
/// Hands sealed packages over by a service, and takes them in. Everything that the service says of a receiver, and of what became of a
/// package, is checked against the log here, under the keys and the policy of the <see cref="TrueCopyClient"/> that this belongs to.
/// Thread-safe.
/// </summary>
public sealed class HandoverClient
{
    private const int PageLength = 100;
    private readonly TrueCopyClientOptions _options;
    private readonly ServiceConnection _connection;
    private readonly FollowedLog _log;
    private readonly SealedTransfer _transfer;
    private readonly TimeProvider _time;

    internal HandoverClient(TrueCopyClientOptions options, ServiceConnection connection, FollowedLog log, TimeProvider time)
    {
        (_options, _connection, _log, _time) = (options, connection, log, time);
        _transfer = new SealedTransfer(connection.Http, connection.Service, options.AttemptTimeout, time);
    }

    /// <summary>Every institution that takes packages, each by the entry that the log proves to describe it now.</summary>
    /// <exception cref="ReceiptException">One of them is not proven, or the service says something else of it than its entry.</exception>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known.</exception>
    public async Task<IReadOnlyList<ProvenReceiver>> ReceiversAsync(CancellationToken cancellationToken = default)
    {
        var asked = _time.GetTimestamp();
        var said = await _connection.GetAsync("receivers", "v1/receivers", DocumentJson.Instance.ReceiversDocument, cancellationToken);
        var open = await OpenerAsync(said.Receivers.Select(receiver => receiver.Proof), asked, cancellationToken);
        return [.. said.Receivers.Select(receiver => Prove(receiver, open))];
    }

    /// <summary>
    /// Sends a package: announces it, puts it where the service says, and waits until the log has it or the service refused it. What fails
    /// in a way that may pass is done again; a package that is there already is not sent twice.
    /// </summary>
    /// <param name="secret">The trace secret of this handover.</param>
    /// <param name="receiver">The receiver's id.</param>
    /// <param name="package">The package.</param>
    /// <param name="open">Opens the sealed file, from its beginning.</param>
    /// <param name="progress">Told the number of bytes sent so far.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Its trace; <see cref="HandoverState.Announced"/> where it takes longer than this client waits.</returns>
    /// <exception cref="NoAnswerException">The service or its storage did not answer, or refused it; nothing says that it was sent.</exception>
    /// <exception cref="ReceiptException">What the log has is not this package.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known.</exception>
    public async Task<HandoverTrace> SendAsync(HandoverSecret secret, string receiver, SealedPackage package, Func<Stream> open, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var known = new KnownHandover(secret.WithdrawLock, HandoverLocks.Lock(package.Proof.Span), package.Digest);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var grant = await AnnounceAsync(secret, receiver, package, cancellationToken);
                await using var file = open();
                var status = await _transfer.PutAsync(grant.Upload, file, progress, cancellationToken);
                if (status == HttpStatusCode.Created)
                    break;

                // It takes one package: what was sent before, and whose answer was lost, is there.
                if (status is HttpStatusCode.Conflict or HttpStatusCode.Forbidden && attempt > 0)
                    break;
                throw new NoAnswerException($"{_connection.Service}: storage did not take the package (HTTP status {(int)status}).", status: status);
            }
            catch (NoAnswerException exception) when (exception.Status == HttpStatusCode.Conflict && attempt > 0)
            {
                break;
            }
            catch (NoAnswerException exception) when (attempt < _options.MaxRetries && MayPass(exception))
            {
                await Task.Delay(_options.RetryDelay * (1 << attempt), _time, cancellationToken);
            }
        }

        return await WaitAsync(secret.Id, known, trace => trace.State != HandoverState.Announced, cancellationToken);
    }

    /// <summary>What became of a handover.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="known">What the caller knows of it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The trace; null where the service knows none of that id.</returns>
    /// <exception cref="ReceiptException">What the service says is not proven.</exception>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known.</exception>
    public async Task<HandoverTrace?> TraceAsync(string id, KnownHandover known, CancellationToken cancellationToken = default)
    {
        var asked = _time.GetTimestamp();
        try
        {
            var said = await _connection.GetAsync("trace", $"v1/handovers/{id}", DocumentJson.Instance.TraceDocument, cancellationToken);
            return HandoverTrace.Check(said, id, known, await OpenerAsync(said.Events.Select(shown => shown.Receipt), asked, cancellationToken));
        }
        catch (NoAnswerException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Takes the consent back: the sealed package is deleted, and the receiver is told.</summary>
    /// <returns>The trace, in which it is withdrawn unless that takes longer than this client waits.</returns>
    /// <exception cref="NoAnswerException">The service did not answer, or it may not be withdrawn (any more): <see cref="HttpStatusCode.Conflict"/>.</exception>
    /// <exception cref="ReceiptException">What the service says is not proven.</exception>
    public async Task<HandoverTrace> WithdrawAsync(HandoverSecret secret, CancellationToken cancellationToken = default)
    {
        await PostAsync("withdraw", $"v1/handovers/{secret.Id}/withdraw", new WithdrawDocument(secret.WithdrawKey), DocumentJson.Instance.WithdrawDocument, null, cancellationToken);
        return await WaitAsync(secret.Id, KnownHandover.Of(secret), trace => trace.State == HandoverState.Withdrawn, cancellationToken);
    }

    /// <summary>For a receiver: the packages that were sent to it, newest first. The service's word.</summary>
    /// <exception cref="NoAnswerException">The service did not answer, or does not admit whoever asks.</exception>
    public async IAsyncEnumerable<WaitingHandoverDocument> ListAsync(string receiver, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var offset = 0; ; offset += PageLength)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"v1/receivers/{receiver}/handovers?offset={offset}&limit={PageLength}");
            var page = await _connection.GetAsync("handovers", path, DocumentJson.Instance.HandoversDocument, cancellationToken, _options.AccessToken);
            foreach (var waiting in page.Handovers)
                yield return waiting;
            if (page.Complete || page.Handovers.Count == 0)
                yield break;
        }
    }

    /// <summary>For a receiver: fetches a sealed package.</summary>
    /// <param name="receiver">The receiver's id.</param>
    /// <param name="id">The handover's id.</param>
    /// <param name="destination">Where it goes; what is there after an exception is to be thrown away.</param>
    /// <param name="progress">Told the number of bytes so far.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NoAnswerException">The service or its storage did not answer, does not admit whoever asks, or has no such package (any more).</exception>
    public async Task FetchAsync(string receiver, string id, Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var grant = await _connection.GetAsync("package", $"v1/receivers/{receiver}/handovers/{id}/package", DocumentJson.Instance.DownloadGrantDocument, cancellationToken, _options.AccessToken);
        await _transfer.GetAsync(grant.Download, grant.Length, destination, progress, cancellationToken);
    }

    /// <summary>For a receiver: has the log record what it does with a package.</summary>
    /// <param name="receiver">The receiver's id.</param>
    /// <param name="id">The handover's id.</param>
    /// <param name="act">What it does; asking again with the same words comes to the same act.</param>
    /// <param name="known">What the receiver knows of the handover.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The trace, with the act unless that takes longer than this client waits.</returns>
    /// <exception cref="NoAnswerException">The service did not answer, does not admit whoever asks, or it may not be (any more): <see cref="HttpStatusCode.Conflict"/>.</exception>
    /// <exception cref="ReceiptException">What the service says is not proven.</exception>
    public async Task<HandoverTrace> ActAsync(string receiver, string id, HandoverActDocument act, KnownHandover known, CancellationToken cancellationToken = default)
    {
        var done = await PostAsync("act", $"v1/receivers/{receiver}/handovers/{id}/acts", act, DocumentJson.Instance.HandoverActDocument, _options.AccessToken, cancellationToken);
        return await WaitAsync(id, known, trace => done is null ? trace.Find(act.Act) is not null : trace.Steps.Any(step => step.LogIndex == done.LogIndex), cancellationToken);
    }

    private static bool MayPass(NoAnswerException exception) =>
        exception.Status is null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private Task<UploadGrantDocument> AnnounceAsync(HandoverSecret secret, string receiver, SealedPackage package, CancellationToken cancellationToken)
    {
        var request = new HandoverRequestDocument(secret.Id, receiver, HandoverLocks.Lock(package.Proof.Span), secret.WithdrawLock, package.Length);
        var body = JsonSerializer.SerializeToUtf8Bytes(request, DocumentJson.Instance.HandoverRequestDocument);
        return _connection.PostAsync("announce", "v1/handovers", body, json => ForeignJson.Read(json, DocumentJson.Instance.UploadGrantDocument), cancellationToken);
    }

    private async Task<HandoverTrace> WaitAsync(string id, KnownHandover known, Func<HandoverTrace, bool> isThere, CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        while (true)
        {
            var trace = await TraceAsync(id, known, cancellationToken) ?? throw _connection.NoAnswer("it knows nothing of the handover that it took in", status: HttpStatusCode.NotFound);
            if (isThere(trace) || _time.GetElapsedTime(since) >= _options.TotalTimeout)
                return trace;
            await Task.Delay(_options.RetryDelay, _time, cancellationToken);
        }
    }

    private async Task<HandoverEventDocument?> PostAsync<T>(string operation, string path, T content, JsonTypeInfo<T> type, string? accessToken, CancellationToken cancellationToken) =>
        await _connection.PostForLaterAsync(operation, path, JsonSerializer.SerializeToUtf8Bytes(content, type), DocumentJson.Instance.HandoverEventDocument, accessToken, cancellationToken);

    // Checkpoints of receipts: signed by the log, seen by its witnesses lately, and not older than what was seen before.
    private async Task<Func<ReadOnlyMemory<byte>, SignedCheckpoint>> OpenerAsync(IEnumerable<string> proofs, long asked, CancellationToken cancellationToken)
    {
        var checkpoints = await _log.OpenAsync(NotesOf(proofs), cancellationToken);
        return note =>
        {
            var checkpoint = checkpoints.Open(note);
            if (_log.Policy is { } policy)
                Witnessing.RequireRecent(checkpoints.Require(policy.Rules, checkpoint, _time.GetUtcNow()), _time.GetUtcNow(), _options.MaxSightingAge);
            _log.Admit(checkpoint, asked);
            return checkpoint;
        };
    }

    private string[] NotesOf(IEnumerable<string> proofs)
    {
        try
        {
            return [.. proofs.Select(proof => Encoding.UTF8.GetString(TlogProof.Parse(Encoding.UTF8.GetBytes(proof)).Checkpoint.Span)).Distinct()];
        }
        catch (LogFormatException exception)
        {
            throw _connection.NoAnswer($"what it sent as a proof is none: {exception.Message}", exception);
        }
    }

    private static ProvenReceiver Prove(ReceiverDocument said, Func<ReadOnlyMemory<byte>, SignedCheckpoint> open)
    {
        try
        {
            var proven = ProvenReceiver.Open(said.Proof, open);
            var entry = proven.Entry;
            return said.LogIndex == proven.LogIndex && said.Id == proven.Id && said.LegalName == proven.LegalName && said.LegalNames == entry.LegalNames && said.Jurisdiction == entry.Jurisdiction
                && said.EncryptionKey == proven.EncryptionKey && said.Domain == entry.Domain && said.KeepsDays == entry.KeepsDays && said.Purposes.SequenceEqual(entry.Purposes!)
                ? proven
                : throw new ReceiptException(ReceiptFault.Document, "The service says something else of a receiver than the log.");
        }
        catch (LogFormatException exception)
        {
            throw new ReceiptException(ReceiptFault.Checkpoint, $"A receiver is not proven: {exception.Message}.", exception);
        }
    }
}
