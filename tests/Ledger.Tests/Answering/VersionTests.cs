using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Answering;

/// <summary>What becomes of the receipts of a document whose blob is overwritten or deleted: nothing, for the document still stands.</summary>
public sealed class VersionTests
{
    private readonly InMemoryWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_version_of_a_blob_that_is_overwritten_keeps_its_receipts_and_the_plain_name_is_the_newests()
    {
        _world.AddIssuer("registry", "sm3");
        await using var service = _world.Start();
        var versions = new List<BlobVersion>();
        foreach (var content in (string[])["one", "two", "three"])
            versions.Add(await UploadAsync(service, "registry", "a.pdf", content));

        foreach (var algorithm in (DigestAlgorithm[])[DigestAlgorithm.Sha256, DigestAlgorithm.Sm3])
        {
            var plain = AnswerPath.Receipt("a.pdf", algorithm);
            Assert.Equal(versions[2].ETag, AnswerAt("registry", plain).Metadata[AnswerMetadata.SourceETag]);
            foreach (var (version, content) in versions.Zip((string[])["one", "two", "three"]))
            {
                var name = version == versions[2] ? plain : AnswerPath.OfVersion(plain, version.ETag);
                var receipt = Receipt.Parse(AnswerAt("registry", name).Content);
                if (algorithm == DigestAlgorithm.Sha256)
                    Assert.Equal("registry", ReceiptCheck.Run(receipt, DigestOf(Bytes(content)), _world.EveryVerifier).Entry.Issuer);
            }
        }

        Assert.Equal(2 * 3, AnswersOf("registry").Length);
        await Audit.RunAsync(_world);
        Audit.RequireAnswered(_world);
    }

    [Fact]
    public async Task An_answer_to_an_older_version_that_is_written_late_is_kept_by_its_version()
    {
        await using var service = _world.Start();
        _world.Operations.FailNext("receipt.write", Fault.Before);
        var older = await UploadAsync(service, "bank", "a.pdf", "one");
        var newer = await UploadAsync(service, "bank", "a.pdf", "two");
        Assert.False(_world.Inbox.Keeps(older, AnswerPath.Receipt("a.pdf", DigestAlgorithm.Sha256)));
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await _world.Answers.DeliverAsync(service.Answers, Stop);

        Assert.Equal(newer.ETag, AnswerAt("bank", "receipts/a.pdf.tlog-proof").Metadata[AnswerMetadata.SourceETag]);
        var late = Receipt.Parse(AnswerAt("bank", $"versions/a.pdf/{older.ETag}.tlog-proof").Content);
        Assert.Equal("bank", ReceiptCheck.Run(late, DigestOf(Bytes("one")), _world.EveryVerifier).Entry.Issuer);
    }

    [Fact]
    public async Task Receipts_of_a_long_list_that_another_process_puts_together_once_more_meanwhile_appear_all_the_same()
    {
        var outbox = new Outbox(_world.Inbox, NullLogger<Outbox>.Instance);
        var list = _world.Inbox.Put("issuer-bank", "m.manifest.jsonl", Bytes("list"));
        var whole = new BlobAddress(IssuerContainer.AnswersOf("issuer-bank"), AnswerPath.OfVersion(AnswerPath.Lines("m.manifest.jsonl"), list.ETag));
        await outbox.WriteManifestReceiptsAsync(list, _world.Time.GetUtcNow(), 0, 2, Bytes("{\"line\":1}\n"), Stop);
        var others = 1;
        _world.Operations.Hook = async operation =>
        {
            if (operation is { Moment: Fault.Before } && operation.Name.EndsWith(".copy", StringComparison.Ordinal) && others-- > 0)
                await _world.Inbox.SetMetadataAsync(whole, (await _world.Inbox.FindAsync(whole, Stop))!.Metadata, Stop);
        };
        await outbox.WriteManifestReceiptsAsync(list, _world.Time.GetUtcNow(), 1, 2, Bytes("{\"line\":2}\n"), Stop).WaitAsync(Wait.Limit, Stop);
        Assert.True(others < 0, $"{others}");
        Assert.Equal("{\"line\":1}\n{\"line\":2}\n", Encoding.UTF8.GetString(AnswerAt("bank", AnswerPath.Lines("m.manifest.jsonl")).Content.Span));
    }

    [Fact]
    public async Task A_folder_that_is_uploaded_every_night_leaves_no_receipts_behind_but_those_of_what_it_issued()
    {
        await using var service = _world.Start();
        var list = $"{DigestOf(Bytes("listed")).Hex}  listed\n";
        for (var night = 0; night < 5; night++)
        {
            await UploadAsync(service, "bank", "a.pdf", "one");
            await UploadAsync(service, "bank", "SHA256SUMS", list);
        }

        Assert.Equal(["receipts/SHA256SUMS.jsonl", "receipts/a.pdf.tlog-proof", "versions/SHA256SUMS/*", "versions/a.pdf/*"], AnswersOf("bank").Select(name => name.StartsWith(AnswerPath.VersionsFolder, StringComparison.Ordinal) ? name[..(name.LastIndexOf('/') + 1)] + "*" : name));
        Audit.RequireAnswered(_world);
    }

