namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Takes in digests without documents. Reads the manifest as a stream and stores it in parts; only when the last line
/// is found good are the parts staged, so one bad line refuses the whole.
/// </summary>
public sealed class ManifestIntake(StagedActs staged, Outbox outbox, RevocationIndex revocations, RepeatedIssues repeated)
{
    /// <summary>How many lines one part has.</summary>
    public const int PartLength = 2048;

    /// <summary>The most lines that one manifest may have.</summary>
    public const int MaxLines = 5_000_000;

    /// <summary>Stages the issue of every digest in a manifest.</summary>
    /// <param name="issuer">Who issues.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="listAlgorithm">The algorithm of a digest list; null for JSON lines.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UploadRejectedException">A line or the metadata breaks a rule.</exception>
    public async Task<IntakeOutcome> StageAsync(
        Issuer issuer,
        InboxDocument manifest,
        DigestAlgorithm? listAlgorithm,
        CancellationToken cancellationToken)
    {
        var source = manifest.Version;
        if (await outbox.HasManifestReceiptsAsync(source, cancellationToken))
            return IntakeOutcome.Ignored;
        var terms = UploadMetadata.Parse(manifest.Metadata);
        if (terms.Reference is not null)
            throw new UploadRejectedException(Rejection.InvalidMetadata("a reference names one document, so a manifest has none"));

        var revoked = await revocations.LoadAsync(issuer.Id, cancellationToken);
        var parts = new List<PreparedPart>();
        try
        {
            var acts = new ManifestPart();
            var lines = listAlgorithm is null ? LineReader.ReadAsync(manifest.Content, cancellationToken) : LineReader.ReadNamesAsync(manifest.Content, cancellationToken);
            await foreach (var line in lines)
            {
                if (Read(line, listAlgorithm, terms, revoked) is not { } act)
                    continue;
                acts.Add(line, act);
                if (acts.Lines < PartLength)
                    continue;
                parts.Add(await PrepareAsync(parts.Count, acts.Take()));
            }

            if (acts.Lines > 0)
                parts.Add(await PrepareAsync(parts.Count, acts.Take()));
            if (parts.Count == 0)
                throw new LineException(1, 1, "the manifest lists nothing");
            await staged.StageAsync(parts, cancellationToken);
            return IntakeOutcome.Staged;
        }
        catch (LineException fault)
        {
            await staged.DiscardAsync(parts, cancellationToken);
            throw new UploadRejectedException(Rejection.MalformedManifest(fault.Message));
        }
        catch (BlobChangedException)
        {
            await staged.DiscardAsync(parts, cancellationToken);
            throw;
        }

        async Task<PreparedPart> PrepareAsync(int part, IReadOnlyList<RequestedAct> acts)
        {
            var upload = new StagedUpload(source, issuer, manifest.LastModified, new AnswerForm(UploadKind.Manifest, part), acts);
            if (part == 0 && acts.Count <= RepeatedIssues.MaxLines)
                upload = upload with { Repeats = await repeated.AreAllAsync(upload, from: 0, cancellationToken) };
            return await staged.PrepareAsync(upload, cancellationToken);
        }
    }

    private static RequestedAct? Read(Line line, DigestAlgorithm? listAlgorithm, Terms terms, IReadOnlySet<Digest> revoked)
    {
        if (line.Number > MaxLines)
            throw line.Fault(0, $"a manifest has at most {MaxLines} lines");
        if ((listAlgorithm is null ? ManifestLine.Parse(line, terms) : OfList(line, listAlgorithm, terms)) is not { } act)
            return null;
        if (act.Digests[0].IsOfNothing)
            throw line.Fault(0, "this is the digest of an empty document, which cannot be issued");
        return revoked.Contains(act.Digests[0])
            ? throw line.Fault(0, "this document was issued and revoked; it cannot be issued again")
            : act;
    }

    private static RequestedAct? OfList(Line line, DigestAlgorithm algorithm, Terms terms) =>
        DigestListLine.Parse(line, algorithm) is not { } listed
            ? null
            : new RequestedAct(ActKind.Issue, line.Number - 1)
            {
                Digests = [listed.Digest],
                FileName = listed.FileName,
                Type = terms.Type,
                ValidFrom = terms.ValidFrom,
                Expires = terms.Expires,
            };
}

/// <summary>Lines of a manifest, each document once for the same terms.</summary>
internal sealed class ManifestPart
{
    private readonly List<RequestedAct> _acts = new(ManifestIntake.PartLength);
    private readonly Dictionary<(Digest, string?, string?, DateTimeOffset?, DateTimeOffset?), int> _listed = [];
    private readonly Dictionary<Digest, int> _terms = [];
    private readonly Dictionary<int, List<ListedLine>> _also = [];

    /// <summary>How many lines there are.</summary>
    public int Lines { get; private set; }

    /// <summary>Adds a line.</summary>
    /// <exception cref="LineException">The document is listed on more terms than an issuer may give it.</exception>
    public void Add(Line line, RequestedAct act)
    {
        Lines++;
        var digest = act.Digests[0];
        var key = (digest, act.Reference, act.Type, act.ValidFrom, act.Expires);
        if (_listed.TryGetValue(key, out var first))
        {
            if (!_also.TryGetValue(first, out var lines))
                _also.Add(first, lines = []);
            lines.Add(new ListedLine(act.Position, act.FileName));
            return;
        }

        var terms = _terms[digest] = _terms.GetValueOrDefault(digest) + 1;
        if (terms > DocumentActs.MaxActs)
            throw line.Fault(0, $"the document is listed on more than {DocumentActs.MaxActs} terms");
        _listed.Add(key, _acts.Count);
        _acts.Add(act);
    }

    /// <summary>Takes what was added, and begins anew.</summary>
    public IReadOnlyList<RequestedAct> Take()
    {
        foreach (var (first, lines) in _also)
            _acts[first] = _acts[first] with { Also = lines };
        RequestedAct[] acts = [.. _acts];
        _also.Clear();
        _acts.Clear();
        _listed.Clear();
        _terms.Clear();
        Lines = 0;
        return acts;
    }
}
