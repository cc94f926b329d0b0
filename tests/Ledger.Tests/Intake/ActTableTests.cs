using System.Text;

namespace TrueCopy.Ledger.Tests.Intake;

/// <summary>Lists of acts as spreadsheets save them: as strict as JSON lines, and as good.</summary>
public sealed class ActTableTests
{
    private readonly InMemoryWorld _world = new();
    private int _uploads;

    private static string Hex(string content) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    public static TheoryData<string, string> Forms => new()
    {
        { "commas", "act,digest,reason,note\nrevoke,HEX,issuedInError,wrong\n" },
        { "semicolons and CRLF", "act;digest;reason;note\r\nrevoke;HEX;issuedInError;wrong\r\n" },
        { "tabs, no last line end", "act\tdigest\treason\tnote\nrevoke\tHEX\tissuedInError\twrong" },
        { "a byte order mark", "\uFEFFact,digest,reason,note\nrevoke,HEX,issuedInError,wrong\n" },
        { "quotes", "\"act\",\"digest\",\"reason\",\"note\"\n\"revoke\",\"HEX\",\"issuedInError\",\"wrong\"\n" },
        { "any case and order", "NOTE;Reason;Digest;Act\nwrong;issuedInError;HEX;revoke\n" },
        { "sep=", "sep=;\r\nact;digest;reason;note\r\nrevoke;HEX;issuedInError;wrong\r\n" },
        { "algorithm", "act,algorithm,digest,reason,note\nrevoke,sha-256,HEX,issuedInError,wrong\n" },
        { "columns and lines of nothing", "act,digest,reason,note,,\nrevoke,HEX,issuedInError,wrong,,\n,,,,,\n\n" },
        { "capitals", "act,digest,reason,note\nrevoke,HEXCAPITALS,issuedInError,wrong\n" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_table_is_done_however_a_spreadsheet_saves_it(string form, string table)
    {
        Assert.NotEmpty(form);
        await using var service = _world.Start();
        await UploadAsync(service, "document.pdf", "document");
        var list = table.Replace("HEXCAPITALS", Hex("document").ToUpperInvariant(), StringComparison.Ordinal).Replace("HEX", Hex("document"), StringComparison.Ordinal);
        Assert.Equal(IntakeOutcome.Staged, await UploadAsync(service, "list.ACTS.csv", list));
        var result = (await service.Verifier.VerifyAsync(DigestOf("document"), TestContext.Current.CancellationToken)).ToDocument().Results[0];
        Assert.Equal((Verdict.Revoked, ReasonCode.IssuedInError, "wrong"), (result.Verdict, result.Reason, result.Note));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_cell_in_quotes_may_hold_separators_and_quotes_and_a_table_in_UTF_16_is_read_as_it_says()
    {
        await using var service = _world.Start();
        await UploadAsync(service, "a", "a");
        await UploadAsync(service, "b", "b", new() { ["reference"] = "loan, 4711" });
        var table = $"act,digest,reference,note\nsuspend,{Hex("a")},,\"he said \"\"no\"\", 余额\"\nsuspend,,\"loan, 4711\",\n";
        Assert.Equal(IntakeOutcome.Staged, await UploadAsync(service, "x.acts.csv", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(table)]));
        Assert.Equal("he said \"no\", 余额", (await service.Verifier.VerifyAsync(DigestOf("a"), TestContext.Current.CancellationToken)).ToDocument().Results[0].Note);
        Assert.Equal(Verdict.Suspended, (await service.Verifier.VerifyAsync(DigestOf("b"), TestContext.Current.CancellationToken)).Verdict);
    }

    // The column is that of the character, as for JSON lines.
    [Theory]
    [InlineData("act,digest\nrevoke,nonsense\n", "line 2, column 8: a sha-256 digest is 64 hex digits")]
    [InlineData("act,digest\ndance,HEX\n", "line 2, column 1: act is one of revoke, suspend, reinstate, supersede")]
    [InlineData("act,digest\n,HEX\n", "line 2, column 66: act is missing")]
    [InlineData("act,digest\nrevoke,HEX,more\n", "line 2, column 73: this cell stands under no column's name")]
    [InlineData("act,digest\nrevoke,\"HEX\n", "line 2, column 8: a cell is one line, and each quote is closed")]
    [InlineData("act,digest,note\nrevoke,HEX,a \"b\" c\n", "line 2, column 73: a cell with a quote in it is put into quotes whole")]
    [InlineData("act,digest,note\nrevoke,HEX,\"a\"b\n", "line 2, column 73: a cell with a quote in it is put into quotes whole")]
    [InlineData("act,digest,reason\nrevoke,HEX,because\n", "line 2, column 73: reason is one of")]
    [InlineData("act,digest,reference\nrevoke,HEX,r\n", "line 2, column 1: the document is named by algorithm and digest, or by reference")]
    [InlineData("act,algorithm,digest\nrevoke,md5,HEX\n", "line 2, column 8: algorithm is one of")]
    [InlineData("act,digest,successorDigest\nrevoke,HEX,HEX\n", "line 2, column 73: only supersede names a successor")]
    [InlineData("act,digest\n", "line 1, column 1: the list has no acts")]
    [InlineData("", "line 1, column 1: the list has no acts")]
    [InlineData("sep=\f\nact,digest\nrevoke,HEX\n", "line 1, column 5: cells are separated by commas, semicolons or tabs")]
    [InlineData("sep=\"\nact\"digest\nrevoke\"HEX\n", "line 1, column 5: cells are separated by commas, semicolons or tabs")]
    [InlineData("act,note\nrevoke,x\n", "line 1, column 1: the first line names the columns, among them digest or reference")]
    [InlineData("digest\nHEX\n", "line 1, column 1: there is no column act")]
    [InlineData("act,digest,digest\nrevoke,HEX,HEX\n", "line 1, column 12: the column digest appears twice")]
    [InlineData("act,digest,colour\nrevoke,HEX,red\n", "line 1, column 12: the columns are act, algorithm, digest, reference")]
    [InlineData("act,hash\nrevoke,HEX\n", "line 1, column 5: the name is digest, not hash")]
    [InlineData("action,ref\nrevoke,HEX\n", "line 1, column 1: the name is act, not action")]
    [InlineData("act,digest,date\nrevoke,HEX,2026-01-01\n", "line 1, column 12: acts count from their upload, so there is no column for a time")]
    [InlineData("act,digest,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\nrevoke,HEX\n", "line 1, column 1: a table has at most 32 columns")]
    [InlineData("act,digest\nrevoke,HEX\nrevoke,\0\n", "line 3, column 8: a NUL byte")]
    public async Task A_table_with_one_bad_line_is_rejected_whole_by_line_column_and_rule(string table, string rule)
    {
        await using var service = _world.Start();
        await UploadAsync(service, "document.pdf", "document");
        Assert.Equal(IntakeOutcome.Rejected, await UploadAsync(service, "list.acts.csv", table.Replace("HEX", Hex("document"), StringComparison.Ordinal)));
        var rejection = Assert.Single(_world.Inbox.Rejections).Value;
        Assert.Equal("malformed-acts", rejection.Cause);
        Assert.StartsWith(rule, rejection.Detail, StringComparison.Ordinal);
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf("document"), TestContext.Current.CancellationToken)).Verdict);
    }

    [Fact]
    public async Task A_table_has_as_many_acts_as_a_list_may_have_and_no_more()
    {
        async Task<int> CountAsync(int lines)
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes("act,reference\n" + string.Concat(Enumerable.Repeat("suspend,r\n", lines))));
            return (await ActTable.ReadAsync(content, act: null, TestContext.Current.CancellationToken)).Count;
        }

        Assert.Equal(ActListIntake.MaxLines, await CountAsync(ActListIntake.MaxLines));
        var fault = await Assert.ThrowsAsync<LineException>(() => CountAsync(ActListIntake.MaxLines + 1));
        Assert.Equal((ActListIntake.MaxLines + 2, "a list has at most 10000 acts"), (fault.Line, fault.Rule));
    }

    // Issued as a document it would do nothing, and nobody would notice.
    [Theory]
    [InlineData("revocations.csv", "act,digest\nrevoke,HEX\n")]
    [InlineData("revocations.CSV", "\uFEFFReference;Reason\r\nloan-1;issuedInError\r\n")]
    [InlineData("x/list.csv", "sep=,\nhash,reason\nHEX,\n")]
    [InlineData("y.csv", "\"act\"\t\"ref\"\nrevoke\tr\n")]
    public async Task A_table_of_acts_with_the_name_of_a_document_is_refused_and_told_its_name(string path, string table)
    {
        await using var service = _world.Start();
        Assert.Equal(IntakeOutcome.Rejected, await UploadAsync(service, path, table));
        var rejection = Assert.Single(_world.Inbox.Rejections).Value;
        Assert.Equal("acts-as-document", rejection.Cause);
        Assert.Contains("*.acts.csv", rejection.Detail, StringComparison.Ordinal);

        // Whoever means a document says so.
        Assert.Equal(IntakeOutcome.Staged, await UploadAsync(service, path, table, new() { ["type"] = "list" }));
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf(table), TestContext.Current.CancellationToken)).Verdict);
    }

    [Theory]
    [InlineData("date,amount,reference\n2026-01-01,1,r\n")]
    [InlineData("reference,digest\nr,x\n")]
    [InlineData("reference,note\nr,x\n")]
    [InlineData("reason\nnone\n")]
    [InlineData("")]
    [InlineData("\n\n")]
    public void Other_tables_are_documents(string table) => Assert.False(ActTable.IsOne(Encoding.UTF8.GetBytes(table)));

    [Fact]
    public async Task A_long_table_that_is_a_document_is_hashed_whole()
    {
        await using var service = _world.Start();
        var table = "date,amount\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"2026-01-01,{i}\n"));
        Assert.Equal(IntakeOutcome.Staged, await UploadAsync(service, "statement.csv", table));
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf(table), TestContext.Current.CancellationToken)).Verdict);
    }

    private static Digest DigestOf(string content) => Digest.TryParse($"sha-256:{Hex(content)}", out var digest) ? digest : throw new InvalidOperationException();

    private Task<IntakeOutcome> UploadAsync(InMemoryService service, string path, string content, Dictionary<string, string>? metadata = null) =>
        UploadAsync(service, path, Encoding.UTF8.GetBytes(content), metadata);

    private Task<IntakeOutcome> UploadAsync(InMemoryService service, string path, byte[] content, Dictionary<string, string>? metadata = null)
    {
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var blob = _world.Inbox.Put("issuer-bank", $"{_uploads++}/{path}", content, metadata);
        return service.Intake.HandleAsync(InMemoryWorld.EventOf(blob), TestContext.Current.CancellationToken);
    }
}
