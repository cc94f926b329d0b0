using System.Security.Cryptography;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>The page's check of a receipt and the service's are two programs; they must agree on every receipt, sound or not.</summary>
public sealed class ReceiptAgreementTests(Chromium chromium) : IAsyncLifetime
{
    private const string CheckAll = """
        async ([text, hex, keys, flips]) => {
          const { checkReceipt, parseKeys } = await import('/assets/receipt.js');
          const parsed = await parseKeys(keys);
          const sound = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const held = [];
          for (const flip of flips) {
            const bytes = sound.slice();
            if (flip >= 0) bytes[flip >> 3] ^= 1 << (flip & 7);
            const check = await checkReceipt(bytes, { algorithm: 'sha-256', hex }, parsed);
            if (check.holds) held.push(flip);
          }
          return held;
        }
        """;

    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Both_refuse_the_same_single_bit_changes_of_a_receipt_which_are_all_that_mean_anything()
    {
        for (var i = 0; i < 3; i++)
            await _site.IssueAsync($"{i}.pdf");
        var document = await _site.IssueAsync("statement.pdf");
        var successor = await _site.IssueAsync("new.pdf");
        await _site.ActAsync("supersede", document, "superseded", $",\"note\":\"更正\",\"successorAlgorithm\":\"sha-256\",\"successorDigest\":\"{Site.HexOf(successor)}\"");
        var receipt = (await _site.ReceiptAsync(document)).Buffer;
        var flips = Extent.SampleOf([.. Enumerable.Range(-1, (receipt.Length * 8) + 1)], 2000).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"{flips.Length} changes of {receipt.Length * 8} bits, seed {Extent.Seed}");

        var (digest, keys) = (new Digest(DigestAlgorithm.Sha256, SHA256.HashData(document.Buffer)), _site.World.Identity.Verifiers);
        var ours = flips.Where(flip => Holds(Flip(receipt, flip), digest, keys)).ToArray();
        await using var visit = await Visit.StartAsync(chromium, _site);
        var theirs = await visit.Page.EvaluateAsync<int[]>(CheckAll, new object[] { Convert.ToBase64String(receipt), digest.Hex, keys.Select(key => key.ToString()).ToArray(), flips });
        Assert.Equal(ours, theirs);

        // The case of the nonce's hex digits means nothing, and a line whose key has another name or id is one of an unknown
        // key; the log's other key signed as well.
        var signatures = receipt.AsSpan().LastIndexOf("\n\n"u8);
        Assert.All(theirs, flip => Assert.True(flip == -1 || flip / 8 > signatures || JsonCase(receipt, flip), $"bit {flip} of {receipt.Length * 8}"));
        Assert.InRange(theirs.Length, 1, receipt.Length / 4);
        Assert.Contains(-1, theirs);
    }

    [Fact]
    public async Task Every_receipt_of_a_log_of_any_shape_holds_in_both()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        var keys = _site.World.Identity.Verifiers;
        var issued = new List<FilePayload>();
        foreach (var documents in new[] { 2, 3, 8, 9, 21 })
        {
            while (issued.Count < documents)
                issued.Add(await _site.IssueAsync($"{issued.Count}.pdf"));
            foreach (var document in issued)
            {
                var receipt = (await _site.ReceiptAsync(document)).Buffer;
                Assert.True(Holds(receipt, new Digest(DigestAlgorithm.Sha256, SHA256.HashData(document.Buffer)), keys));
                int[] unchanged = [-1];
                Assert.Equal(unchanged, await visit.Page.EvaluateAsync<int[]>(CheckAll, new object[] { Convert.ToBase64String(receipt), Site.HexOf(document), keys.Select(key => key.ToString()).ToArray(), unchanged }));
            }
        }
    }

    private static byte[] Flip(byte[] receipt, int bit)
    {
        byte[] changed = [.. receipt];
        if (bit >= 0)
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }

    private static bool Holds(byte[] receipt, Digest digest, IReadOnlyList<TransparencyLog.Notes.NoteVerifier> keys)
    {
        try
        {
            ReceiptCheck.Run(Receipt.Parse(receipt), digest, keys);
            return true;
        }
        catch (Exception exception) when (exception is LogFormatException or ReceiptException)
        {
            return false;
        }
    }

    /// <summary>Whether a change leaves the receipt's extra line the same but for the case of hex digits.</summary>
    private static bool JsonCase(byte[] receipt, int bit)
    {
        static string Extra(byte[] bytes) => Convert.ToHexString(Convert.FromBase64String(System.Text.Encoding.UTF8.GetString(bytes).Split('\n')[1]["extra ".Length..]));
        try
        {
            var (before, after) = (Convert.FromHexString(Extra(receipt)), Convert.FromHexString(Extra(Flip(receipt, bit))));
            return string.Equals(System.Text.Encoding.UTF8.GetString(before), System.Text.Encoding.UTF8.GetString(after), StringComparison.OrdinalIgnoreCase);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
