using System.Text;

namespace TrueCopy.Witness.Tests;

/// <summary>
/// A conversation of litewitness's own tests (filippo.io/torchwood, cmd/litewitness/testdata/litewitness.txt), with a log that
/// Sigsum's code made: what was asked there is asked here, and answered alike. An unknown log was 403 then; tlog-witness has
/// 404 for it since.
/// </summary>
public sealed class ForeignLogTests
{
    private const string Origin = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
    private const string One = "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    private const string Two = "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    private const string Size3 = "\n3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n\n— ";
    private const string Signed3 = " UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n";
    private const string Size5 = Origin + "\n5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=\n\n— " + Origin
        + " UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=\n";

    [Fact]
    public async Task A_log_of_another_implementation_is_served_as_its_own_witness_serves_it()
    {
        var key = new Ed25519Verifier(Origin, Convert.FromHexString("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"));
        using var witness = new TestWitness(key);
        Assert.Equal(WitnessStatus.Cosigned, await StatusAsync(
            "old 0\n\n" + Origin + "\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— " + Origin
            + " UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n"));
        Assert.Equal(WitnessStatus.NotSigned, await StatusAsync("old 1\n" + One + Two + "\n" + Origin + Size3 + Origin + Signed3.Replace("6go=", "6gx=", StringComparison.Ordinal)));
        var unknown = Origin.Replace("562", "563", StringComparison.Ordinal);
        Assert.Equal(WitnessStatus.UnknownLog, await StatusAsync("old 1\n" + One + Two + "\n" + unknown + Size3 + unknown + Signed3));
        Assert.Equal(WitnessStatus.Inconsistent, await StatusAsync("old 1\n\n" + Origin + Size3 + Origin + Signed3));
        Assert.Equal(WitnessStatus.Inconsistent, await StatusAsync("old 1\n" + One + "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABA=\n\n" + Origin + Size3 + Origin + Signed3));
        Assert.Equal(WitnessStatus.Cosigned, await StatusAsync("old 1\n" + One + Two + "\n" + Origin + Size3 + Origin + Signed3));
        Assert.Equal((WitnessStatus.OtherSize, "3\n"), await witness.AskAsync(
            "old 1\n" + One + "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\nKgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" + Size5));
        Assert.Equal(WitnessStatus.Cosigned, await StatusAsync(
            "old 3\n" + Two + "KgMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nwgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=\nKgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" + Size5));
        Assert.Equal((WitnessStatus.OtherSize, "5\n"), await witness.AskAsync("old 0\n\n" + Size5));
        Assert.Equal(5, Checkpoint.Parse(SignedNote.Parse(Encoding.UTF8.GetBytes(Size5)).Text).Size);

        async Task<WitnessStatus> StatusAsync(string body) => (await witness.AskAsync(body)).Status;
    }
}
