using System.Net;
using TrueCopy.Client;
using TrueCopy.Client.Handovers;
using static TrueCopy.Sdk.Tests.Clients;

namespace TrueCopy.Sdk.Tests.Handovers;

/// <summary>Holder and receiver come to the end by a service, and believe nothing that it says without proof.</summary>
public sealed class HandoverClientTests : IDisposable
{
    private readonly AgeIdentity _identity = AgeIdentity.Create();
    private readonly StubService _service = new();
    private readonly HandoverSecret _secret = HandoverSecret.Create();
    private readonly TrueCopyClient _client;
    private readonly byte[] _document = Content(0);
    private byte[] _file = [];

    public HandoverClientTests()
    {
        Assert.True(EncryptionKey.TryParse(_identity.Recipient, out var key));
        _service.World.AddReceiver("lender", key);
        _client = Of(_service, options =>
        {
            options.AccessToken = "let-me-in";
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
        });
    }

    public void Dispose()
    {
        _client.Dispose();
        _service.Dispose();
    }

    [Fact]
    public async Task A_package_goes_from_the_holder_to_the_receiver_who_accepts_and_uses_it_until_it_is_withdrawn()
    {
        var (package, trace) = await SendAsync();
        Assert.Equal((HandoverState.Sent, "lender", 1), (trace.State, trace.Receiver, trace.Steps.Count));

        var waiting = Assert.Single(await _client.Handovers.ListAsync("lender", Stop).ToListAsync(Stop));
        Assert.Equal((_secret.Id, HandoverState.Sent, package.Length), (waiting.Id, waiting.State, waiting.Length));
        using var fetched = new MemoryStream();
        await _client.Handovers.FetchAsync("lender", waiting.Id, fetched, cancellationToken: Stop);
        await using var opened = await OpenedPackage.OpenAsync(fetched, [_identity], Stop);
        PackageReview.RequireConsent(opened.Consent, opened.Identity, "lender", InMemoryWorld.Origin, (await _client.Handovers.ReceiversAsync(Stop)).Single(), _service.World.Time.GetUtcNow());
        var reviewed = Assert.Single(await PackageReview.RunAsync(_client, opened, _ => new MemoryStream(_document), _service.World.EveryVerifier, _service.Clock, Stop));
        Assert.Equal((Verdict.Verified, EntryStatus.Stands), (reviewed.Answer.Verdict, reviewed.Receipt!.Status.Status));

        var known = KnownHandover.Of(opened.ConsentFile);
        trace = await _client.Handovers.ActAsync("lender", waiting.Id, new HandoverActDocument(ActKind.Received, opened.Proof), known, Stop);
        Assert.Equal(HandoverState.Received, trace.State);
        PackageReview.RequireUse(opened.Consent, HandoverPurpose.Credit, trace, _service.World.Time.GetUtcNow());
        var use = new HandoverActDocument(ActKind.Used, Purpose: "credit", Use: new string('7', 32));
        await _client.Handovers.ActAsync("lender", waiting.Id, use, known, Stop);
        trace = await _client.Handovers.ActAsync("lender", waiting.Id, use, known, Stop);
        Assert.Equal([ActKind.Handover, ActKind.Received, ActKind.Used], trace.Steps.Select(step => step.Entry.Kind));
        Assert.Equal(HandoverPurpose.Credit, trace.Steps[2].Note!.Purpose);

        trace = await _client.Handovers.WithdrawAsync(_secret, Stop);
        Assert.Equal(HandoverState.Withdrawn, trace.State);
        Assert.Equal(PackageFault.Party, Assert.Throws<PackageException>(() => PackageReview.RequireUse(opened.Consent, HandoverPurpose.Credit, trace, _service.World.Time.GetUtcNow())).Fault);
        var refused = await Assert.ThrowsAsync<NoAnswerException>(() => _client.Handovers.ActAsync("lender", waiting.Id, use with { Use = new string('8', 32) }, known, Stop));
        Assert.Equal((HttpStatusCode.Conflict, "urn:truecopy:problem:withdrawn-already"), (refused.Status, refused.Problem!.Type));
        Assert.All(_service.Handovers.Tokens, token => Assert.Equal("Bearer let-me-in", token));
        Assert.DoesNotContain(_service.Asked, path => path.Contains(package.Digest.Hex, StringComparison.Ordinal) || path.Contains(DigestOf(0).Hex, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_package_whose_answer_was_lost_is_not_sent_twice()
    {
        _service.Handovers.LoseAnswers.Enqueue(true);
        var (_, trace) = await SendAsync();
        Assert.Equal(HandoverState.Sent, trace.State);
        Assert.Equal(2, _service.Asked.Count(path => path == "/v1/handovers"));
    }

    [Fact]
    public async Task A_service_that_took_another_package_in_is_found_out()
    {
        _service.Handovers.LieAboutTrace = _ => throw new InvalidOperationException("not asked yet");
        var other = new Parcel("another");
        await other.SendAsync(_service.World, _service.World.Start(), Stop);
        _service.Handovers.LieAboutTrace = trace => trace;
        var shown = (await _client.Handovers.TraceAsync(other.Id, new KnownHandover(), Stop))!;
        Assert.Equal(HandoverState.Sent, shown.State);
        await FaultAsync("another handover than that of the trace link", other.Id, KnownHandover.Of(_secret));
        await FaultAsync("another package, with another consent", other.Id, KnownHandover.Of("{}"u8.ToArray()));
        await FaultAsync("of another package", other.Id, new KnownHandover(Package: DigestOf(5)));
    }

    [Fact]
    public async Task What_a_trace_says_and_no_receipt_proves_is_refused()
    {
        await SendAsync();
        var sent = (await _client.Handovers.TraceAsync(_secret.Id, KnownHandover.Of(_secret), Stop))!;
        await _client.Handovers.WithdrawAsync(_secret, Stop);
        (string Rule, Func<TraceDocument, TraceDocument> Lie)[] lies =
        [
            ("what the log does not", trace => trace with { State = HandoverState.Received }),
            ("what the log does not", trace => trace with { State = HandoverState.Sent }),
            ("what the log does not", trace => trace with { Events = [trace.Events[0]] }),
            ("nothing was handed over before", trace => trace with { Events = [trace.Events[1]] }),
            ("not shown in the order of the log", trace => trace with { Events = [trace.Events[0], trace.Events[0]] }),
            ("nothing of the kind comes after it was withdrawn", trace => trace with { Events = [.. trace.Events, trace.Events[1] with { LogIndex = trace.Events[1].LogIndex }] }),
            ("something else than what it comes with", trace => trace with { Events = [trace.Events[0], trace.Events[1] with { Act = ActKind.Received }] }),
            ("something else than what it comes with", trace => trace with { Events = [trace.Events[0] with { At = trace.Events[0].At.AddDays(1) }, trace.Events[1]] }),
            ("about another handover", trace => trace with { Id = new string('0', 64) }),
            ("what the log does not", trace => trace with { Events = [] }),
        ];
        foreach (var (rule, lie) in lies)
        {
            _service.Handovers.LieAboutTrace = lie;
            await FaultAsync(rule == "nothing of the kind comes after it was withdrawn" ? "order of the log" : rule, _secret.Id, KnownHandover.Of(_secret));
        }

        Assert.Equal(HandoverState.Sent, sent.State);
    }

    [Fact]
    public async Task A_receiver_whose_key_the_service_swaps_is_not_taken()
    {
        await PublishReceiversAsync();
        var other = AgeIdentity.Create().Recipient;
        _service.Handovers.LieAboutReceivers = said => new ReceiversDocument([said.Receivers[0] with { EncryptionKey = other }]);
        Assert.Contains("something else of a receiver than the log", (await Assert.ThrowsAsync<ReceiptException>(() => _client.Handovers.ReceiversAsync(Stop))).Message, StringComparison.Ordinal);

        // The proof of before, once the key was changed: what gave way is not proven any more.
        ReceiversDocument? before = null;
        _service.Handovers.LieAboutReceivers = said => before = said;
        Assert.Equal(_identity.Recipient, Assert.Single(await _client.Handovers.ReceiversAsync(Stop)).EncryptionKey);
        _service.World.AddReceiver("lender", new byte[32]);
        await PublishReceiversAsync();
        _service.Handovers.LieAboutReceivers = said => said;
        Assert.NotEqual(_identity.Recipient, Assert.Single(await _client.Handovers.ReceiversAsync(Stop)).EncryptionKey);
        _service.World.Time.Advance(Freshness.Lag);
        _service.Handovers.LieAboutReceivers = _ => before!;
        Assert.Equal(LogChange.Rollback, (await Assert.ThrowsAsync<LogChangedException>(() => _client.Handovers.ReceiversAsync(Stop))).Change);
    }

    [Theory]
    [InlineData("http://handovers.example/receiver-lender/a?sp=c")]
    [InlineData("ftp://handovers.example/a")]
    [InlineData("/v1/verify")]
    [InlineData("file:///etc/passwd")]
    public async Task A_package_goes_nowhere_but_over_TLS(string address)
    {
        _service.Handovers.LieAboutAddress = _ => address;
        var refused = await Assert.ThrowsAsync<NoAnswerException>(SendAsync);
        Assert.Contains("no address of storage to which a package may go", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sp=c", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_that_storage_cut_off_or_changed_is_not_opened()
    {
        var (package, _) = await SendAsync();
        foreach (var change in (Func<byte[], byte[]>[])[file => file[..^1], file => [.. file, 0]])
        {
            _service.Handovers.ChangePackage = change;
            await Assert.ThrowsAsync<NoAnswerException>(() => _client.Handovers.FetchAsync("lender", _secret.Id, new MemoryStream(), cancellationToken: Stop));
        }

        _service.Handovers.ChangePackage = file => [.. file[..^1], (byte)(file[^1] ^ 1)];
        using var fetched = new MemoryStream();
        await _client.Handovers.FetchAsync("lender", _secret.Id, fetched, cancellationToken: Stop);
        Assert.Equal(package.Length, fetched.Length);
        Assert.Equal(PackageFault.Format, (await Assert.ThrowsAsync<PackageException>(() => OpenedPackage.OpenAsync(fetched, [_identity], Stop))).Fault);
    }

    [Fact]
    public void A_trace_link_is_read_as_it_was_written_and_nothing_else_is_one()
    {
        var link = _secret.Link(new Uri("https://user:word@verify.example/?q=1")).ToString();
        Assert.StartsWith("https://verify.example/#trace=", link, StringComparison.Ordinal);
        Assert.True(HandoverSecret.TryParse(link, out var read));
        Assert.Equal((_secret.Id, _secret.WithdrawKey), (read.Id, read.WithdrawKey));
        Assert.DoesNotContain(link.Split("trace=")[1], $"{_secret}", StringComparison.Ordinal);
        foreach (var bad in (string[])[link[..^1], link + "A", _secret.Id, "", "#trace=", link.Replace("#trace", "#digest", StringComparison.Ordinal)])
            Assert.False(HandoverSecret.TryParse(bad, out _), bad);
    }

    private async Task<(SealedPackage Package, HandoverTrace Trace)> SendAsync()
    {
        await _service.IssueAsync(_document);
        var answer = await _client.VerifyAsync(DigestOf(0), Stop);
        await PublishReceiversAsync();
        var receiver = (await _client.Handovers.ReceiversAsync(Stop)).Single();
        var stated = new ConsentDocument("a.bin", _document.Length, answer.Digest.ToString(), "verified", true);
        var consent = Packages.ConsentTo(_identity, [stated]) with
        {
            Handover = _secret.Id,
            Log = InMemoryWorld.Origin,
            Receiver = new ConsentReceiver(receiver.Id, receiver.LegalName, receiver.EncryptionKey, receiver.LogIndex),
        };
        using var file = new MemoryStream();
        var package = await PackageWriter.WriteAsync(file, consent, [new PackageInput(stated, _ => ValueTask.FromResult<Stream>(new MemoryStream(_document)), System.Text.Encoding.UTF8.GetBytes(answer.Results[0].Document.Receipt))], Stop);
        _file = file.ToArray();
        return (package, await _client.Handovers.SendAsync(_secret, "lender", package, () => new MemoryStream(_file), cancellationToken: Stop));
    }

    private async Task FaultAsync(string rule, string id, KnownHandover known) =>
        Assert.Contains(rule, (await Assert.ThrowsAsync<ReceiptException>(() => _client.Handovers.TraceAsync(id, known, Stop))).Message, StringComparison.Ordinal);

    private Task PublishReceiversAsync() => _service.Handovers.PublishReceiversAsync(Stop);
}
