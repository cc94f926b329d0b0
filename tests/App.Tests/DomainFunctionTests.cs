using System.Text.Json;

namespace TrueCopy.App.Tests;

/// <summary>The function that asks domains, on the real host, wired to storage and keys.</summary>
public sealed class DomainFunctionTests(RunningApp app)
{
    // The registry states no domain, so nobody is asked; a round is made all the same, and the next one is an hour away.
    [Fact]
    public async Task The_timer_makes_a_round_when_one_is_due_and_says_when_the_next_one_is()
    {
        var stop = TestContext.Current.CancellationToken;
        var round = app.Accounts.Ledger.GetBlobContainerClient(StorageNames.StateContainer).GetBlobClient("domains");
        await app.RunTimerAsync("AskDomains", stop);
        var first = await round.DownloadContentAsync(stop);
        var kept = JsonDocument.Parse(first.Value.Content).RootElement;
        Assert.Empty(kept.GetProperty("silent").EnumerateArray());
        Assert.InRange(kept.GetProperty("next").GetDateTimeOffset() - first.Value.Details.LastModified, TimeSpan.FromMinutes(53), TimeSpan.FromMinutes(67));
        await app.RunTimerAsync("AskDomains", stop);
        Assert.Equal(first.Value.Details.ETag, (await round.GetPropertiesAsync(cancellationToken: stop)).Value.ETag);
    }
}
