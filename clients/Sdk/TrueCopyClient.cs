using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Client;

/// <summary>
/// Asks a TrueCopy service about documents and checks every answer: that the receipt is about the document, that its
/// entry is in the log, and that the log's keys signed it. Documents are hashed here and never sent. Thread-safe; one
/// for each service.
/// </summary>
public sealed class TrueCopyClient : IDisposable
{
    private readonly TrueCopyClientOptions _options;
    private readonly ServiceConnection _connection;
    private readonly TimeProvider _time;
    private readonly FollowedLog _log;

    /// <summary>Creates a client; nothing is asked yet.</summary>
    /// <param name="options">Which service, and which keys it is held to.</param>
    /// <param name="network">How to reach it, such as through a proxy; not disposed with the client. Null for the system's way.</param>
    /// <param name="time">Clock of validity, waits and time limits; null for the system's.</param>
    public TrueCopyClient(TrueCopyClientOptions options, HttpMessageHandler? network = null, TimeProvider? time = null)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
        _connection = new ServiceConnection(options, network, _time);
        _log = new FollowedLog(options, _connection, _time);
        Handovers = new HandoverClient(options, _connection, _log, _time);
    }

    /// <summary>Hands packages over, and takes them in.</summary>
    public HandoverClient Handovers { get; }

    /// <summary>HTTP requests sent so far, each try counted.</summary>
    public long RequestsSent => _connection.Sent;

    /// <summary>The keys that answers are judged by: those of the options, or the service's own; or those that took over from them since, as the log's entries say.</summary>
    /// <exception cref="NoAnswerException">The service was asked, and did not answer.</exception>
    public ValueTask<LogKeys> KeysAsync(CancellationToken cancellationToken = default) => _log.KeysAsync(cancellationToken);

    /// <summary>The policy that answers are held to: that of the options, or the service's as it was when first met; null where there is none, or before it was asked for.</summary>
    public LogPolicy? Policy => _log.Policy;

    /// <summary>Another policy that the service names now, which counts for nothing until somebody takes it over; null where it names none or the same.</summary>
    public LogPolicy? OfferedPolicy => _log.OfferedPolicy;

    /// <summary>The policy that the service names now: its word, which counts for nothing by itself.</summary>
    /// <returns>Null where it names none.</returns>
    /// <exception cref="NoAnswerException">The service did not answer, or what it names cannot be used.</exception>
    public Task<LogPolicy?> ServicePolicyAsync(CancellationToken cancellationToken = default) => _log.ReadPolicyAsync(cancellationToken);

    /// <summary>Hashes a document and asks about it.</summary>
    /// <param name="document">Read to its end, not disposed.</param>
    /// <param name="algorithm">Under which digest to ask; null for SHA-256.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known; nothing that it says counts.</exception>
    public async Task<CheckedAnswer> VerifyAsync(Stream document, DigestAlgorithm? algorithm = null, CancellationToken cancellationToken = default)
    {
        var digests = await StreamDigest.ComputeAsync(document, [algorithm ?? DigestAlgorithm.Sha256], progress: null, cancellationToken);
        return await VerifyAsync(digests[0], cancellationToken);
    }

    /// <summary>Asks about one digest.</summary>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known; nothing that it says counts.</exception>
    public async Task<CheckedAnswer> VerifyAsync(Digest digest, CancellationToken cancellationToken = default) =>
        (await AskAsync([digest], cancellationToken))[0];

    /// <summary>Asks about many digests, up to 1,000 a request, fewer where the service says that its answer would be too large, and several requests at a time.</summary>
    /// <returns>One answer a digest, in their order.</returns>
    /// <exception cref="NoAnswerException">The service did not answer one of the requests.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known; nothing that it says counts.</exception>
    public async Task<IReadOnlyList<CheckedAnswer>> VerifyAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken = default)
    {
        var answers = new List<CheckedAnswer>(digests.Count);
        await foreach (var answer in VerifyAsync(digests.ToAsyncEnumerable(), cancellationToken))
            answers.Add(answer);
        return answers;
    }

    /// <summary>Asks about a stream of digests of any length, such as one that is still being hashed.</summary>
    /// <returns>One answer a digest, in their order.</returns>
    /// <exception cref="NoAnswerException">The service did not answer one of the requests.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known; nothing that it says counts.</exception>
    public async IAsyncEnumerable<CheckedAnswer> VerifyAsync(
        IAsyncEnumerable<Digest> digests,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var batches = digests.Chunk(BatchRequestDocument.MaxDigests);
        await foreach (var answers in Ordered.MapAsync(batches, _options.MaxParallelRequests, AskAsync, cancellationToken))
        {
            foreach (var answer in answers)
                yield return answer;
        }
    }

    /// <summary>For an issuer: how its documents stand under its own reference.</summary>
    /// <returns>One answer for each document and algorithm; none if nothing was issued under it.</returns>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known; nothing that it says counts.</exception>
    public async Task<IReadOnlyList<CheckedAnswer>> DocumentsAsync(string issuer, string reference, CancellationToken cancellationToken = default)
    {
        var path = $"v1/issuers/{Uri.EscapeDataString(issuer)}/documents?reference={Uri.EscapeDataString(reference)}";
        var asked = _time.GetTimestamp();
        var listed = await _connection.GetAsync("documents", path, DocumentJson.Instance.DocumentsDocument, cancellationToken);
        var checkpoints = await _log.OpenAsync(listed.Documents, cancellationToken);
        var answers = new List<CheckedAnswer>(listed.Documents.Count);
        foreach (var document in listed.Documents)
        {
            if (!Digest.TryParse($"{document.Algorithm}:{document.Digest}", out var digest))
                throw _connection.NoAnswer("one of the documents has no digest");
            answers.Add(_log.Admit(AnswerCheck.Run(document, digest, checkpoints, Required, _time.GetUtcNow()), checkpoints, asked));
        }

        return answers;
    }

    /// <summary>The institutions of the service's registry as it is now; its word, which nothing proves.</summary>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    public async Task<IReadOnlyList<IssuerDocument>> IssuersAsync(CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync("issuers", "v1/issuers", DocumentJson.Instance.IssuersDocument, cancellationToken)).Issuers;

    /// <summary>What the log ever recorded of an institution; the service's word.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Null if it records none of that id.</returns>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    public async Task<IssuerHistoryDocument?> IssuerAsync(string id, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _connection.GetAsync("issuer", $"v1/issuers/{Uri.EscapeDataString(id)}", DocumentJson.Instance.IssuerHistoryDocument, cancellationToken);
        }
        catch (NoAnswerException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Asks an institution's own domain whether it is that issuer of this log, by its statement at
    /// <see cref="DomainStatement.Path"/>. Which domain that is, is the service's word: whether it is the institution's, the caller knows.
    /// </summary>
    /// <param name="id">The issuer's id.</param>
    /// <param name="domains">Asks domains.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What the domain says; that it could not be asked is one of the words.</returns>
    /// <exception cref="NoAnswerException">The service did not say which domain, or by which keys.</exception>
    public async Task<DomainCheck> CheckDomainAsync(string id, DomainChecker domains, CancellationToken cancellationToken = default)
    {
        var described = await IssuerAsync(id, cancellationToken);
        var keys = await KeysAsync(cancellationToken);
        return await domains.CheckAsync(described is { Descriptions: [.., var last] } ? last.Domain : null, id, keys.Verifiers, cancellationToken);
    }

    /// <summary>
    /// Holds the log that answers stood on to what is known of it: signed by keys that are known, and grown from the
    /// checkpoint that was seen last, as consistency proofs from the log's tiles show. New keys are learned from the log's
    /// own entries alone, each proven by the keys before it. What the policy's witnesses have not seen is compared, and not
    /// remembered. Asks for tiles only if the log grew, for keys only if others sign.
    /// </summary>
    /// <param name="known">What is known; null on first contact, which takes the service at its word.</param>
    /// <param name="answers">Answers of this client; at least one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What is known from now on.</returns>
    /// <exception cref="LogChangedException">It is not the log that is known, or history was rewritten; the answers do not count.</exception>
    /// <exception cref="ReceiptException">Nothing is known, and no answer stands on what the policy's witnesses have seen.</exception>
    /// <exception cref="NoAnswerException">The service did not show its log.</exception>
    public Task<TrustedLog> RenewAsync(TrustedLog? known, IEnumerable<CheckedAnswer> answers, CancellationToken cancellationToken = default)
    {
        string[] notes = [.. answers.SelectMany(answer => answer.Receipts.Select(check => Encoding.UTF8.GetString(check.Checkpoint.Note.Span)).Prepend(answer.Document.Checkpoint.Note)).Distinct()];
        return _log.RenewAsync(known, notes, cancellationToken);
    }

    /// <summary>What <see cref="RenewAsync"/> does, by a status that this client fetched.</summary>
    /// <exception cref="LogChangedException">It is not of the log that is known, or history was rewritten; it does not count.</exception>
    /// <exception cref="NoAnswerException">The service did not show its log.</exception>
    public Task<TrustedLog> RenewByStatusAsync(TrustedLog? known, KeptStatus status, CancellationToken cancellationToken = default) =>
        _log.RenewAsync(known, [Encoding.UTF8.GetString(status.Checkpoint.Note.Span)], cancellationToken);

    /// <summary>What <see cref="RenewAsync"/> does, by checkpoints under which this client had something proven, such as a receiver or a handover.</summary>
    /// <exception cref="LogChangedException">They are not of the log that is known, or history was rewritten; what was proven does not count.</exception>
    /// <exception cref="NoAnswerException">The service did not show its log.</exception>
    public Task<TrustedLog> RenewByCheckpointsAsync(TrustedLog? known, IEnumerable<SignedCheckpoint> checkpoints, CancellationToken cancellationToken = default) =>
        _log.RenewAsync(known, [.. checkpoints.Select(checkpoint => Encoding.UTF8.GetString(checkpoint.Note.Span)).Distinct()], cancellationToken);

    /// <summary>
    /// Makes a receipt of today from an older one of the same issue, with the status of its document: the service makes it, and
    /// everything is checked here. The service learns which document that is about; <see cref="ReceiptRefresh"/> tells nobody.
    /// </summary>
    /// <param name="receipt">The older receipt.</param>
    /// <param name="digest">The document.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The new receipt, checked: the same entry and opening, under a checkpoint of now, with its status.</returns>
    /// <exception cref="ReceiptException">The log has no such entry, or what came back is not that receipt or proves no status.</exception>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known.</exception>
    public async Task<ReceiptCheck> RefreshAsync(Receipt receipt, Digest digest, CancellationToken cancellationToken = default)
    {
        var asked = _time.GetTimestamp();
        var next = await AskForReceiptAsync(receipt, cancellationToken);
        ReceiptRefresh.RequireSame(receipt, next);
        var checkpoints = await _log.OpenAsync([Encoding.UTF8.GetString(next.Proof.Checkpoint.Span)], cancellationToken);
        var check = ReceiptCheck.Run(next, digest, checkpoints.Open);
        RequireWitnessed(checkpoints, check.Checkpoint);
        if (check.Status is { Status: null, IsBeforeStatus: false })
            throw new ReceiptException(ReceiptFault.Status, "What the service made has no status with it, so it is no receipt of today.");
        _log.Admit(check.Checkpoint, asked);
        return check;
    }

    /// <summary>
    /// Fetches the status of the whole log, or what changed of it since it was fetched last, for checking receipts offline and
    /// without telling anybody which. Everything is verified before anything is kept, and it never goes backwards.
    /// </summary>
    /// <param name="before">What is kept; null to fetch all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The newest status.</returns>
    /// <exception cref="ReceiptException">It is not what the log commits to, or the policy's witnesses have not seen its checkpoint, or not lately.</exception>
    /// <exception cref="NoAnswerException">The service did not answer, or keeps no status.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known.</exception>
    public async Task<KeptStatus> FetchStatusAsync(KeptStatus? before = null, CancellationToken cancellationToken = default)
    {
        var asked = _time.GetTimestamp();
        var path = before is null ? "v1/status" : string.Create(CultureInfo.InvariantCulture, $"v1/status?since={before.Covers}");
        var document = await _connection.GetCodedAsync("status", path, DocumentJson.Instance.StatusDocument, cancellationToken);
        try
        {
            var checkpoints = await _log.OpenAsync([document.Checkpoint], cancellationToken);
            var checkpoint = checkpoints.Open(document.Checkpoint);
            var witnesses = RequireWitnessed(checkpoints, checkpoint);
            if (before is not null && checkpoint.Size < before.Checkpoint.Size)
                throw new LogChangedException(LogChange.Rollback, string.Create(CultureInfo.InvariantCulture, $"The log that it shows has {checkpoint.Size} entries, and had {before.Checkpoint.Size} when its status was fetched: what was done since is hidden."));
            if (before is not null)
                await new LogContinuity(_connection).ExtendsAsync(before.Checkpoint, checkpoint, cancellationToken);
            _log.Admit(checkpoint, asked);
            return KeptStatus.Of(document, before, checkpoint, witnesses, _time.GetUtcNow());
        }
        catch (LogFormatException exception)
        {
            throw _connection.NoAnswer($"what it sent is not the status of its log: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _log.Dispose();
    }

    private (TrustPolicy Rules, TimeSpan MaxAge)? Required => Policy is { } policy ? (policy.Rules, _options.MaxSightingAge) : null;

    private PolicyResult? RequireWitnessed(OpenedCheckpoints checkpoints, SignedCheckpoint checkpoint)
    {
        if (Required is not { } required)
            return null;
        var witnesses = checkpoints.Require(required.Rules, checkpoint, _time.GetUtcNow());
        Witnessing.RequireRecent(witnesses, _time.GetUtcNow(), required.MaxAge);
        return witnesses;
    }

    private async Task<Receipt> AskForReceiptAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        try
        {
            return Receipt.Parse(await _connection.PostTextAsync("refresh", "v1/receipts/refresh", receipt.Encode(), TlogProof.MaxLength, cancellationToken));
        }
        catch (NoAnswerException exception) when (exception.Status == HttpStatusCode.UnprocessableEntity)
        {
            throw new ReceiptException(ReceiptFault.Inclusion, $"No receipt of today can be made of it. {exception.Message}", exception);
        }
        catch (LogFormatException exception)
        {
            throw _connection.NoAnswer($"what it sent is no receipt: {exception.Message}", exception);
        }
    }

    // What is too much for one answer is asked for in halves.
    private async Task<CheckedAnswer[]> AskAsync(Digest[] digests, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAtOnceAsync(digests, cancellationToken);
        }
        catch (NoAnswerException refused) when (refused.Status == HttpStatusCode.RequestEntityTooLarge && digests.Length > 1)
        {
            var half = digests.Length / 2;
            return [.. await AskAsync(digests[..half], cancellationToken), .. await AskAsync(digests[half..], cancellationToken)];
        }
    }

    // A batch of one goes the same way, so that no address holds a digest.
    private async Task<CheckedAnswer[]> AskAtOnceAsync(Digest[] digests, CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        var answering = _connection.PostAsync("verify", "v1/verify", BatchRequestDocument.Encode(digests), BatchAnswerDocument.Read, cancellationToken);
        _log.Begin(cancellationToken);
        var answer = await answering;
        if (answer.Results.Count != digests.Length)
            throw _connection.NoAnswer("the answer has another number of results than there were questions");
        var checkpoints = await _log.OpenAsync(answer.Results, cancellationToken);
        var answers = new CheckedAnswer[digests.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = _log.Admit(AnswerCheck.Run(answer.Results[i], digests[i], checkpoints, Required, _time.GetUtcNow()), checkpoints, asked);
            ClientTelemetry.Answered(answers[i]);
        }

        return answers;
    }
}

/// <summary>Wires a client into an application.</summary>
public static class TrueCopyServices
{
    /// <summary>Adds one <see cref="TrueCopyClient"/> for the whole application, disposed with it; it uses the application's <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddTrueCopyClient(this IServiceCollection services, TrueCopyClientOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(provider => new TrueCopyClient(options, network: null, provider.GetRequiredService<TimeProvider>()));
    }
}
