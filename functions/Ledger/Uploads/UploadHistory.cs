using System.Globalization;
using System.Text.Json;

namespace TrueCopy.Ledger.Uploads;

/// <summary>The blobs under a prefix.</summary>
/// <param name="Blobs">By name.</param>
/// <param name="Complete">Whether there are no more.</param>
internal sealed record BlobListing(IReadOnlyList<ListedBlob> Blobs, bool Complete);

/// <summary>Which uploads are told of.</summary>
/// <param name="Prefix">What the names begin with; may be empty.</param>
/// <param name="Contains">What is in the names, in any case of letters; may be empty.</param>
/// <param name="State">What came of them; null for anything.</param>
public sealed record UploadFilter(string Prefix = "", string Contains = "", UploadState? State = null)
{
    /// <summary>Whether an upload under the prefix is one of them.</summary>
    public bool Takes(string path, UploadState state) => (State is null || State == state) && path.Contains(Contains, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// What an issuer uploaded and what came of it, read from the container of its uploads and that of the answers. A few
/// listings answer the whole question, whatever the number of uploads; where there are more than they hold, the issuer
/// narrows them down by a prefix. Whether documents that are no longer there still stand is looked up for the page alone.
/// </summary>
public sealed class UploadHistory(IIssuerContainers containers, ActIndex index, TimeProvider time)
{
    /// <summary>The most blobs that are looked at in each place; storage lists so many in one request.</summary>
    public const int MaxListed = 5000;

    /// <summary>The most uploads in one answer.</summary>
    public const int MaxPage = 100;

    /// <summary>The longest prefix, in characters: what a blob's name may have.</summary>
    public const int MaxPrefixLength = 1024;

    private const int MaxReads = 16;

    /// <summary>The uploads of an issuer, newest first, with counts for each day.</summary>
    /// <param name="issuer">The issuer's id.</param>
    /// <param name="filter">Which uploads; counts are of these alone.</param>
    /// <param name="offset">How many of the newest to leave out.</param>
    /// <param name="limit">How many to tell of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<UploadsDocument> ReadAsync(string issuer, UploadFilter filter, int offset, int limit, CancellationToken cancellationToken)
    {
        var prefix = filter.Prefix;
        var container = IssuerContainer.Prefix + issuer;
        var blobs = await ListAsync(container, prefix, cancellationToken);
        var answers = IssuerContainer.AnswersOf(container);
        var receipts = await AnswersAsync(answers, AnswerPath.ReceiptsFolder, prefix, cancellationToken);
        var versions = await AnswersAsync(answers, AnswerPath.VersionsFolder, prefix, cancellationToken);
        var rejected = await AnswersAsync(answers, AnswerPath.RejectedFolder, prefix, cancellationToken);

        var uploads = blobs.Blobs.ToDictionary(blob => blob.Path, blob => new Found(blob.Path, blob), StringComparer.Ordinal);
        var byName = uploads.Values.SelectMany(upload => AnswerPath.NamesFor(upload.Path).Select(name => (name, upload))).DistinctBy(item => item.name).ToDictionary(item => item.name, item => item.upload, StringComparer.Ordinal);
        foreach (var answer in receipts.Blobs.Concat(versions.Blobs).Concat(rejected.Blobs))
            Join(uploads, byName, answer, prefix);

        Found[] newestFirst = [.. uploads.Values.Where(upload => filter.Takes(upload.Path, upload.State)).OrderByDescending(upload => upload.At).ThenBy(upload => upload.Path, StringComparer.Ordinal)];
        var page = await Task.WhenAll(newestFirst.Skip(offset).Take(limit).Chunk(MaxReads).Select(chunk => TellAsync(issuer, answers, chunk, cancellationToken)));
        return new UploadsDocument(
            issuer,
            newestFirst.Length,
            blobs.Complete && receipts.Complete && versions.Complete && rejected.Complete,
            [.. newestFirst.GroupBy(upload => DateOnly.FromDateTime(upload.At.UtcDateTime)).OrderBy(day => day.Key).Select(Count)],
            [.. page.SelectMany(chunk => chunk)]);
    }

    // Answers that name their upload by its hash are where no prefix leads to.
    private async Task<BlobListing> AnswersAsync(string container, string folder, string prefix, CancellationToken cancellationToken)
    {
        var plain = await ListAsync(container, folder + prefix, cancellationToken);
        if (prefix.Length == 0)
            return plain;
        var hashed = await ListAsync(container, folder + AnswerPath.HashPrefix, cancellationToken);
        return new BlobListing([.. plain.Blobs.UnionBy(hashed.Blobs, blob => blob.Path)], plain.Complete && hashed.Complete);
    }

    private async Task<BlobListing> ListAsync(string container, string prefix, CancellationToken cancellationToken)
    {
        var blobs = new List<ListedBlob>();
        await foreach (var blob in containers.ListAsync(container, prefix, cancellationToken))
        {
            if (blobs.Count == MaxListed)
                return new BlobListing(blobs, Complete: false);
            blobs.Add(blob);
        }

        return new BlobListing(blobs, Complete: true);
    }

    // An upload that is gone is known by what its answers call it, which may be its hash.
    private static void Join(Dictionary<string, Found> uploads, Dictionary<string, Found> byName, ListedBlob answer, string prefix)
    {
        if (!AnswerPath.TryParse(answer.Path, out var name, out _))
            return;
        if (!byName.TryGetValue(name, out var upload))
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
                return;
            byName[name] = uploads[name] = upload = new Found(name, null);
        }

        upload.AllAnswers.Add(answer);
    }

    private static UploadDayDocument Count(IGrouping<DateOnly, Found> day) => new(
        day.Key.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        day.LongCount(upload => upload.State is UploadState.Answered),
        day.LongCount(upload => upload.State is UploadState.Rejected or UploadState.PartlyRejected),
        day.LongCount(upload => upload.State is UploadState.Waiting));

    private async Task<IReadOnlyList<UploadDocument>> TellAsync(string issuer, string container, Found[] uploads, CancellationToken cancellationToken)
    {
        var told = new List<UploadDocument>(uploads.Length);
        foreach (var upload in uploads)
        {
            var rejection = upload.Rejection is { } blob ? await ReadRejectionAsync(container, blob.Path, cancellationToken) : null;
            told.Add(new UploadDocument(
                upload.Path,
                UploadName.Of(upload.Path).Kind,
                upload.State,
                upload.At,
                ReceiptsOf(upload.Answers),
                upload.Blob?.Length,
                upload.Answers.Any(answer => answer.Metadata.GetValueOrDefault(AnswerMetadata.Document) == AnswerMetadata.Deleted) ? AnswerMetadata.Deleted : null,
                rejection,
                await StandingAsync(issuer, upload, cancellationToken)));
        }

        return told;
    }

    private async Task<StandingVersionsDocument?> StandingAsync(string issuer, Found upload, CancellationToken cancellationToken)
    {
        var standing = new List<StandingVersionDocument>();
        foreach (var version in upload.Gone.Take(StandingVersionsDocument.MaxVersions))
        {
            if (await StandsAsync(issuer, version, cancellationToken))
                standing.Add(new StandingVersionDocument(version.Key!, version.Max(AtOf), ReceiptsOf(version), version.MinBy(answer => answer.Path.Length)!.Path));
        }

        return standing.Count == 0 ? null : new StandingVersionsDocument(StandingVersionsDocument.NotRevoked, standing);
    }

    private async Task<bool> StandsAsync(string issuer, IGrouping<string?, ListedBlob> version, CancellationToken cancellationToken)
    {
        if (version.Select(DocumentOf).OfType<Digest>().FirstOrDefault() is not { } document)
            return false;
        var acts = DocumentActs.OwnedBy(issuer, await index.FindAsync(document, cancellationToken));
        return acts.Count > 0 && VerdictRule.Decide(acts, time.GetUtcNow()).Verdict is Verdict.Verified or Verdict.NotYetValid;
    }

    // Receipts of before their metadata told of which document they are say nothing here.
    private static Digest? DocumentOf(ListedBlob answer) =>
        AnswerPath.TryParse(answer.Path, out _, out var algorithm) && algorithm is not null && Digest.TryParse(algorithm, answer.Metadata.GetValueOrDefault(AnswerMetadata.Digest), out var digest) ? digest : null;

    private static UploadReceiptDocument[] ReceiptsOf(IEnumerable<ListedBlob> answers) =>
        [.. answers.Select(ReceiptOf).OfType<UploadReceiptDocument>().OrderBy(receipt => receipt.LogIndex)];

    private static DateTimeOffset AtOf(ListedBlob answer) =>
        DateTimeOffset.TryParse(answer.Metadata.GetValueOrDefault(AnswerMetadata.SourceAt), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : answer.At;

    private async Task<UploadRejectionDocument?> ReadRejectionAsync(string container, string path, CancellationToken cancellationToken) =>
        await containers.ReadAsync(new BlobAddress(container, path), cancellationToken) is { } answer && ReadProblem(answer.Content.Span) is { } written
            ? UploadRejectionDocument.Of(written)
            : null;

    // One answer that is damaged must not hide the others.
    private static ProblemDocument? ReadProblem(ReadOnlySpan<byte> content)
    {
        try
        {
            return ForeignJson.Read(content, DocumentJson.Instance.ProblemDocument);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A document's receipt says in its metadata where its entry is, and in its name under which algorithm.
    private static UploadReceiptDocument? ReceiptOf(ListedBlob answer) =>
        AnswerPath.TryParse(answer.Path, out _, out var algorithm) && algorithm is not null
        && answer.Metadata.TryGetValue(AnswerMetadata.LogIndex, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new UploadReceiptDocument(algorithm.Name, index, DocumentOf(answer)?.Hex)
            : null;

    private sealed class Found(string path, ListedBlob? blob)
    {
        public string Path => path;

        public ListedBlob? Blob => blob;

        /// <summary>The answers to every version.</summary>
        public List<ListedBlob> AllAnswers { get; } = [];

        /// <summary>Those to the version that is there or, where the document is deleted, was last: others say nothing of it.</summary>
        public List<ListedBlob> Answers => [.. AllAnswers.Where(answer => VersionOf(answer) == Version)];

        /// <summary>Receipts of documents that are no longer there but for what retention removed, by version, newest first, each document once; without the one that is there.</summary>
        public IEnumerable<IGrouping<string?, ListedBlob>> Gone => AllAnswers
            .Where(answer => answer.Metadata.ContainsKey(AnswerMetadata.LogIndex) && !answer.Metadata.ContainsKey(AnswerMetadata.Document) && VersionOf(answer) is not null)
            .GroupBy(VersionOf)
            .Where(version => version.Key != blob?.ETag && (blob is null || !version.Select(DocumentOf).Intersect(Answers.Select(DocumentOf)).OfType<Digest>().Any()))
            .OrderByDescending(version => version.Max(AtOf))
            .DistinctBy(version => version.Select(DocumentOf).OfType<Digest>().FirstOrDefault());

        private string? Version => blob is not null ? blob.ETag : AllAnswers.OrderBy(AtOf).ThenBy(answer => answer.At).Select(VersionOf).LastOrDefault();

        private static string? VersionOf(ListedBlob answer) => answer.Metadata.GetValueOrDefault(AnswerMetadata.SourceETag);

        public DateTimeOffset At => blob?.At ?? Answers.Min(answer => answer.At);

        public ListedBlob? Rejection => Answers.Find(IsRejection);

        public UploadState State => (Answers.Exists(IsRejection), Answers.Exists(answer => !IsRejection(answer))) switch
        {
            (true, true) => UploadState.PartlyRejected,
            (true, false) => UploadState.Rejected,
            (false, true) => UploadState.Answered,
            _ => UploadState.Waiting,
        };

        private static bool IsRejection(ListedBlob answer) => answer.Path.StartsWith(AnswerPath.RejectedFolder, StringComparison.Ordinal);
    }
}
