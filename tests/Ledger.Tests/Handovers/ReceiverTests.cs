namespace TrueCopy.Ledger.Tests.Handovers;

/// <summary>Receivers, in the registry and in the log, and what waits for them.</summary>
public sealed class ReceiverTests
{
    private readonly InMemoryWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_sight_and_change_of_a_key_is_an_entry_and_the_log_proves_which_one_counts()
    {
        _world.AddReceiver("lender");
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        await service.Housekeeping.RunAsync(Stop);
        var first = Assert.Single((await service.Directory.ListAsync(Stop)).Receivers);
        Assert.Equal(("lender", "The lender Ltd", 90L), (first.Id, first.LegalName, first.KeepsDays));
        Assert.Equal(["credit", "employment"], first.Purposes);
        var proven = ProvenReceiver.Open(first.Proof, Open);
        Assert.Equal((first.EncryptionKey, first.LogIndex), (proven.EncryptionKey, proven.LogIndex));

        _world.Time.Advance(TimeSpan.FromMinutes(1));
        _world.AddReceiver("lender", new byte[32]);
        await service.Housekeeping.RunAsync(Stop);
        var second = Assert.Single((await service.Directory.ListAsync(Stop)).Receivers);
        Assert.NotEqual(first.EncryptionKey, second.EncryptionKey);
        Assert.Equal(first.LogIndex, ProvenReceiver.Open(second.Proof, Open).Entry.Replaces);

        // The one that counted is proven under the newest checkpoint not to.
        var old = (await new ReceiverHistory(_world.Ledger.Tables).FindAsync("lender", Stop))[0];
        Assert.Equal(first.LogIndex, old.LogIndex);
        Assert.Equal(EntryStatus.Reissued, await CodeAsync(service, first.LogIndex));
        Assert.Equal(EntryStatus.Stands, await CodeAsync(service, second.LogIndex));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task An_older_description_that_is_delivered_late_is_no_change_and_of_two_in_a_batch_the_last_counts()
    {
        _world.AddReceiver("lender");
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        var old = _world.Inbox.ReceiverOf("lender");
        var (second, third) = (old with { KeepsDays = 2, Since = old.Since.AddSeconds(2) }, old with { KeepsDays = 3, Since = old.Since.AddSeconds(3) });
        await _world.Staged.AddAsync(new ReceiverChange(third), Stop);
        await _world.Staged.AddAsync(new ReceiverChange(second), Stop);
        await service.Sequencer.DrainAsync(Stop);
        foreach (var late in (Receiver[])[second, old, third])
        {
            await _world.Staged.AddAsync(new ReceiverChange(late), Stop);
            await service.Sequencer.DrainAsync(Stop);
        }

        var records = await new ReceiverHistory(_world.Ledger.Tables).FindAsync("lender", Stop);
        Assert.Equal([90L, 3L], records.Select(record => record.Read().KeepsDays));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_receiver_that_left_the_registry_is_not_listed_and_takes_nothing()
    {
        _world.AddReceiver("lender");
        _world.AddReceiver("other");
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        Assert.Equal(["lender", "other"], (await service.Directory.ListAsync(Stop)).Receivers.Select(receiver => receiver.Id));
        _world.Inbox.CreateContainer("receiver-lender", []);
        await using var later = _world.Start();
        Assert.Equal(["other"], (await later.Directory.ListAsync(Stop)).Receivers.Select(receiver => receiver.Id));
        var refused = await Assert.ThrowsAsync<HandoverRefusedException>(() => later.Requests.AnnounceAsync(new Parcel("one").Request, Stop));
        Assert.Equal("no-such-receiver", refused.Rejection.Cause);
    }

    [Fact]
    public async Task Nobody_is_listed_before_the_log_has_it()
    {
        await using var service = _world.Start();
        Assert.Empty((await service.Directory.ListAsync(Stop)).Receivers);
        _world.AddReceiver("lender");
        Assert.Empty((await service.Directory.ListAsync(Stop)).Receivers);
    }

    [Fact]
    public async Task A_receiver_lists_what_it_was_sent_newest_first_and_gets_what_waits()
    {
        _world.AddReceiver("lender");
        await using var service = _world.Start();
        var parcels = Enumerable.Range(0, 5).Select(i => new Parcel($"{i}")).ToArray();
        foreach (var parcel in parcels)
        {
            await parcel.SendAsync(_world, service, Stop);
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await service.Handovers.ActAsync("lender", parcels[3].Id, parcels[3].Act(ActKind.Received), Stop);
        var page = await service.Receivers.ListAsync("lender", 1, 2, Stop);
        Assert.Equal([parcels[3].Id, parcels[2].Id], page.Handovers.Select(item => item.Id));
        Assert.Equal([HandoverState.Received, HandoverState.Sent], page.Handovers.Select(item => item.State));
        Assert.False(page.Complete);
        Assert.Null(page.Handovers[0].Expires);
        Assert.Equal(page.Handovers[1].SentAt.AddDays(30), page.Handovers[1].Expires);
        Assert.Equal(parcels[2].Sealed.Length, page.Handovers[1].Length);
        Assert.True((await service.Receivers.ListAsync("lender", 3, 2, Stop)).Complete);

        var grant = await service.Receivers.GetPackageAsync("lender", parcels[2].Id, Stop);
        Assert.Equal(parcels[2].Sealed.Length, grant.Length);
        Assert.EndsWith("sp=r", grant.Download, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<HandoverRefusedException>(() => service.Receivers.GetPackageAsync("lender", parcels[3].Id, Stop));
        Assert.Equal("received-already", refused.Rejection.Cause);
        _world.Inbox.Delete(parcels[2].Blob.Container, parcels[2].Blob.Name);
        refused = await Assert.ThrowsAsync<HandoverRefusedException>(() => service.Receivers.GetPackageAsync("lender", parcels[2].Id, Stop));
        Assert.Equal("package-gone", refused.Rejection.Cause);
    }

    [Theory]
    [InlineData("legalname", "")]
    [InlineData("jurisdiction", "hongkong")]
    [InlineData("encryptionkey", "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq")]
    [InlineData("encryptionkey", "")]
    [InlineData("purposes", "")]
    [InlineData("purposes", "credit marketing")]
    [InlineData("keepsdays", "-1")]
    [InlineData("keepsdays", "36526")]
    [InlineData("keepsdays", "")]
    [InlineData("legalname", "a\u202eb")]
    public async Task A_container_whose_metadata_breaks_a_rule_is_no_receivers(string key, string value)
    {
        _world.AddReceiver("lender");
        var container = (await _world.Inbox.FindContainerAsync("receiver-lender", Stop))!;
        Assert.Equal("lender", ReceiverMetadata.Parse(container.Name, container.Metadata).Id);
        Assert.Throws<NotAReceiverException>(() => ReceiverMetadata.Parse(container.Name, new Dictionary<string, string>(container.Metadata) { [key] = Uri.EscapeDataString(value) }));
    }

    [Fact]
    public async Task A_name_that_was_meant_to_be_another_is_told()
    {
        _world.AddReceiver("lender");
        var container = (await _world.Inbox.FindContainerAsync("receiver-lender", Stop))!;
        var wrong = Assert.Throws<NotAReceiverException>(() => ReceiverMetadata.Parse(container.Name, new Dictionary<string, string>(container.Metadata) { ["encryption-key"] = "age1" }));
        Assert.Equal("the name is encryptionkey, not encryption-key", wrong.Message);
        Assert.Throws<NotAReceiverException>(() => ReceiverMetadata.Parse("issuer-lender", container.Metadata));
        Assert.Throws<NotAReceiverException>(() => ReceiverMetadata.Parse("receiver-", container.Metadata));
    }

    private SignedCheckpoint Open(ReadOnlyMemory<byte> note) => SignedCheckpoint.Open(note, InMemoryWorld.Origin, _world.EveryVerifier);

    private static async Task<EntryStatus> CodeAsync(InMemoryService service, long index)
    {
        var reading = await service.Status.ReadSinceAsync(0, Stop);
        var page = reading.Pages.FirstOrDefault(page => page.Key == StatusPage.NumberOf(index)).Value;
        return page.IsEmpty ? EntryStatus.Stands : StatusPage.Read(page.Span, index);
    }
}
