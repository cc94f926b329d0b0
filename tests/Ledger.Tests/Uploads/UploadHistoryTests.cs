using System.Text;

namespace TrueCopy.Ledger.Tests.Uploads;

/// <summary>What an issuer sees of its own uploads.</summary>
public sealed class UploadHistoryTests
{
    private readonly InMemoryWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_upload_is_told_with_what_came_of_it_newest_first()
    {
        await using var service = _world.Start();
        await UploadAsync(service, "a.pdf", "a");
        await UploadAsync(service, "SHA256SUMS", "nonsense\n");
        await UploadAsync(service, "list.sha256", $"{new string('a', 64)}  x\n");
        await UploadAsync(service, "some.acts.jsonl", Revoke("a") + Revoke("never issued"));
        await ExpireWaitAsync(service);
        _world.Inbox.Put("issuer-bank", "waiting.pdf", [1]);

        var history = await ReadAsync();
        Assert.Equal(
            [
                ("waiting.pdf", UploadKind.Document, UploadState.Waiting),
                ("some.acts.jsonl", UploadKind.ActList, UploadState.PartlyRejected),
                ("list.sha256", UploadKind.Manifest, UploadState.Answered),
                ("SHA256SUMS", UploadKind.Manifest, UploadState.Rejected),
                ("a.pdf", UploadKind.Document, UploadState.Answered),
            ],
            history.Uploads.Select(upload => (upload.Path, upload.Kind, upload.State)));
        Assert.Equal(3, Assert.Single(history.Uploads[4].Receipts).LogIndex);
        Assert.Equal(2, Assert.Single(history.Uploads[1].Rejection!.Lines!).Line);
        Assert.Contains("line 1", history.Uploads[3].Rejection!.Detail, StringComparison.Ordinal);
        Assert.True(history.Complete);
        Assert.Equal(5, history.Total);
    }

    // A storage that only the service writes to is not one in which nothing is ever damaged.
    [Theory]
    [InlineData("no index", "logindex", "soon", "{}")]
    [InlineData("an index out of range", "logindex", "99999999999999999999", "{}")]
    [InlineData("no JSON", "sourceat", "soon", "cut o")]
    [InlineData("other JSON", "sourceat", "soon", "[]")]
    [InlineData("JSON without a type", "sourceat", "soon", "{}")]
    [InlineData("no Unicode", "sourceat", "soon", "{\"type\":\"\\ud800\",\"title\":\"t\"}")]
    [InlineData("nothing", "sourceat", "soon", "")]
    [InlineData("no version", "sourceetag", null, "{}")]
    public async Task A_damaged_answer_hides_no_other(string what, string key, string? value, string rejection)
    {
        await using var service = _world.Start();
        await UploadAsync(service, "a.pdf", "a");
        var damaged = _world.Inbox.Put("issuer-bank", "damaged.pdf", [1]);
        var metadata = new Dictionary<string, string> { [AnswerMetadata.SourceETag] = damaged.ETag };
        metadata.Remove(key);
        if (value is not null)
            metadata[key] = value;
        var answer = key == AnswerMetadata.LogIndex ? AnswerPath.Receipt(damaged.Path, DigestAlgorithm.Sha256) : AnswerPath.Rejection(damaged.Path);
        _world.Inbox.Put(new BlobAddress("answers-bank", answer), Samples.Bytes(rejection), metadata);
        var history = await ReadAsync();
        Assert.True(history.Complete, what);
        Assert.Equal(["a.pdf", "damaged.pdf"], history.Uploads.Select(upload => upload.Path).Order());
        Assert.Equal(UploadState.Answered, history.Uploads.Single(upload => upload.Path == "a.pdf").State);
        Assert.Equal(3, Assert.Single(history.Uploads.Single(upload => upload.Path == "a.pdf").Receipts).LogIndex);
    }

    [Fact]
    public async Task Counts_are_by_day_and_of_everything_whatever_the_page()
    {
        await using var service = _world.Start();
        for (var i = 0; i < 3; i++)
            await UploadAsync(service, $"{i}.pdf", $"{i}");
        _world.Time.Advance(TimeSpan.FromDays(2));
        await UploadAsync(service, "SHA256SUMS", "nonsense\n");
        var page = await ReadAsync(offset: 1, limit: 2);
        Assert.Equal(["2.pdf", "1.pdf"], page.Uploads.Select(upload => upload.Path));
        Assert.Equal(4, page.Total);
        Assert.Equal([new UploadDayDocument("2026-11-23", 3, 0, 0), new UploadDayDocument("2026-11-25", 0, 1, 0)], page.Days);
        Assert.Equal(["1.pdf"], (await ReadAsync("1")).Uploads.Select(upload => upload.Path));
    }

