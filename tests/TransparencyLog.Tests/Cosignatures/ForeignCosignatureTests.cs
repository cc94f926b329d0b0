using System.Reflection;
using System.Text;
using System.Text.Json;

namespace TrueCopy.TransparencyLog.Tests.Cosignatures;

/// <summary>Cosignatures that others made, and ours beside theirs.</summary>
public sealed class ForeignCosignatureTests
{
    private static readonly Dictionary<string, ForeignCase> Cases = Read();

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_cosignature_that_another_implementation_made_is_accepted_with_its_time_and_no_bit_of_it_otherwise(string name)
    {
        var foreign = Cases[name];
        var note = SignedNote.Parse(Encoding.UTF8.GetBytes(foreign.Note));
        var key = CosignatureVerifier.Parse(foreign.Key);
        Assert.Equal(foreign.Key, key.ToString());
        var found = key.FindIn(note.Text, note.Signatures);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(foreign.Time), found!.Value.Time);
        Assert.Equal([key], note.Verify([key]));

        var text = Encoding.UTF8.GetBytes(note.Text);
        var signature = found.Value.Line.Value.ToArray();
        for (var bit = 0; bit < signature.Length * 8; bit += signature.Length > 100 ? 97 : 1)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.Verify(text, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public async Task A_seed_makes_the_key_and_the_very_bytes_that_it_makes_elsewhere()
    {
        var foreign = Cases.Values.Single(one => one.Seed is not null);
        var note = SignedNote.Parse(Encoding.UTF8.GetBytes(foreign.Note));
        using var cosigner = new MlDsa44Cosigner(foreign.Key.Split('+')[0], Convert.FromHexString(foreign.Seed!), new FixedClock(foreign.Time));
        Assert.Equal(foreign.Key, cosigner.Verifier.ToString());
        var line = await cosigner.CosignAsync(Checkpoint.Parse(note.Text), TestContext.Current.CancellationToken);
        Assert.Equal(note.Signatures.Single().ToLine(), line.ToLine());
    }

    private static Dictionary<string, ForeignCase> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("cosignatures.json")!;
        using var json = JsonDocument.Parse(stream);
        return json.RootElement.GetProperty("cases").EnumerateArray().ToDictionary(
            one => one.GetProperty("name").GetString()!,
            one => new ForeignCase(
                one.GetProperty("key").GetString()!,
                one.GetProperty("note").GetString()!,
                one.GetProperty("time").GetInt64(),
                one.TryGetProperty("seed", out var seed) ? seed.GetString() : null));
    }

    private sealed record ForeignCase(string Key, string Note, long Time, string? Seed);
}
