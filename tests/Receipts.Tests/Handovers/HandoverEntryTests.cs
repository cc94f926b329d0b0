using TrueCopy.Receipts.Tests.Auditing;
using TrueCopy.Receipts.Tests.Standing;

namespace TrueCopy.Receipts.Tests.Handovers;

/// <summary>An auditor finds what the log says of a handover and nobody could have done.</summary>
public sealed class HandoverEntryTests
{
    private static readonly byte[] Secret = [.. Enumerable.Repeat((byte)7, 32)];
    private static readonly byte[] ConsentProof = HandoverLocks.ConsentProof("consent"u8);
    private static readonly string Hex = new('c', 64);
    private readonly StatusLog _log = new();

    public static TheoryData<string, Entry, string> Malformed() => new()
    {
        { "no lock", Handover with { Lock = null }, "a handover has two locks" },
        { "a short lock", Handover with { WithdrawLock = "ab" }, "a handover has two locks" },
        { "no commitment", Handover with { Commitment = null }, "commits to the SHA-256 of the package" },
        { "another algorithm", Handover with { Algorithm = "sm3" }, "commits to the SHA-256 of the package" },
        { "received without proof", Outcome(ActKind.Received) with { Proof = null }, "has a proof of 64" },
        { "received with half a proof", Outcome(ActKind.Received) with { Proof = "ab" }, "has a proof of 64" },
        { "withdrawn without proof", Outcome(ActKind.Withdrawn) with { Proof = null }, "has a proof of 64" },
        { "declined without a reason", Outcome(ActKind.Declined) with { NoteCommitment = null }, "has a note that is committed to" },
        { "used without a purpose", Outcome(ActKind.Used) with { NoteCommitment = null }, "has a note that is committed to" },
        { "used with a proof", Outcome(ActKind.Used) with { Proof = Hex }, "has no proof" },
        { "expired with a proof", Outcome(ActKind.Expired) with { Proof = Hex }, "has no proof" },
        { "received with a note", Outcome(ActKind.Received) with { NoteCommitment = Hex }, "has a note that is committed to" },
        { "without a target", Outcome(ActKind.Received) with { Target = null }, "names its entry" },
        { "a receiver without a key", Receiver with { EncryptionKey = null }, "an age X25519 key" },
        { "a receiver with half a key", Receiver with { EncryptionKey = "age1qqq" }, "an age X25519 key" },
        { "a receiver without a name", Receiver with { LegalName = null }, "without legal name" },
        { "a receiver without an id", Receiver with { Receiver = null }, "names no receiver" },
        { "a receiver for nothing", Receiver with { Purposes = [] }, "for some purpose" },
        { "a receiver for what nobody knows", Receiver with { Purposes = ["fun"] }, "words of the vocabulary" },
        { "a receiver for one thing twice", Receiver with { Purposes = ["credit", "credit"] }, "words of the vocabulary" },
        { "a receiver that keeps for less than nothing", Receiver with { KeepsDays = -1 }, "for how many days" },
    };

    private static Entry Handover => Of(ActKind.Handover) with { Lock = HandoverLocks.Lock(ConsentProof), WithdrawLock = HandoverLocks.Lock(HandoverLocks.WithdrawKey(Secret)) };

    private static Entry Receiver => new()
    {
        Version = 1,
        Kind = ActKind.Receiver,
        At = DateTimeOffset.UnixEpoch,
        Receiver = "demo-lender",
        LegalName = "Demo Lender",
        Jurisdiction = "HK",
        EncryptionKey = Sample.Key,
        Purposes = ["credit", "other"],
        KeepsDays = 365,
    };

    [Theory]
    [MemberData(nameof(Malformed), DisableDiscoveryEnumeration = true)]
    public async Task An_entry_of_a_handover_that_lacks_what_it_has_to_have_is_damage(string name, Entry entry, string rule)
    {
        _log.Add(Handover, Opening.Create());
        _log.Add(entry, Opening.Create());
        _log.End();
        Assert.Contains(rule, await FaultAsync(), StringComparison.Ordinal);
        Assert.NotEmpty(name);
    }