    [Fact]
    public async Task Uploads_are_found_by_what_is_in_their_names_and_what_came_of_them_and_counted_so()
    {
        await using var service = _world.Start();
        await UploadAsync(service, "2026/Loan-1.pdf", "1");
        await UploadAsync(service, "2026/card-2.pdf", "2");
        await UploadAsync(service, "2026/loans.sha256", "nonsense\n");
        var found = await ReadAsync(new UploadFilter("2026/", "LOAN"));
        Assert.Equal(["2026/loans.sha256", "2026/Loan-1.pdf"], found.Uploads.Select(upload => upload.Path));
        Assert.Equal((2, new UploadDayDocument("2026-11-23", 1, 1, 0)), (found.Total, Assert.Single(found.Days)));
        Assert.Equal("2026/loans.sha256", Assert.Single((await ReadAsync(new UploadFilter(Contains: "loan", State: UploadState.Rejected))).Uploads).Path);
        Assert.Empty((await ReadAsync(new UploadFilter(State: UploadState.Waiting))).Uploads);

        // By its digest a document's verdict can be asked for.
        var receipt = Assert.Single(found.Uploads[1].Receipts);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("1"u8)), receipt.Digest);
    }

    [Fact]
    public async Task An_answer_to_a_version_that_was_replaced_does_not_count_for_the_new_one()
    {
        await using var service = _world.Start();
        await UploadAsync(service, "a.pdf", "old");
        _world.Inbox.Put("issuer-bank", "a.pdf", [2]);
        Assert.Equal(UploadState.Waiting, Assert.Single((await ReadAsync()).Uploads).State);
    }

    [Fact]
    public async Task A_document_that_retention_removed_is_still_told_of()
    {
        _world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "The bank Ltd", ["jurisdiction"] = "HK", ["retention"] = "delete" });
        await using var service = _world.Start();
        await UploadAsync(service, "a.pdf", "a");
        var upload = Assert.Single((await ReadAsync()).Uploads);
        Assert.Equal((UploadState.Answered, "deleted", null), (upload.State, upload.Document, upload.Length));
        Assert.Equal("a.pdf", upload.Path);
    }

    [Fact]
    public async Task A_name_that_is_answered_under_its_hash_is_found_whatever_the_prefix()
    {
        await using var service = _world.Start();
        var path = "long/" + new string('x', 1000);
        await UploadAsync(service, path, "a");
        Assert.Equal(UploadState.Answered, Assert.Single((await ReadAsync("long/")).Uploads).State);
        Assert.Empty((await ReadAsync("other/")).Uploads);

        // Once it is gone, nothing but its hash is left of its name.
        _world.Inbox.Delete("issuer-bank", path);
        Assert.Matches("^~[0-9a-f]{64}$", Assert.Single((await ReadAsync()).Uploads).Path);
    }

    [Fact]
    public async Task The_service_looks_at_so_many_and_says_when_there_are_more()
    {
        for (var i = 0; i <= UploadHistory.MaxListed; i++)
            _world.Inbox.Put("issuer-bank", $"{i:d5}.pdf", []);
        var history = await ReadAsync();
        Assert.False(history.Complete);
        Assert.Equal(UploadHistory.MaxListed, history.Total);
        Assert.Equal(4, _world.Operations.Log.Count(name => name.EndsWith(".list", StringComparison.Ordinal)));
    }

    private async Task UploadAsync(InMemoryService service, string path, string content)
    {
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await service.Intake.HandleAsync(_world.Upload("bank", path, Encoding.UTF8.GetBytes(content)), Stop);
    }

    private static string Revoke(string content) =>
        $$"""{"act":"revoke","algorithm":"sha-256","digest":"{{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(content)))}}","reason":"unspecified"}""" + "\n";

    // A line about a document that never comes is refused once it has waited long enough.
    private async Task ExpireWaitAsync(InMemoryService service)
    {
        _world.Time.Advance(TimeSpan.FromHours(1));
        await service.Sequencer.DrainAsync(Stop);
    }

    private Task<UploadsDocument> ReadAsync(string prefix = "", int offset = 0, int limit = UploadHistory.MaxPage) => ReadAsync(new UploadFilter(prefix), offset, limit);

    private Task<UploadsDocument> ReadAsync(UploadFilter filter, int offset = 0, int limit = UploadHistory.MaxPage) =>
        new UploadHistory(_world.Inbox, _world.Ledger.Index, _world.Time).ReadAsync("bank", filter, offset, limit, Stop);
}
