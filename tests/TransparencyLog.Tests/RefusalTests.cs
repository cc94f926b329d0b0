using System.Text;

namespace TrueCopy.TransparencyLog.Tests;

/// <summary>What is refused says which rule it broke: an operator reads this line and nothing else.</summary>
public sealed class RefusalTests
{
    private const string Hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    [Theory]
    [InlineData("a", "no empty line before the signatures")]
    [InlineData("a\n\n", "the signatures must be whole lines, at least one")]
    [InlineData("a\n\n— k AAAAAAA=", "the signatures must be whole lines, at least one")]
    [InlineData("a\r\n\n— k AAAAAAA=\n", "a control character other than newline")]
    [InlineData("a\n\n- k AAAAAAA=\n", "a signature line begins with an em dash and a space")]
    [InlineData("a\n\n— k+ AAAAAAA=\n", "a signature line has a key name without spaces or plus signs")]
    [InlineData("a\n\n— k AAAAAA==\n", "a signature is base64 of a key id and at least one byte")]
    public void A_note_is_refused_by_its_rule(string note, string rule) =>
        AssertRefused($"note: {rule}", () => SignedNote.Parse(Encoding.UTF8.GetBytes(note)));

    [Fact]
    public void A_note_that_is_too_much_is_refused_by_its_limit()
    {
        AssertRefused("note: longer than 1000000 bytes", () => SignedNote.Parse(new byte[SignedNote.MaxLength + 1]));
        AssertRefused("note: not UTF-8", () => SignedNote.Parse([0xff]));
        var signatures = string.Concat(Enumerable.Repeat("— k AAAAAAA=\n", SignedNote.MaxSignatures + 1));
        AssertRefused("note: more than 100 signatures", () => SignedNote.Parse(Encoding.UTF8.GetBytes("a\n\n" + signatures)));
    }

    [Fact]
    public async Task A_note_that_no_key_signed_or_signed_otherwise_says_which_key()
    {
        using var signer = new Ed25519Signer("log.example", new byte[Ed25519Signer.SeedSize]);
        var (name, id) = (signer.Verifier.Name, signer.Verifier.KeyId);
        var value = await signer.SignAsync("a\n"u8.ToArray(), TestContext.Current.CancellationToken);
        AssertRefused("note: no known key signed it", () => new SignedNote("a\n", [new("other", id, value)]).Verify([signer.Verifier]));
        AssertRefused(
            $"note: the signature of log.example+{id:x8} is wrong",
            () => new SignedNote("b\n", [new(name, id, value)]).Verify([signer.Verifier]));

        var signed = await SignedCheckpoint.SignAsync(new("mine", 0, TreeHasher.EmptyRoot), [signer], TestContext.Current.CancellationToken);
        AssertRefused("checkpoint: the origin is that of another log", () => SignedCheckpoint.Open(signed.Note, "yours", [signer.Verifier]));
    }

    [Theory]
    [InlineData("o\n1\n" + Hash, "the last line does not end")]
    [InlineData("o\n1\n", "fewer than three lines")]
    [InlineData("o\n1\n" + Hash + "\n\n", "an empty line")]
    [InlineData("o\n01\n" + Hash + "\n", "the size is not a decimal without leading zeroes")]
    [InlineData("o\n1\nAAAA\n", "the root is not base64 of 32 bytes")]
    [InlineData("o\n0\n" + Hash + "\n", "the root of an empty tree is SHA-256 of nothing")]
    public void A_checkpoint_is_refused_by_its_rule(string text, string rule) =>
        AssertRefused($"checkpoint: {rule}", () => Checkpoint.Parse(text));

    [Theory]
    [InlineData("c2sp.org/tlog-proof@v1", "a line is cut off or not UTF-8")]
    [InlineData("c2sp.org/tlog-proof@v2\n", "the first line is not c2sp.org/tlog-proof@v1")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra ?\n", "extra is not base64")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 01\n", "the index is missing or not a decimal without leading zeroes")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n", "the path is at most 63 lines of base64, 32 bytes each")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 1\n\n", "the checkpoint is missing")]
    public void A_proof_is_refused_by_its_rule(string proof, string rule) =>
        AssertRefused($"tlog-proof: {rule}", () => TlogProof.Parse(Encoding.UTF8.GetBytes(proof)));

    [Fact]
    public void A_proof_that_is_too_long_is_refused_by_its_limit() =>
        AssertRefused("tlog-proof: longer than 1500000 bytes", () => TlogProof.Parse(new byte[TlogProof.MaxLength + 1]));

    [Theory]
    [InlineData("name+id", "verifier key: expected name+id+key")]
    [InlineData("name+00000000+?", "verifier key: the key is not base64")]
    [InlineData("name+00000000+AwA=", "verifier key: only types 0x01 (Ed25519) and 0x02 (ECDSA) are known")]
    [InlineData("name+00000000+AQA=", "Ed25519 key: not a valid 32-byte public key")]
    [InlineData("name+00000000+AgA=", "ECDSA key: only P-256 is used, as SubjectPublicKeyInfo in DER with an uncompressed point")]
    [InlineData("a name+00000000+AQA=", "verifier key: a name is not empty and has neither spaces nor plus signs")]
    public void A_key_is_refused_by_its_rule(string key, string rule) => AssertRefused(rule, () => NoteVerifier.Parse(key));

    [Fact]
    public void A_key_under_the_id_of_another_says_so()
    {
        using var signer = new Ed25519Signer("log.example", new byte[Ed25519Signer.SeedSize]);
        var key = signer.Verifier.ToString().Replace($"+{signer.Verifier.KeyId:x8}+", "+00000000+", StringComparison.Ordinal);
        AssertRefused("verifier key: the id is not that of the key", () => NoteVerifier.Parse(key));
    }

    [Theory]
    [InlineData(new byte[] { 0 }, 1, "a length prefix is cut off")]
    [InlineData(new byte[] { 0, 2, 9 }, 1, "an entry is cut off")]
    [InlineData(new byte[] { 0, 0, 0, 0 }, 1, "more than 1 entries")]
    [InlineData(new byte[] { 0, 0 }, 2, "1 entries, not 2")]
    public void A_bundle_is_refused_by_its_rule(byte[] bundle, int count, string rule) =>
        AssertRefused($"entry bundle: {rule}", () => EntryBundle.Parse(bundle, count));

    [Fact]
    public async Task A_tile_is_refused_by_its_name()
    {
        AssertRefused(
            "tile tile/0/000.p/2: a tile of width 2 has 64 bytes, not 3",
            () => HashTile.Parse(new TileId(0, 0, 2), new byte[3]));
        Assert.Equal("The log has no tile/0/000.p/2.", new TileNotFoundException(new TileId(0, 0, 2)).Message);

        var log = TestLog.OfSize(10);
        log.Tiles[new TileId(0, 0, 10)][^1] ^= 1;
        var refused = await Assert.ThrowsAsync<LogFormatException>(() => RightEdge.LoadAsync(log, 10, TestContext.Current.CancellationToken));
        Assert.Equal("tile/entries/000.p/10: entry 9 does not hash to its leaf", refused.Message);
    }

    [Fact]
    public void A_raw_signature_with_halves_of_different_length_says_so() =>
        AssertRefused("ECDSA signature: r‖s has two halves of equal length", () => EcdsaSignature.ToDer(new byte[3]));

    private static void AssertRefused(string message, Func<object> parse) =>
        Assert.Equal(message, Assert.Throws<LogFormatException>(parse).Message);
}
