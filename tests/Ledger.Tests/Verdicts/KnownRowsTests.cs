using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Verdicts;

public sealed class KnownRowsTests : IDisposable
{
    private readonly InMemoryWorld _world = new();
    private readonly KnownRows _rows = new();

    public void Dispose() => _rows.Dispose();

    [Theory]
    [InlineData("nothing")]
    [InlineData("entry")]
    [InlineData("opening")]
    [InlineData("place")]
    [InlineData("note")]
    public async Task A_row_that_is_altered_after_it_was_proven_is_held_to_the_log_again(string what)
    {
        await using var service = _world.Start();
        await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), Stop);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await service.Intake.HandleAsync(_world.Upload("bank", "a.acts.jsonl", Bytes($$"""{"act":"suspend","algorithm":"sha-256","digest":"{{DigestOf(Bytes("a")).Hex}}","note":"for a while"}""")), Stop);
        Assert.Equal(Verdict.Suspended, (await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop)).Verdict);

        var row = _world.Ledger.Tables.Rows(StorageNames.AnchorsTable).Single(row => row.Confidential is not null);
        var altered = what switch
        {
            "entry" => row with { Entry = row.Entry!.Replace("suspend", "revoke", StringComparison.Ordinal) },
            "opening" => row with { Opening = Opening.Create().Hex },
            "place" => row with { LogIndex = row.LogIndex - 1 },
            "note" => row with { Confidential = row.Confidential!.Replace("while", "month", StringComparison.Ordinal) },
            _ => row with { },
        };
        Assert.Equal(what == "nothing", altered == row);
        _world.Ledger.Tables.Set(StorageNames.AnchorsTable, altered);
        for (var i = 0; i < 2; i++)
        {
            if (what == "nothing")
                Assert.Equal(Verdict.Suspended, (await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop)).Verdict);
            else
                await Assert.ThrowsAsync<LogUnavailableException>(() => service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop));
        }

        _world.Ledger.Tables.Set(StorageNames.AnchorsTable, row);
        Assert.Equal(Verdict.Suspended, (await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop)).Verdict);
    }

    [Fact]
    public void A_row_is_read_once_while_it_says_the_same()
    {
        var row = RowOf(1, "{}");
        var digest = DigestOf([1]);
        var act = _rows.Read(digest, row);
        Assert.Same(act, _rows.Read(digest, row with { }));
        Assert.NotSame(act, _rows.Read(digest, row with { Act = "01" }));
        Assert.NotSame(act, _rows.Read(digest, row));
        Assert.Equal(1, _rows.Count);
    }

    [Fact]
    public void Rows_take_no_more_memory_than_their_bound()
    {
        const int EntryLength = 1000;
        var entry = new string('x', EntryLength);
        for (var i = 0; i < 2 * KnownRows.MaxFootprint / (4 * EntryLength); i++)
            _rows.Read(DigestOf(BitConverter.GetBytes(i)), RowOf(i, entry));
        Assert.InRange(_rows.Count, 1, KnownRows.MaxFootprint / (4 * EntryLength));
    }

    private static TableRow RowOf(long index, string entry) => new("00", $"{index}:00")
    {
        LogIndex = index,
        Act = "00",
        Entry = entry,
        Opening = new string('0', 64),
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