    [Fact]
    public async Task A_whole_life_holds_and_changes_no_code()
    {
        var handover = _log.Add(Handover, Opening.Create());
        _log.End();
        _log.Add(Outcome(ActKind.Received) with { Target = handover }, Opening.Create());
        _log.Add(Outcome(ActKind.Used) with { Target = handover }, Opening.Create());
        _log.Add(Outcome(ActKind.Withdrawn) with { Target = handover }, Opening.Create());
        var other = _log.Add(Handover, Opening.Create());
        _log.Add(Outcome(ActKind.Declined) with { Target = other }, Opening.Create());
        var third = _log.Add(Handover, Opening.Create());
        _log.Add(Outcome(ActKind.Declined) with { Target = third, Proof = null }, Opening.Create());
        var last = _log.Add(Handover, Opening.Create());
        _log.Add(Outcome(ActKind.Expired) with { Target = last }, Opening.Create());
        _log.End();
        Assert.Null(await FaultAsync());
        Assert.Empty(_log.Fold.Pages);
    }

    [Theory]
    [InlineData(ActKind.Received, "whose consent its proof does not open")]
    [InlineData(ActKind.Declined, "whose consent its proof does not open")]
    [InlineData(ActKind.Withdrawn, "whose withdraw lock its proof does not open")]
    public async Task A_proof_that_opens_no_lock_of_the_handover_is_damage(ActKind kind, string rule)
    {
        var handover = _log.Add(Handover, Opening.Create());
        _log.Add(Outcome(kind) with { Target = handover, Proof = kind == ActKind.Withdrawn ? Convert.ToHexStringLower(ConsentProof) : Convert.ToHexStringLower(HandoverLocks.WithdrawKey(Secret)) }, Opening.Create());
        _log.End();
        Assert.Contains(rule, await FaultAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ActKind.Received)]
    [InlineData(ActKind.Declined)]
    [InlineData(ActKind.Used)]
    [InlineData(ActKind.Withdrawn)]
    [InlineData(ActKind.Expired)]
    public async Task What_became_of_something_else_than_a_handover_is_damage(ActKind kind)
    {
        var issue = _log.Issue("document");
        _log.Add(Outcome(kind) with { Target = issue }, Opening.Create());
        _log.End();
        Assert.Contains("which hands nothing over", await FaultAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_is_described_anew_replaces_what_described_it_and_nothing_else()
    {
        var first = _log.Add(Receiver, Opening.Create());
        var other = _log.Add(Receiver with { Receiver = "other" }, Opening.Create());
        _log.End();
        var second = _log.Add(Receiver with { LegalName = "Demo Lender Ltd", Replaces = first }, Opening.Create());
        _log.End();
        Assert.Null(await FaultAsync());
        Assert.Equal((EntryStatus.Reissued, EntryStatus.Stands), (_log.Fold[first], _log.Fold[second]));
        Assert.Equal($"it replaces entry {first}, which is reissued", new StatusFold(_log.Fold.State).Add(Receiver with { Replaces = first }).Breach);
        Assert.Equal("the description of a receiver comes after the one that it replaces", new StatusFold(_log.Fold.State).Add(Receiver with { Replaces = _log.Size }).Breach);
        _log.Add(Receiver with { Replaces = other }, Opening.Create());
        _log.End();
        Assert.Contains("which does not describe the same receiver", await FaultAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_entry_of_a_receiver_says_reads_like_this() => Assert.Equal(
        $$"""{"v":1,"act":"receiver","at":"1970-01-01T00:00:00Z","legalName":"Demo Lender","jurisdiction":"HK","receiver":"demo-lender","encryptionKey":"{{Sample.Key}}","purposes":["credit","other"],"keepsDays":365}""",
        System.Text.Encoding.UTF8.GetString(Receiver.Encode()));

    private static Entry Of(ActKind kind) => new() { Version = 1, Kind = kind, At = DateTimeOffset.UnixEpoch, Algorithm = "sha-256", Commitment = Opening.Create().Commit(StatusLog.Document("package")) };

    private static Entry Outcome(ActKind kind) => Of(kind) with
    {
        Target = 1,
        NoteCommitment = kind is ActKind.Declined or ActKind.Used ? Hex : null,
        Proof = kind switch
        {
            ActKind.Received or ActKind.Declined => Convert.ToHexStringLower(ConsentProof),
            ActKind.Withdrawn => Convert.ToHexStringLower(HandoverLocks.WithdrawKey(Secret)),
            _ => null,
        },
    };

    private async Task<string?> FaultAsync()
    {
        var report = await new Notebook().AuditAsync(_log.Log);
        return report.Outcome == AuditOutcome.Holds ? null : string.Join("\n", report.Faults.Select(fault => fault.ToString()));
    }
}
