using System.Text;

namespace TrueCopy.Receipts.Tests.Standing;

/// <summary>A receipt with status proves how the document stands, and nothing that is not so.</summary>
public sealed class StatusProofTests
{
    private readonly StatusLog _log = new();

    [Fact]
    public void A_receipt_with_status_proves_how_its_document_stands_as_of_its_checkpoint()
    {
        var indexes = new Dictionary<EntryStatus, long>();
        foreach (var status in Enum.GetValues<EntryStatus>())
            indexes[status] = _log.Issue(status.ToString());
        _log.Act(ActKind.Suspend, indexes[EntryStatus.Suspended], 1);
        _log.Act(ActKind.Supersede, indexes[EntryStatus.Superseded], 1);
        _log.Act(ActKind.Revoke, indexes[EntryStatus.Revoked], 1);
        _log.Issue("Reissued", 1, replaces: indexes[EntryStatus.Reissued]);
        Fill(300);
        _log.End();
        foreach (var (status, index) in indexes)
        {
            var proven = Check(_log.Receipt(index), status.ToString()).Status;
            Assert.Equal((status, null, false), (proven.Status, proven.Missing, proven.IsBeforeStatus));
            Assert.NotNull(proven.At);
        }
    }

    [Fact]
    public void A_receipt_without_status_proves_the_issue_and_says_that_it_proves_no_standing()
    {
        var index = _log.Issue("document");
        _log.End();
        var check = Check(_log.Receipt(index, null), "document");
        Assert.Equal(((EntryStatus?)null, index), (check.Status.Status, check.Index));
        Assert.Contains("not that it still stands", check.Status.Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void A_receipt_with_status_survives_being_written_and_read()
    {
        var index = _log.Issue("document");
        Fill(200);
        _log.End();
        var receipt = _log.Receipt(index);
        var read = Receipt.Parse(receipt.Encode());
        Assert.Equal(receipt.Encode(), read.Encode());
        Assert.Equal(EntryStatus.Stands, Check(read, "document").Status.Status);
        var extra = Encoding.UTF8.GetString(read.Proof.Extra!.Value.Span);
        var proof = _log.Status(index);
        Assert.EndsWith(
            $$$""","status":{"entry":"{{{Base64(proof.Entry)}}}","path":"{{{Base64(proof.Path)}}}","page":"{{{Base64(proof.Page)}}}","pagePath":"{{{Base64(proof.PagePath)}}}"}}""",
            extra,
            StringComparison.Ordinal);
        static string Base64(ReadOnlyMemory<byte> bytes) => Convert.ToBase64String(bytes.Span);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(false, "lost, 遗失, \"stolen\" <b> + \ud83d\ude00")]
    [InlineData(true, "")]
    public void A_receipt_that_is_written_at_once_has_the_bytes_of_one_that_is_put_together_and_the_JSON_of_any_other_writer(bool successor, string? note)
    {
        var index = _log.Issue("document");
        Fill(200);
        _log.End();
        foreach (var status in (StatusProof?[])[null, _log.Status(index)])
        {
            var receipt = _log.Receipt(index);
            var other = successor ? new Digest(DigestAlgorithm.Sha512, new byte[64]) : null;
            var made = Receipt.Create(index, receipt.Entry, receipt.Opening, other, note, receipt.Proof.Path, receipt.Proof.Checkpoint, status);
            var written = new System.Buffers.ArrayBufferWriter<byte>();
            Receipt.Write(written, index, receipt.Entry.Span, receipt.Opening, other, note, [.. receipt.Proof.Path], receipt.Proof.Checkpoint.Span, status is null ? [] : status.ToJson());
            Assert.Equal(Encoding.UTF8.GetString(made.Encode()), Encoding.UTF8.GetString(written.WrittenSpan));
            written.Clear();
            var checkpoint = System.Text.Json.JsonEncodedText.Encode(receipt.Proof.Checkpoint.Span, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
            Receipt.WriteJson(written, index, receipt.Entry.Span, receipt.Opening, other, note, [.. receipt.Proof.Path], checkpoint.EncodedUtf8Bytes, InParts(status));
            Assert.Equal(Encoding.UTF8.GetString(made.Encode()), System.Text.Json.JsonSerializer.Deserialize<string>(written.WrittenSpan));
            Assert.Equal(System.Text.Json.JsonSerializer.Serialize(new Extra(receipt.Entry, receipt.Opening.Hex, other?.ToString(), note, status), AsReceipts), Encoding.UTF8.GetString(made.Proof.Extra!.Value.Span));
        }
    }

    // As whoever answers many under one checkpoint writes it.
    private static byte[] InParts(StatusProof? status)
    {
        if (status is null)
            return [];
        var beginning = StatusProof.BeginJson(status.Entry.Span, status.Path.Span);
        var json = new byte[beginning.Length + StatusProof.MaxEndLength];
        return json[..StatusProof.WriteJson(json, beginning, status.Page.Span, status.PagePath.Span)];
    }

    private static readonly System.Text.Json.JsonSerializerOptions AsReceipts = new()
    {
        PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private sealed record Extra(ReadOnlyMemory<byte> Entry, string Opening, string? Successor, string? Note, StatusProof? Status);

    [Fact]
    public void Whatever_bit_of_a_status_is_altered_it_proves_nothing()
    {
        const int Bits = 400;
        var index = _log.Issue("document");
        _log.Act(ActKind.Suspend, index, 1);
        Fill(300);
        _log.End();
        var proof = _log.Status(index);
        AssertEachBit(proof.Entry, bytes => proof with { Entry = bytes });
        AssertEachBit(proof.Path, bytes => proof with { Path = bytes });
        AssertEachBit(proof.Page, bytes => proof with { Page = bytes });
        AssertEachBit(proof.PagePath, bytes => proof with { PagePath = bytes });
        AssertRefused(index, proof with { Path = proof.Path[32..] });
        AssertRefused(index, proof with { PagePath = proof.PagePath[32..] });
        AssertRefused(index, proof with { PagePath = default });
        TestContext.Current.TestOutputHelper?.WriteLine($"at most {Bits} bits of each part, seed {Extent.Seed}");

        void AssertEachBit(ReadOnlyMemory<byte> bytes, Func<byte[], StatusProof> with)
        {
            Assert.False(bytes.IsEmpty);
            foreach (var bit in Extent.SampleOf([.. Enumerable.Range(0, 8 * bytes.Length)], Bits))
            {
                var altered = bytes.ToArray();
                altered[bit / 8] ^= (byte)(1 << (bit % 8));
                AssertRefused(index, with(altered));
            }
        }
    }

    [Fact]
    public void A_page_of_another_entry_of_another_time_or_of_another_log_proves_nothing()
    {
        var index = _log.Issue("document");
        Fill(300);
        _log.End();
        var before = _log.Status(index);
        _log.Act(ActKind.Revoke, index, 1);
        _log.End();
        var now = _log.Status(index);
        Assert.Equal(EntryStatus.Revoked, Check(_log.Receipt(index), "document").Status.Status);

        // A page of those that stand, and the status of before the revocation.
        AssertRefused(index, _log.Status(200));
        AssertRefused(index, before);
        AssertRefused(index, now with { Page = before.Page, PagePath = before.PagePath });
        var other = new StatusLog();
        other.Issue("document");
        other.End();
        AssertRefused(index, other.Status(1));
        AssertRefused(index, now with { Page = other.Status(1).Page });
    }

    [Fact]
    public void The_status_that_counts_is_the_last_entry_of_the_checkpoint_and_no_earlier_one()
    {
        var index = _log.Issue("document");
        _log.End();
        var before = _log.Status(index);
        _log.Act(ActKind.Revoke, index, 1);
        _log.Log.Publish();

        // The checkpoint ends with a revocation: what is before it, with a path that holds, is not the status now.
        AssertRefused(index, before);
        AssertRefused(index, _log.Status(index));
    }

    [Fact]
    public void A_status_entry_that_covers_anything_else_than_all_before_it_proves_nothing()
    {
        var index = _log.Issue("document");
        foreach (var lie in new Func<Entry, Entry>[]
        {
            entry => entry with { Covers = entry.Covers - 1 },
            entry => entry with { Covers = entry.Covers + 1 },
            entry => entry with { Covers = null },
            entry => entry with { Root = entry.Root!.ToUpperInvariant() },
            entry => entry with { Root = entry.Root![..62] },
            entry => entry with { Root = new string('0', 64) },
            entry => entry with { From = -1 },
            entry => entry with { Kind = ActKind.Issue },
        })
        {
            _log.End(lie);
            AssertRefused(index, _log.Status(index));
        }

        _log.End();
        Assert.Equal(EntryStatus.Stands, Check(_log.Receipt(index), "document").Status.Status);
    }

    [Fact]
    public void An_issue_of_before_the_log_kept_status_is_proven_to_be_that_and_no_more()
    {
        var log = new StatusLog(from: 3);
        var old = log.Issue("old");
        log.Issue("filler");
        var young = log.Issue("young");
        log.End();
        Assert.Equal(EntryStatus.Stands, Check(log, young, "young").Status);
        var proven = Check(log, old, "old");
        Assert.Equal((null, true), (proven.Status, proven.IsBeforeStatus));
        Assert.NotNull(proven.Contradicts(Verdict.Verified));
        Assert.Null(proven.Contradicts(Verdict.Revoked));

        static ProvenStatus Check(StatusLog log, long index, string document) =>
            ReceiptCheck.Run(Receipt.Parse(log.Receipt(index).Encode()), StatusLog.Document(document), log.Keys).Status;
    }

    [Fact]
    public void The_receipt_of_an_act_has_no_standing_and_is_refused_with_one()
    {
        var index = _log.Issue("document");
        var opening = Opening.Create();
        var revocation = _log.Add(StatusLog.ActOn(ActKind.Revoke, index, 1) with { Algorithm = "sha-256", Commitment = opening.Commit(StatusLog.Document("document")) }, opening);
        _log.End();
        Assert.Equal(ProvenStatus.OfAct, Check(_log.Receipt(revocation, null), "document").Status);
        AssertRefused(revocation, _log.Status(revocation));
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("\"page\":\"", "\"page\":\"AAAA")]
    [InlineData("\"pagePath\":\"", "\"pagePath\":\"AAAA")]
    [InlineData("\"path\":\"", "\"path\":\"AAAA")]
    [InlineData("\"page\":\"", "\"page\":\"\",\"page\":\"")]
    [InlineData("\"status\":{", "\"status\":{},\"status\":{")]
    [InlineData("\"status\":{", "\"status\":{\"x\":{\"y\":1},")]
    [InlineData("\"status\":{\"entry\":\"", "\"status\":{\"entry\":\"*")]
    public void A_malformed_status_is_no_receipt(string part, string instead)
    {
        var index = _log.Issue("document");
        Fill(200);
        _log.End();
        var receipt = _log.Receipt(index);
        var extra = Encoding.UTF8.GetString(receipt.Proof.Extra!.Value.Span);
        var altered = part.Length == 0 ? instead : extra.Replace(part, instead, StringComparison.Ordinal);
        Assert.NotEqual(extra, altered);
        Assert.Throws<LogFormatException>(() => Receipt.Parse((receipt.Proof with { Extra = Encoding.UTF8.GetBytes(altered) }).Encode()));
    }

    [Fact]
    public void A_path_longer_than_any_tree_has_is_no_receipt()
    {
        var index = _log.Issue("document");
        _log.End();
        var whole = _log.Status(index) with { PagePath = new byte[64 * 32] };
        Assert.Throws<LogFormatException>(() => Receipt.Parse(_log.Receipt(index, whole).Encode()));
        Receipt.Parse(_log.Receipt(index, whole with { PagePath = new byte[63 * 32] }).Encode());
    }

    [Theory]
    [InlineData(EntryStatus.Stands, Verdict.Verified, Verdict.Expired, Verdict.NotYetValid)]
    [InlineData(EntryStatus.Suspended, Verdict.Suspended)]
    [InlineData(EntryStatus.Superseded, Verdict.Superseded)]
    [InlineData(EntryStatus.Revoked, Verdict.Revoked)]
    [InlineData(EntryStatus.Reissued)]
    [InlineData((EntryStatus)5)]
    [InlineData((EntryStatus)15)]
    public void A_verdict_counts_only_with_the_status_that_it_says(EntryStatus status, params Verdict[] verdicts)
    {
        var index = _log.Issue("document");
        var tree = new StatusTree(_log.Size, []) { [index] = status };
        _log.End(entry => entry with { Root = Convert.ToHexStringLower(tree.Root().Bytes) });
        var proven = Check(_log.Receipt(index, _log.Status(index) with { Page = tree.Page(0) }), "document").Status;
        Assert.Equal(status, proven.Status);
        Assert.Equal(verdicts.Order(), Enum.GetValues<Verdict>().Where(verdict => proven.Contradicts(verdict) is null));
        Assert.All(Enum.GetValues<Verdict>(), verdict => Assert.NotNull(ProvenStatus.None.Contradicts(verdict)));
    }

    private void Fill(int count)
    {
        for (var i = 0; i < count; i++)
            _log.Issue($"filler {i}");
    }

    private ReceiptCheck Check(Receipt receipt, string document) => ReceiptCheck.Run(receipt, StatusLog.Document(document), _log.Keys);

    private void AssertRefused(long index, StatusProof status)
    {
        var receipt = _log.Receipt(index, status);
        var exception = Assert.Throws<ReceiptException>(() => ReceiptCheck.Run(receipt, StatusLog.Document("document"), _log.Keys));
        Assert.Equal(ReceiptFault.Status, exception.Fault);
    }
}