    [Fact]
    public async Task A_long_list_that_is_overwritten_keeps_its_receipts_whole_and_in_order()
    {
        await using var service = _world.Start();
        var versions = new List<BlobVersion>();
        foreach (var first in (int[])[0, 10_000])
            versions.Add(await UploadAsync(service, "bank", "SHA256SUMS", string.Concat(Enumerable.Range(first, ManifestIntake.PartLength + 1).Select(i => $"{DigestOf(Bytes($"{i}")).Hex}  {i}\n"))));

        foreach (var (version, first) in versions.Zip((int[])[0, 10_000]))
        {
            var lines = Encoding.UTF8.GetString(AnswerAt("bank", AnswerPath.OfVersion("receipts/SHA256SUMS.jsonl", version.ETag)).Content.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(Enumerable.Range(first, ManifestIntake.PartLength + 1).Select(i => $"{i}"), lines.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()));
        }

        Assert.Equal(versions[1].ETag, AnswerAt("bank", "receipts/SHA256SUMS.jsonl").Metadata[AnswerMetadata.SourceETag]);
        Audit.RequireAnswered(_world);
    }

    [Fact]
    public async Task What_is_overwritten_or_deleted_and_not_revoked_is_told_to_its_issuer_as_standing()
    {
        await using var service = _world.Start();
        var one = await UploadAsync(service, "bank", "a.pdf", "one");
        var two = await UploadAsync(service, "bank", "a.pdf", "two");
        Assert.Equal([one.ETag], await StandingAsync("a.pdf"));

        // What is there now is no news; the same bytes again are the same document.
        await UploadAsync(service, "bank", "a.pdf", "two");
        Assert.Equal([one.ETag], await StandingAsync("a.pdf"));

        // A version that is refused takes nothing from the one before.
        await UploadAsync(service, "bank", "a.pdf", "");
        Assert.Equal(2, (await StandingAsync("a.pdf")).Count);

        _world.Inbox.Delete("issuer-bank", "a.pdf");
        Assert.Equal(2, (await StandingAsync("a.pdf")).Count);
        await UploadAsync(service, "bank", "x.acts.jsonl", $$"""{"act":"revoke","algorithm":"sha-256","digest":"{{DigestOf(Bytes("one")).Hex}}"}""");
        var left = Assert.Single(await ToldAsync("a.pdf"));
        Assert.Equal((StandingVersionsDocument.NotRevoked, 5L), (left.Note, Assert.Single(left.Versions[0].Receipts).LogIndex));
        Assert.True(_world.Inbox.All.ContainsKey(new BlobAddress("answers-bank", left.Versions[0].Receipt)));
        await UploadAsync(service, "bank", "y.acts.jsonl", $$"""{"act":"revoke","algorithm":"sha-256","digest":"{{DigestOf(Bytes("two")).Hex}}"}""");
        Assert.Empty(await ToldAsync("a.pdf"));
        Assert.NotEqual(one.ETag, two.ETag);
    }

    [Fact]
    public async Task What_retention_removed_is_no_surprise_and_the_receipts_of_every_version_say_that_it_is_gone()
    {
        _world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "The bank Ltd", ["jurisdiction"] = "HK", ["retention"] = "delete" });
        await using var service = _world.Start();
        var one = await UploadAsync(service, "bank", "a.pdf", "one");
        await UploadAsync(service, "bank", "a.pdf", "two");
        Assert.Empty(await ToldAsync("a.pdf"));
        foreach (var name in (string[])["receipts/a.pdf.tlog-proof", $"versions/a.pdf/{one.ETag}.tlog-proof"])
            Assert.Equal(AnswerMetadata.Deleted, AnswerAt("bank", name).Metadata[AnswerMetadata.Document]);
    }

    [Fact]
    public async Task Receipts_of_older_versions_that_are_lost_or_were_never_kept_are_written_by_the_doctor()
    {
        await using var service = _world.Start();
        var one = await UploadAsync(service, "bank", "a.pdf", "one");
        await UploadAsync(service, "bank", "a.pdf", "two");
        var kept = new BlobAddress("answers-bank", $"versions/a.pdf/{one.ETag}.tlog-proof");
        Assert.True(_world.Inbox.Remove(kept));
        _world.Inbox.Delete("issuer-bank", "a.pdf");

        Assert.False((await ExamineAsync(apply: false)).IsHealthy);
        Assert.False(_world.Inbox.All.ContainsKey(kept));
        await ExamineAsync(apply: true);
        Assert.Equal("bank", ReceiptCheck.Run(Receipt.Parse(_world.Inbox.All[kept].Content), DigestOf(Bytes("one")), _world.EveryVerifier).Entry.Issuer);
        Assert.True((await ExamineAsync(apply: false)).IsHealthy);
    }

    private Task<RecoveryReport> ExamineAsync(bool apply) => _world.Doctor().RunAsync(new DoctorOptions(apply, Receipts: true), null, Stop);

    private async Task<BlobVersion> UploadAsync(InMemoryService service, string issuer, string path, string content)
    {
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var version = _world.Inbox.Put("issuer-" + issuer, path, Bytes(content));
        await service.Intake.HandleAsync(InMemoryWorld.EventOf(version), Stop);
        return version;
    }

    private InMemoryBlob AnswerAt(string issuer, string name) => _world.Inbox.All[new BlobAddress("answers-" + issuer, name)];

    private string[] AnswersOf(string issuer) => [.. _world.Inbox.All.Keys.Where(blob => blob.Container == "answers-" + issuer).Select(blob => blob.Name).Order(StringComparer.Ordinal)];

    private async Task<List<string>> StandingAsync(string path) => [.. (await ToldAsync(path)).SelectMany(told => told.Versions).Select(version => version.Etag)];

    private async Task<List<StandingVersionsDocument>> ToldAsync(string path) =>
        [.. (await new UploadHistory(_world.Inbox, _world.Ledger.Index, _world.Time).ReadAsync("bank", new UploadFilter(path), 0, 10, Stop)).Uploads.Select(upload => upload.Standing).OfType<StandingVersionsDocument>()];
}
