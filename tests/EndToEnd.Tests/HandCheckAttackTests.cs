using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>
/// The check by hand says no where <c>receipt check</c> does: to receipts that their writer, who may keep the log and
/// sign it, shaped to mean one thing to one reader and another to another.
/// </summary>
public sealed class HandCheckAttackTests : IDisposable
{
    private const string Document = "document";
    private const int Shapes = 8;
    private readonly InMemoryWorld _world = new();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_receipt_of_this_shape_holds_for_both()
    {
        await AssertBothAsync(holds: true, await ReceiptAsync(Nonce, Entry(Commitment(Nonce))));
        await AssertBothAsync(holds: true, await ReceiptAsync(Nonce, Entry(Commitment(Nonce), legalName: """Bank \"of\" 香港""")));
        await AssertBothAsync(holds: true, await ReceiptAsync(Nonce, Entry(Commitment(Nonce)), before: 6, after: 4));
    }

    [Fact]
    public async Task A_receipt_of_every_shape_that_an_act_on_a_document_is_written_in_holds_for_both()
    {
        Assert.True(Opening.TryParse(Nonce, out var opening));
        Assert.True(Digest.TryParse("sha-256:" + Convert.ToHexStringLower(SHA256.HashData("successor"u8)), out var successor));
        var least = new Entry
        {
            Version = Receipts.Entries.Entry.FormatVersion,
            Kind = ActKind.Issue,
            At = DateTimeOffset.UnixEpoch,
            Issuer = "bank",
            LegalName = "Bank",
            Jurisdiction = "HK",
            Position = 0,
            Algorithm = "sha-256",
            Commitment = Commitment(Nonce),
        };
        var most = least with
        {
            ValidFrom = DateTimeOffset.UnixEpoch,
            Expires = DateTimeOffset.UnixEpoch.AddDays(1),
            Replaces = 1,
            Target = 1,
            Reason = ReasonCode.IssuedInError,
            SuccessorCommitment = opening.CommitSuccessor(successor),
            NoteCommitment = opening.CommitNote("note"),
            LegalNames = new LegalNames { En = "Bank", ZhHans = "银行", ZhHant = "銀行" },
        };

        // A member that is new is either of a document's act, and then of the most there can be, or named here.
        string[] ofOtherActs = [nameof(most.Domain), nameof(most.Outcome), nameof(most.Retention), nameof(most.Algorithms), nameof(most.Yields), nameof(most.Receiver), nameof(most.EncryptionKey), nameof(most.Purposes), nameof(most.KeepsDays), nameof(most.Lock), nameof(most.WithdrawLock), nameof(most.Proof), nameof(most.Origin), nameof(most.Keys), nameof(most.Covers), nameof(most.Root), nameof(most.From)];
        Assert.Equal(ofOtherActs, typeof(Entry).GetProperties().Where(member => member.CanWrite && member.GetValue(most) is null).Select(member => member.Name));

        var shapes = from entry in new[] { least, most, most with { Replaces = null, Yields = 1 } } from names in Enumerable.Range(0, 8) select (entry, names);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Extent.Seed}");
        foreach (var (entry, names) in Extent.SampleOf([.. shapes], Shapes))
        {
            var called = new LegalNames { En = (names & 1) == 0 ? null : "Bank", ZhHans = (names & 2) == 0 ? null : "银行", ZhHant = (names & 4) == 0 ? null : "銀行" };
            var bytes = (entry with { LegalNames = names == 0 ? null : called }).Encode();
            var opened = entry == least ? "" : $",\"successor\":\"{successor}\",\"note\":\"note\"";
            await AssertBothAsync(holds: true, await ReceiptAsync(Nonce, Encoding.UTF8.GetString(bytes), opened: opened));
        }
    }

    [Fact]
    public async Task A_nonce_of_another_length_that_makes_the_same_commitment_is_refused()
    {
        // HMAC fills a short key with zeros, so one that ends in zeros may be written without them.
        var nonce = Nonce[..62] + "00";
        await AssertBothAsync(holds: true, await ReceiptAsync(nonce, Entry(Commitment(nonce))));
        await AssertBothAsync(holds: false, await ReceiptAsync(nonce[..62], Entry(Commitment(nonce))));
        await AssertBothAsync(holds: false, await ReceiptAsync(nonce + "00", Entry(Commitment(nonce))));
    }

    public static TheoryData<string> Entries { get; } = new(
        """{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"Bank","jurisdiction":"HK","position":0,"algorithm":"sha-256","commitment":"OTHER","commitment":"THIS"}""",
        """{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"Bank","jurisdiction":"HK","position":0,"algorithm":"sha-256","commitment":"THIS","commitment":"OTHER"}""",
        """{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"Bank","jurisdiction":"HK","position":0,"algorithm":"sha-256","commitment":"OTHER","x":{"commitment":"THIS"}}""",
        """{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"\",\"commitment\":\"THIS\",\"","jurisdiction":"HK","position":0,"algorithm":"sha-256","commitment":"OTHER"}""",
        """{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"Bank","jurisdiction":"HK","position":0,"algorithm":"sha-256","successorCommitment":"THIS","commitment":"OTHER"}""",
        """{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"Bank","jurisdiction":"HK","position":0,"algorithm":"sm3","commitment":"THIS"}""",
        """{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"Bank","jurisdiction":"HK","position":0,"algorithm":"sha-256","commitment":"OTHER"}"""
            + "\n" + """{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"Bank","jurisdiction":"HK","position":0,"algorithm":"sha-256","commitment":"THIS"}""",
        """{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"Bank","legalNames":{"en":"Bank","commitment":"THIS"},"jurisdiction":"HK","position":0,"algorithm":"sha-256","commitment":"OTHER"}""",
        """{"v":2,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"Bank","jurisdiction":"HK","position":0,"algorithm":"sha-256","commitment":"THIS"}""",
        """["commitment":"THIS"]""");

    [Theory]
    [MemberData(nameof(Entries))]
    public async Task A_commitment_counts_only_where_an_entry_has_it(string entry) => await AssertBothAsync(
        holds: false,
        await ReceiptAsync(Nonce, entry.Replace("THIS", Commitment(Nonce), StringComparison.Ordinal).Replace("OTHER", new string('0', 64), StringComparison.Ordinal)));

    public static TheoryData<string, string> Lines { get; } = new()
    {
        { @"^c2sp\.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\n" },
        { @"^c2sp\.org/tlog-proof@v1\n", "" },
        { @"\nindex 6\n", "\nindex 06\n" },
        { @"\nindex 6\n", "\nindex 6 \n" },
        { @"\nindex 6\n", "\nindex 0x6\n" },
        { @"\nindex 6\n", "\nindex 11\n" },
        { @"\nindex 6\n", "\nindex 18446744073709551622\n" },
        { @"\nindex 6\n", "\nindex a[$(touch PWNED)]\n" },
        { @"\nindex 6\n", "\nindex 6+a[$(touch PWNED)0]\n" },
        { @"\nindex 6\n", "\nindex 6\nindex 6\n" },
        { @"\nindex 6\n", "\nextra e30=\nindex 6\n" },
        { @"\nindex 6\n", "\n" },
        { @"(?<=\nindex 6\n)[^\n]*\n", "" },
        { @"(?<=\nindex 6\n)[^\n]*\n", "*\n" },
        { @"(?<=\nindex 6\n)[^\n]*\n([^\n]*)\n", "$1\n$1\n" },
        { @"(?<=\nindex 6\n)([^\n]*\n)", "$1$1" },
        { @"\n\nlog\.example\n11\n", "\n\nlog.example\na[$(touch PWNED)]\n" },
        { @"\n\nlog\.example\n11\n", "\n\nlog.example\n011\n" },
        { @"\n\nlog\.example\n11\n", "\n\nlog.example\n12\n" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_receipt_with_a_line_of_another_form_is_refused_and_nothing_in_it_is_run(string pattern, string replacement)
    {
        var receipt = await ReceiptAsync(Nonce, Entry(Commitment(Nonce)), before: 6, after: 4);
        var changed = Regex.Replace(receipt, pattern, replacement.Replace("PWNED", _folder.At("pwned"), StringComparison.Ordinal).Replace("$(", "$$(", StringComparison.Ordinal));
        Assert.NotEqual(receipt, changed);
        await AssertBothAsync(holds: false, changed);
        Assert.False(File.Exists(_folder.At("pwned")));
    }

    [Fact]
    public async Task Two_hashes_in_one_line_are_not_two_levels()
    {
        var receipt = (await ReceiptAsync(Nonce, Entry(Commitment(Nonce)), before: 6, after: 4)).Split('\n');
        var first = Array.IndexOf(receipt, "index 6") + 1;
        var both = Convert.ToBase64String([.. Convert.FromBase64String(receipt[first]), .. Convert.FromBase64String(receipt[first + 1])]);
        await AssertBothAsync(holds: false, string.Join('\n', [.. receipt[..first], both, .. receipt[(first + 2)..]]));
    }

    [Fact]
    public async Task A_checkpoint_of_another_log_under_the_same_key_is_refused() =>
        await AssertBothAsync(holds: false, await ReceiptAsync(Nonce, Entry(Commitment(Nonce)), origin: "other.example"));

    [Fact]
    public async Task What_an_entry_says_neither_moves_the_cursor_nor_turns_round()
    {
        var receipt = await ReceiptAsync(Nonce, Entry(Commitment(Nonce), legalName: "Bank\u009b2J \u202eknaB\u2066 \u2028"));
        foreach (var run in await AssertBothAsync(holds: true, receipt))
        {
            Assert.DoesNotContain(run, character => character is '\u009b' or '\u202e' or '\u2066' or '\u2028');
            Assert.Contains("knaB", run, StringComparison.Ordinal);
        }

        await AssertBothAsync(holds: false, await ReceiptAsync(Nonce, Entry(Commitment(Nonce), legalName: "Bank\u001b[2J")));
    }

    private static string Nonce { get; } = RandomNumberGenerator.GetHexString(64, lowercase: true);

    private static string Commitment(string nonce) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Convert.FromHexString(nonce), (byte[])[.. "sha-256\0"u8, .. SHA256.HashData(Encoding.UTF8.GetBytes(Document))]));

    private static string Entry(string commitment, string legalName = "Bank") =>
        $$"""{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"{{legalName}}","jurisdiction":"HK","position":0,"algorithm":"sha-256","commitment":"{{commitment}}"}""";

    /// <summary>A receipt, true to a log that the log's keys sign, whatever the entry is.</summary>
    private async Task<string> ReceiptAsync(string nonce, string entry, int before = 2, int after = 1, string origin = InMemoryWorld.Origin, string opened = "")
    {
        var edge = new RightEdge();
        var tiles = new Dictionary<TileId, byte[]>();
        for (var i = 0; i < before + after + 1; i++)
            edge.Append(i == before ? Encoding.UTF8.GetBytes(entry) : [(byte)i]);
        foreach (var tile in edge.TakeTiles())
            tiles[tile.Id] = tile.Bytes.ToArray();
        var path = await new TreeReader(new UncachedTiles(new Tiles(tiles)), edge.Size).InclusionProofAsync(before, TestContext.Current.CancellationToken);
        var checkpoint = await SignedCheckpoint.SignAsync(new Checkpoint(origin, edge.Size, edge.Root()), _world.Identity.Signers, TestContext.Current.CancellationToken);
        var extra = $$"""{"entry":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(entry))}}","opening":"{{nonce}}"{{opened}}}""";
        return Encoding.UTF8.GetString(new TlogProof(Encoding.UTF8.GetBytes(extra), before, path, checkpoint.Note).Encode());
    }

    private async Task<string[]> AssertBothAsync(bool holds, string receipt)
    {
        var file = _folder.File(Document);
        var path = _folder.File("receipt", Encoding.UTF8.GetBytes(receipt));
        var key = _world.Identity.Verifiers[0].ToString();
        var tool = await Tool.RunAsync("receipt", "check", file, "--receipt", path, "--key", key);
        Assert.True(tool.ExitCode == (holds ? 0 : 1), $"receipt check: {tool.ExitCode} {tool.Output}{tool.Error}");
        var outputs = new List<string> { tool.Output };
        foreach (var shell in ShellsFor(receipt, holds))
        {
            var (exitCode, output) = await RunAsync(shell, RepositoryFolder.At("docs", "check.sh"), file, path, key);
            Assert.True(exitCode == (holds ? 0 : 1), string.Create(CultureInfo.InvariantCulture, $"{shell}, seed {Extent.Seed}: {exitCode} {output}"));
            outputs.Add(output);
        }

        return [.. outputs];
    }

    // What is to hold does in both shells, and what is to be refused in the one whose turn it is by the seed, or in both.
    private static string[] ShellsFor(string receipt, bool holds) =>
        holds || Extent.IsExhaustive ? ["sh", "bash"] : [(receipt.Length + (long)Extent.Seed) % 2 == 0 ? "sh" : "bash"];

    private static async Task<(int ExitCode, string Output)> RunAsync(string shell, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    private sealed class Tiles(Dictionary<TileId, byte[]> tiles) : ITileReader
    {
        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) => new(tiles[tile]);
    }
}
