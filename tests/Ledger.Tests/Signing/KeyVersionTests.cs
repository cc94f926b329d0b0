using CsCheck;

namespace TrueCopy.Ledger.Tests.Signing;

/// <summary>Which versions of a vault's key sign.</summary>
public sealed class KeyVersionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(90);

    private static readonly Gen<KeyVersion[]> Histories = Gen.Select(
            Gen.Int[-400, 30], Gen.Bool, Gen.Int[-30, 30].Nullable(), Gen.Int[1, 600].Nullable(),
            (created, enabled, delay, life) => new KeyVersion(
                "",
                Now.AddDays(created),
                enabled,
                delay is { } days ? Now.AddDays(created + days) : null,
                life is { } span ? Now.AddDays(created + span) : null))
        .Array[0, 6]
        .Select(versions => versions.DistinctBy(version => version.CreatedAt).Select((version, i) => version with { Version = $"v{i}" }).ToArray());

    [Fact]
    public void The_newest_comes_first_and_its_predecessor_signs_beside_it_for_the_overlap()
    {
        KeyVersion[] versions = [Version("old", -500), Version("new", -89)];
        Assert.Equal(["new", "old"], Signing(versions));
        Assert.Equal(["new"], Signing([Version("old", -500), Version("new", -90)]));
    }

    [Fact]
    public void A_disabled_version_signs_no_more_whatever_the_overlap() =>
        Assert.Equal(["new"], Signing([Version("old", -500) with { Enabled = false }, Version("new", -1)]));

    [Fact]
    public void A_new_version_that_is_disabled_gives_the_work_back_to_the_old_one() =>
        Assert.Equal(["old"], Signing([Version("old", -500), Version("new", -100) with { Enabled = false }]));

    [Fact]
    public void An_expired_version_does_not_sign_and_one_whose_time_has_not_come_neither()
    {
        Assert.Equal(["new"], Signing([Version("old", -500) with { ExpiresAt = Now }, Version("new", -1)]));
        Assert.Equal(["old"], Signing([Version("old", -500), Version("new", -200) with { NotBefore = Now.AddSeconds(1) }]));
    }

    [Fact]
    public void The_overlap_is_counted_from_when_the_new_version_could_first_sign() =>
        Assert.Equal(["new", "old"], Signing([Version("old", -500), Version("new", -200) with { NotBefore = Now.AddDays(-89) }]));

    [Fact]
    public void Only_versions_that_the_vault_lets_sign_are_chosen_and_always_one_if_there_is_one() => Histories.Sample(versions =>
    {
        var signing = KeyVersion.Signing(versions, Overlap, Now);
        var usable = versions.Where(version => version.Enabled && !(version.NotBefore > Now) && !(version.ExpiresAt <= Now)).ToArray();
        Assert.Subset(usable.ToHashSet(), signing.ToHashSet());
        Assert.Equal(usable.Length > 0, signing.Count > 0);
        Assert.Equal(signing.OrderByDescending(version => version.CreatedAt), signing);
        if (usable.Length > 0)
            Assert.Equal(usable.MaxBy(version => version.CreatedAt), signing[0]);
    });

    [Fact]
    public void Once_a_version_has_given_way_time_alone_does_not_bring_it_back() => Gen.Select(Histories, Gen.Int[0, 400]).Sample((versions, days) =>
    {
        KeyVersion[] immediate = [.. versions.Where(version => version.CreatedAt <= Now).Select(version => version with { NotBefore = null, ExpiresAt = null })];
        var now = KeyVersion.Signing(immediate, Overlap, Now).Select(version => version.Version);
        var later = KeyVersion.Signing(immediate, Overlap, Now.AddDays(days)).Select(version => version.Version);
        Assert.Subset(now.ToHashSet(), later.ToHashSet());
    });

    private static KeyVersion Version(string name, int createdDaysAgo) => new(name, Now.AddDays(createdDaysAgo), true, null, null);

    private static IEnumerable<string> Signing(IEnumerable<KeyVersion> versions) =>
        KeyVersion.Signing(versions, Overlap, Now).Select(version => version.Version);
}
