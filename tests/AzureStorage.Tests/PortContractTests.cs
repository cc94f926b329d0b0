using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>
/// What the ports promise, method by method, of storage in memory and of Azurite: the faults that are enumerated strike the ports in
/// memory, and what they show counts for as much as these behave alike.
/// </summary>
public abstract class PortContractTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract IBlobStore Ledger { get; }

    protected abstract IIssuerContainers Inbox { get; }

    protected abstract IQueueStore Queues { get; }

    protected abstract ITableStore Tables { get; }

    /// <summary>Lets time pass, on the clock that storage goes by.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    /// <summary>A container of the inbox, empty.</summary>
    protected abstract Task<string> NewContainerAsync();

    /// <summary>A queue, empty.</summary>
    protected abstract Task<string> NewQueueAsync();

    public static TheoryData<bool> BothAccounts => new(true, false);

    [Theory]
    [MemberData(nameof(BothAccounts))]
    public async Task Of_a_blob_that_is_not_there_everything_is_null_and_its_deletion_does_nothing(bool inbox)
    {
        var (blobs, blob) = await NewBlobAsync(inbox);
        Assert.Null(await blobs.ReadAsync(blob, Stop));
        Assert.Null(await blobs.ReadPartAsync(blob, 0, 10, Stop));
        Assert.Null(await blobs.FindAsync(blob, Stop));
        await blobs.DeleteAsync(blob, Stop);

        Assert.NotNull(await WriteAsync(blobs, blob, "a"));
        await blobs.DeleteAsync(blob, Stop);
        Assert.Null(await blobs.ReadAsync(blob, Stop));
    }

    [Theory]
    [MemberData(nameof(BothAccounts))]
    public async Task A_write_takes_effect_under_its_condition_and_otherwise_changes_nothing(bool inbox)
    {
        var (blobs, blob) = await NewBlobAsync(inbox);
        Assert.Null(await WriteAsync(blobs, blob, "never", BlobCondition.Is("0x8DE000000000000")));
        Assert.Null(await blobs.ReadAsync(blob, Stop));

        var first = await WriteAsync(blobs, blob, "first", BlobCondition.Is(null));
        await AssertIsAsync(blobs, blob, "first", first);
        Assert.Null(await WriteAsync(blobs, blob, "never", BlobCondition.Absent));
        await AssertIsAsync(blobs, blob, "first", first);

        var second = await WriteAsync(blobs, blob, "second", BlobCondition.Is(first));
        await AssertIsAsync(blobs, blob, "second", second);
        Assert.Null(await WriteAsync(blobs, blob, "never", BlobCondition.Is(first)));
        await AssertIsAsync(blobs, blob, "second", second);

        // The same bytes are another version.
        var third = await WriteAsync(blobs, blob, "second", BlobCondition.None);
        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
        await blobs.DeleteAsync(blob, Stop);
        Assert.Null(await WriteAsync(blobs, blob, "never", BlobCondition.Is(third)));
        Assert.NotEqual(first, await WriteAsync(blobs, blob, "first", BlobCondition.Absent));
    }

    [Theory]
    [MemberData(nameof(BothAccounts))]
    public async Task Of_many_writers_under_one_condition_exactly_one_succeeds(bool inbox)
    {
        var (blobs, blob) = await NewBlobAsync(inbox);
        for (string? version = null, next; ; version = next)
        {
            var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => WriteAsync(blobs, blob, $"{i}", BlobCondition.Is(version))));
            next = Assert.Single(written, etag => etag is not null);
            await AssertIsAsync(blobs, blob, $"{Array.IndexOf(written, next)}", next);
            if (version is not null)
                return;
        }
    }

    [Theory]
    [MemberData(nameof(BothAccounts))]
    public async Task A_part_is_at_most_as_long_as_asked_for_and_ends_with_the_blob(bool inbox)
    {
        var (blobs, blob) = await NewBlobAsync(inbox);
        await WriteAsync(blobs, blob, "0123456789");
        foreach (var most in (int[])[1, 9, 10, 11, 1000])
            Assert.Equal("0123456789"[..Math.Min(most, 10)], Text((await blobs.ReadPartAsync(blob, 0, most, Stop))!.Value));
        foreach (var from in (int[])[1, 5, 9, 10, 11])
            Assert.Equal("0123456789"[Math.Min(from, 10)..Math.Min(from + 3, 10)], Text((await blobs.ReadPartAsync(blob, from, 3, Stop))!.Value));
        await WriteAsync(blobs, blob, "");
        Assert.Equal(0, (await blobs.ReadPartAsync(blob, 0, 10, Stop))!.Value.Length);
        Assert.Equal(0, (await blobs.ReadAsync(blob, Stop))!.Content.Length);
    }

    [Theory]
    [MemberData(nameof(BothAccounts))]
    public async Task What_is_noted_on_a_blob_is_found_whatever_the_case_and_goes_with_the_next_write(bool inbox)
    {
        var (blobs, blob) = await NewBlobAsync(inbox);
        await WriteAsync(blobs, blob, "a", headers: new BlobHeaders("text/plain", null, new Dictionary<string, string> { ["sourceEtag"] = "0x1" }));
        var found = await blobs.FindAsync(blob, Stop);
        Assert.Equal("0x1", found!.Metadata["SOURCEETAG"]);
        Assert.Equal((await blobs.ReadAsync(blob, Stop))!.ETag, found.ETag);
        Assert.Equal("0x1", Assert.Single(await ListAsync(blobs, blob.Container, blob.Name)).Metadata["sourceetag"]);
        await WriteAsync(blobs, blob, "b");
        Assert.Empty((await blobs.FindAsync(blob, Stop))!.Metadata);
    }

    [Theory]
    [MemberData(nameof(BothAccounts))]
    public async Task Blobs_are_listed_by_name_under_a_prefix_and_no_others(bool inbox)
    {
        var (blobs, under) = await NewBlobAsync(inbox);
        string[] names = ["/a", "/a/b", "/a-b", "/B", "/a.c", "/目录/x", "/z"];
        foreach (var name in names.Reverse())
            await WriteAsync(blobs, under with { Name = under.Name + name }, name);
        await WriteAsync(blobs, under with { Name = under.Name + "0" }, "beside");

        var listed = await ListAsync(blobs, under.Container, under.Name + "/");
        Assert.Equal(names.Order(StringComparer.Ordinal).Select(name => under.Name + name), listed.Select(blob => blob.Path));
        Assert.All(listed, blob => Assert.Equal(Encoding.UTF8.GetByteCount(blob.Path[under.Name.Length..]), blob.Length));
        Assert.Equal(["/a", "/a-b", "/a.c", "/a/b"], (await ListAsync(blobs, under.Container, under.Name + "/a")).Select(blob => blob.Path[under.Name.Length..]));
        var one = under with { Name = under.Name + "/z" };
        Assert.Equal((await blobs.ReadAsync(one, Stop))!.ETag, listed[^2].ETag);
        Assert.Empty(await ListAsync(blobs, "no-such-container", ""));
    }

    [Fact]
    public async Task A_lease_is_one_holders_until_it_is_given_back_or_ends_and_nobody_else_renews_or_ends_it()
    {
        var (blobs, blob) = await NewBlobAsync(inbox: false);
        var (first, second, minute) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), TimeSpan.FromSeconds(60));
        Assert.Equal(LeaseOutcome.NoBlob, await blobs.TryLeaseAsync(blob, first, minute, Stop));
        await WriteAsync(blobs, blob, "");
        Assert.Equal(LeaseOutcome.Taken, await blobs.TryLeaseAsync(blob, first, minute, Stop));
        Assert.Equal(LeaseOutcome.Taken, await blobs.TryLeaseAsync(blob, first, minute, Stop));
        Assert.Equal(LeaseOutcome.Held, await blobs.TryLeaseAsync(blob, second, minute, Stop));
        await Assert.ThrowsAnyAsync<Exception>(() => blobs.RenewLeaseAsync(blob, second, Stop));
        await Assert.ThrowsAnyAsync<Exception>(() => blobs.ReleaseLeaseAsync(blob, second, Stop));
        await blobs.RenewLeaseAsync(blob, first, Stop);
        await blobs.ReleaseLeaseAsync(blob, first, Stop);
        await Assert.ThrowsAnyAsync<Exception>(() => blobs.RenewLeaseAsync(blob, first, Stop));

        Assert.Equal(LeaseOutcome.Taken, await blobs.TryLeaseAsync(blob, second, TimeSpan.FromSeconds(15), Stop));
        await UntilAsync(async () => await blobs.TryLeaseAsync(blob, first, minute, Stop) == LeaseOutcome.Taken);
        await Assert.ThrowsAnyAsync<Exception>(() => blobs.RenewLeaseAsync(blob, second, Stop));
        await blobs.ReleaseLeaseAsync(blob, first, Stop);
    }

    [Theory]
    [MemberData(nameof(BothAccounts))]
    public async Task What_is_leased_is_read_and_listed_and_neither_written_nor_deleted_by_others(bool inbox)
    {
        var (blobs, blob) = await NewBlobAsync(inbox);
        var version = await WriteAsync(blobs, blob, "leased");
        var id = Guid.NewGuid().ToString();
        Assert.Equal(LeaseOutcome.Taken, await blobs.TryLeaseAsync(blob, id, TimeSpan.FromSeconds(60), Stop));
        await Assert.ThrowsAnyAsync<Exception>(() => WriteAsync(blobs, blob, "never"));
        await Assert.ThrowsAnyAsync<Exception>(() => WriteAsync(blobs, blob, "never", BlobCondition.Is(version)));
        await Assert.ThrowsAnyAsync<Exception>(() => blobs.DeleteAsync(blob, Stop));
        await AssertIsAsync(blobs, blob, "leased", version);
        Assert.Single(await ListAsync(blobs, blob.Container, blob.Name));

        // Whoever creates what another has created and leased meanwhile is told that it is there.
        Assert.Null(await WriteAsync(blobs, blob, "never", BlobCondition.Absent));
        await blobs.ReleaseLeaseAsync(blob, id, Stop);
        Assert.NotNull(await WriteAsync(blobs, blob, "now", BlobCondition.Is(version)));
    }

    [Fact]
    public async Task Without_its_container_a_write_says_what_is_missing_and_there_is_nothing_to_read()
    {
        var blob = new BlobAddress($"issuer-{Guid.NewGuid():N}", "a");
        await Assert.ThrowsAsync<MissingInStorageException>(() => WriteAsync(Inbox, blob, "a"));
        await Assert.ThrowsAsync<MissingInStorageException>(() => WriteAsync(Inbox, blob, "a", BlobCondition.Absent));
        await Assert.ThrowsAsync<MissingInStorageException>(() => Inbox.StageBlockAsync(blob, "MDAx", Bytes("a"), Stop));
        await Assert.ThrowsAsync<MissingInStorageException>(() => Inbox.SetMetadataAsync(blob, new Dictionary<string, string>(), Stop));
        await Assert.ThrowsAsync<MissingInStorageException>(() => Inbox.TryDeleteAsync(blob, "0x1", Stop));
        Assert.Null(await Inbox.ReadAsync(blob, Stop));
        Assert.Null(await Inbox.FindAsync(blob, Stop));
        Assert.Null(await Inbox.OpenAsync(blob, null, Stop));
        Assert.Null(await Inbox.OpenAsync(blob, "0x1", Stop));
        Assert.Null(await Inbox.FindContainerAsync(blob.Container, Stop));
        await Inbox.DeleteAsync(blob, Stop);
    }

    [Fact]
    public async Task Containers_are_found_and_listed_by_prefix_in_order_with_what_is_noted_on_them()
    {
        string[] made = [await NewContainerAsync(), await NewContainerAsync(), await NewContainerAsync()];
        var found = await Inbox.FindContainerAsync(made[0], Stop);
        Assert.Equal((made[0], "CN-GD"), (found!.Name, found.Metadata["jurisdiction"]));
        var listed = new List<string>();
        await foreach (var container in Inbox.ListContainersAsync("issuer-", Stop))
            listed.Add(container.Name);
        Assert.Equal(made.Order(StringComparer.Ordinal), listed.Where(made.Contains));
        Assert.Equal(listed.Order(StringComparer.Ordinal), listed);
        Assert.All(listed, name => Assert.StartsWith("issuer-", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_upload_is_opened_as_the_version_that_was_asked_for_or_as_the_one_that_is_there()
    {
        var (_, blob) = await NewBlobAsync(inbox: true);
        Assert.Null(await Inbox.OpenAsync(blob, null, Stop));
        var old = await WriteAsync(Inbox, blob, "old");
        var now = await WriteAsync(Inbox, blob, "now", headers: new BlobHeaders(Metadata: new Dictionary<string, string> { ["reference"] = "R1" }));
        await Assert.ThrowsAsync<BlobChangedException>(() => Inbox.OpenAsync(blob, old, Stop));
        foreach (var etag in (string?[])[now, null])
        {
            await using var opened = (await Inbox.OpenAsync(blob, etag, Stop))!;
            Assert.Equal(new BlobVersion(blob.Container, blob.Name, now!), opened.Version);
            Assert.Equal("R1", opened.Metadata["reference"]);
            Assert.Equal("now", await new StreamReader(opened.Content).ReadToEndAsync(Stop));
        }
    }

    [Fact]
    public async Task A_version_is_deleted_and_not_what_replaced_it()
    {
        var (_, blob) = await NewBlobAsync(inbox: true);
        var old = await WriteAsync(Inbox, blob, "old");
        var now = await WriteAsync(Inbox, blob, "now");
        Assert.False(await Inbox.TryDeleteAsync(blob, old!, Stop));
        await AssertIsAsync(Inbox, blob, "now", now);
        Assert.True(await Inbox.TryDeleteAsync(blob, now!, Stop));
        Assert.Null(await Inbox.ReadAsync(blob, Stop));

        // Again it may say either, but it is no failure.
        await Inbox.TryDeleteAsync(blob, now!, Stop);
    }

    [Fact]
    public async Task Metadata_is_replaced_as_a_new_version_of_the_same_bytes()
    {
        var (_, blob) = await NewBlobAsync(inbox: true);
        await Assert.ThrowsAsync<MissingInStorageException>(() => Inbox.SetMetadataAsync(blob, new Dictionary<string, string>(), Stop));
        var version = await WriteAsync(Inbox, blob, "a", headers: new BlobHeaders(Metadata: new Dictionary<string, string> { ["one"] = "1" }));
        await Inbox.SetMetadataAsync(blob, new Dictionary<string, string> { ["two"] = "2" }, Stop);
        var found = await Inbox.FindAsync(blob, Stop);
        Assert.Equal(["two"], found!.Metadata.Keys);
        Assert.NotEqual(version, found.ETag);
        await AssertIsAsync(Inbox, blob, "a", found.ETag);
    }

    [Fact]
    public async Task Blocks_are_no_blob_until_they_are_committed_in_the_order_that_is_named()
    {
        var (_, blob) = await NewBlobAsync(inbox: true);
        string[] ids = ["MDAx", "MDAy", "MDAz"];
        foreach (var id in ids.Reverse())
            await Inbox.StageBlockAsync(blob, id, Bytes(id), Stop);
        await Inbox.StageBlockAsync(blob, ids[0], Bytes("again"), Stop);
        Assert.Equal(ids, (await Inbox.ListStagedBlocksAsync(blob, Stop)).Order(StringComparer.Ordinal));
        Assert.Null(await Inbox.ReadAsync(blob, Stop));

        await Assert.ThrowsAnyAsync<Exception>(() => Inbox.CommitBlocksAsync(blob, [ids[0], "MDA5"], BlobHeaders.None, Stop));
        Assert.Null(await Inbox.ReadAsync(blob, Stop));
        await Inbox.CommitBlocksAsync(blob, [ids[0], ids[2]], new BlobHeaders(Metadata: new Dictionary<string, string> { ["one"] = "1" }), Stop);
        Assert.Equal("againMDAz", Text((await Inbox.ReadAsync(blob, Stop))!.Content));
        Assert.Equal("1", (await Inbox.FindAsync(blob, Stop))!.Metadata["one"]);
        Assert.Empty(await Inbox.ListStagedBlocksAsync(blob, Stop));

        // A request that is sent again names what is committed.
        await Inbox.CommitBlocksAsync(blob, [ids[0], ids[2]], BlobHeaders.None, Stop);
        Assert.Equal("againMDAz", Text((await Inbox.ReadAsync(blob, Stop))!.Content));
        await Assert.ThrowsAnyAsync<Exception>(() => Inbox.CommitBlocksAsync(blob, [ids[1]], BlobHeaders.None, Stop));
        Assert.Equal("againMDAz", Text((await Inbox.ReadAsync(blob, Stop))!.Content));
    }

    [Fact]
    public async Task Blocks_take_the_place_of_the_blob_that_is_there()
    {
        var (_, blob) = await NewBlobAsync(inbox: true);
        await WriteAsync(Inbox, blob, "whole");
        await Inbox.StageBlockAsync(blob, "MDAx", Bytes("block"), Stop);
        Assert.Equal("whole", Text((await Inbox.ReadAsync(blob, Stop))!.Content));
        await Inbox.CommitBlocksAsync(blob, ["MDAx"], BlobHeaders.None, Stop);
        Assert.Equal("block", Text((await Inbox.ReadAsync(blob, Stop))!.Content));
    }

    [Fact]
    public async Task A_message_is_one_receivers_until_it_comes_back_and_a_stale_handle_does_nothing()
    {
        var queue = await NewQueueAsync();
        Assert.Empty(await Queues.ReceiveAsync(queue, 1, Long, Stop));
        var sent = await Queues.SendAsync(queue, Body("a"), TimeSpan.Zero, Stop);
        var first = Assert.Single(await Queues.ReceiveAsync(queue, IQueueStore.MaxReceived, TimeSpan.FromSeconds(2), Stop));
        Assert.Equal((sent.Id, 1L, "a", false), (first.Id, first.DeliveryCount, Text(first.Body.Bytes), first.Body.IsText));

        var second = await ComesBackAsync(queue);
        Assert.Equal((sent.Id, 2L, first.SentAt), (second.Id, second.DeliveryCount, second.SentAt));
        foreach (var stale in (string[])[sent.Handle, first.Handle])
        {
            Assert.False(await Queues.TryDeleteAsync(queue, sent.Id, stale, Stop));
            Assert.False(await Queues.TryHideAsync(queue, sent.Id, stale, TimeSpan.Zero, Stop));
        }

        Assert.Empty(await Queues.ReceiveAsync(queue, 1, Long, Stop));
        Assert.Equal(1, await Queues.CountAsync(queue, Stop));
        Assert.True(await Queues.TryDeleteAsync(queue, second.Id, second.Handle, Stop));
        Assert.False(await Queues.TryDeleteAsync(queue, second.Id, second.Handle, Stop));
        Assert.False(await Queues.TryHideAsync(queue, second.Id, second.Handle, TimeSpan.Zero, Stop));
        Assert.Equal(0, await Queues.CountAsync(queue, Stop));
    }

    [Fact]
    public async Task A_message_that_is_hidden_is_seen_when_it_is_due_under_another_handle()
    {
        var queue = await NewQueueAsync();
        await Queues.SendAsync(queue, Body("a"), TimeSpan.Zero, Stop);
        var taken = Assert.Single(await Queues.ReceiveAsync(queue, 1, Long, Stop));
        Assert.True(await Queues.TryHideAsync(queue, taken.Id, taken.Handle, TimeSpan.Zero, Stop));
        Assert.False(await Queues.TryHideAsync(queue, taken.Id, taken.Handle, TimeSpan.Zero, Stop));
        Assert.False(await Queues.TryDeleteAsync(queue, taken.Id, taken.Handle, Stop));
        var again = await ComesBackAsync(queue);
        Assert.True(await Queues.TryHideAsync(queue, again.Id, again.Handle, Long, Stop));
        Assert.Empty(await Queues.ReceiveAsync(queue, 1, Long, Stop));
        Assert.Null(await Queues.PeekAsync(queue, Stop));
        Assert.Equal(1, await Queues.CountAsync(queue, Stop));
    }

    [Fact]
    public async Task A_message_that_is_sent_for_later_is_seen_then_and_can_be_taken_back_before()
    {
        var queue = await NewQueueAsync();
        var later = await Queues.SendAsync(queue, Body("later"), Long, Stop);
        Assert.Null(await Queues.PeekAsync(queue, Stop));
        Assert.Equal(1, await Queues.CountAsync(queue, Stop));
        Assert.True(await Queues.TryDeleteAsync(queue, later.Id, later.Handle, Stop));
        Assert.Equal(0, await Queues.CountAsync(queue, Stop));

        await Queues.SendAsync(queue, Body("soon"), TimeSpan.FromSeconds(2), Stop);
        var soon = await ComesBackAsync(queue);
        Assert.Equal((1L, "soon"), (soon.DeliveryCount, Text(soon.Body.Bytes)));
    }

    [Fact]
    public async Task As_many_messages_are_received_as_are_asked_for_and_the_front_is_looked_at_without_taking_it()
    {
        var queue = await NewQueueAsync();
        for (var i = 0; i < 40; i++)
            await Queues.SendAsync(queue, Body($"{i}"), TimeSpan.Zero, Stop);
        Assert.NotNull(await Queues.PeekAsync(queue, Stop));
        Assert.Equal(IQueueStore.MaxReceived, (await Queues.ReceiveAsync(queue, IQueueStore.MaxReceived, Long, Stop)).Count);
        Assert.Equal(5, (await Queues.ReceiveAsync(queue, 5, Long, Stop)).Count);
        Assert.Equal(3, (await Queues.ReceiveAsync(queue, 5, Long, Stop)).Count);
        Assert.Null(await Queues.PeekAsync(queue, Stop));
        Assert.Equal(40, await Queues.CountAsync(queue, Stop));
    }

    [Fact]
    public async Task A_body_of_any_bytes_and_of_the_greatest_length_arrives_as_it_was_and_text_as_text()
    {
        var queue = await NewQueueAsync();
        byte[][] bodies = [[0, 255, 10], RandomNumberGenerator.GetBytes(IQueueStore.MaxBodyLength)];
        foreach (var body in bodies)
            await Queues.SendAsync(queue, new MessageBody(body), TimeSpan.Zero, Stop);
        await Queues.SendAsync(queue, new MessageBody(Bytes("{not base64}"), IsText: true), TimeSpan.Zero, Stop);
        var received = await Queues.ReceiveAsync(queue, IQueueStore.MaxReceived, Long, Stop);
        Assert.Equal(3, received.Count);
        foreach (var body in bodies)
            Assert.Single(received, message => !message.Body.IsText && message.Body.Bytes.Span.SequenceEqual(body));
        Assert.Equal("{not base64}", Text(Assert.Single(received, message => message.Body.IsText).Body.Bytes));
    }

    [Fact]
    public async Task A_transaction_inserts_all_its_rows_or_where_one_key_is_taken_none()
    {
        var partition = NewPartition();
        Assert.True(await Tables.TryInsertAsync(Table, [Row(partition, "m", "first")], Stop));
        Assert.False(await Tables.TryInsertAsync(Table, [Row(partition, "m", "second")], Stop));
        Assert.False(await Tables.TryInsertAsync(Table, [Row(partition, "a", "second"), Row(partition, "m", "second"), Row(partition, "z", "second")], Stop));
        Assert.Equal(["first"], (await QueryAsync(new RowQuery(partition))).Select(row => row.Entry));

        TableRow[] whole = [.. Enumerable.Range(0, ITableStore.MaxTransaction).Select(i => Row(partition, $"r{i:d3}", "whole"))];
        Assert.True(await Tables.TryInsertAsync(Table, whole, Stop));
        Assert.Equal(101, (await QueryAsync(new RowQuery(partition))).Count);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("too many")]
    [InlineData("two partitions")]
    [InlineData("one key twice")]
    public async Task A_transaction_that_storage_does_not_take_is_a_failure_and_writes_nothing(string what)
    {
        var (partition, other) = (NewPartition(), NewPartition());
        TableRow[] rows = what switch
        {
            "none" => [],
            "too many" => [.. Enumerable.Range(0, ITableStore.MaxTransaction + 1).Select(i => Row(partition, $"{i}", "never"))],
            "two partitions" => [Row(partition, "a", "never"), Row(other, "b", "never")],
            _ => [Row(partition, "a", "never"), Row(partition, "a", "never")],
        };
        await Assert.ThrowsAnyAsync<Exception>(() => Tables.TryInsertAsync(Table, rows, Stop));
        await Assert.ThrowsAnyAsync<Exception>(() => Tables.UpsertAsync(Table, rows, Stop));
        Assert.Empty(await QueryAsync(new RowQuery(partition)));
        Assert.Empty(await QueryAsync(new RowQuery(other)));
    }

    [Fact]
    public async Task A_row_is_written_whole_whatever_was_there_and_deleting_none_does_nothing()
    {
        var partition = NewPartition();
        var full = new TableRow(partition, "k") { LogIndex = long.MaxValue, Act = "act", Entry = "条目\u0001", Opening = "00", Confidential = "{}", Note = "— note\n" };
        await Tables.UpsertAsync(Table, [full], Stop);
        Assert.Equal([full], await QueryAsync(new RowQuery(partition)));
        await Tables.UpsertAsync(Table, [Row(partition, "k", "less"), Row(partition, "l", "more")], Stop);
        Assert.Equal([Row(partition, "k", "less"), Row(partition, "l", "more")], await QueryAsync(new RowQuery(partition)));
        await Tables.DeleteAsync(Table, partition, "k", Stop);
        await Tables.DeleteAsync(Table, partition, "k", Stop);
        Assert.Equal([Row(partition, "l", "more")], await QueryAsync(new RowQuery(partition)));
    }

    [Fact]
    public async Task Rows_are_found_by_partition_key_and_prefix_in_order_with_the_columns_that_are_asked_for()
    {
        var (partition, other) = (NewPartition(), NewPartition());
        string[] keys = ["sha-256:ab", "sha-256:ab:1", "sha-256:ab:2", "sha-256:abc:1", "sha-256:aa:1", "sm3:ab:1", "Z", "a"];
        await Tables.UpsertAsync(Table, [.. keys.Select(key => Row(partition, key, key) with { LogIndex = 7, Act = "act" })], Stop);
        await Tables.UpsertAsync(Table, [Row(other, "sha-256:ab:1", "other")], Stop);
        Assert.Equal(keys.Order(StringComparer.Ordinal), (await QueryAsync(new RowQuery(partition))).Select(row => row.Key));
        Assert.Equal(["sha-256:ab:1", "sha-256:ab:2"], (await QueryAsync(new RowQuery(partition, KeyPrefix: "sha-256:ab:"))).Select(row => row.Key));
        Assert.Equal(["sha-256:ab"], (await QueryAsync(new RowQuery(partition, Key: "sha-256:ab"))).Select(row => row.Key));
        Assert.Empty(await QueryAsync(new RowQuery(partition, Key: "sha-256:a")));
        Assert.Equal([new TableRow(partition, "a")], await QueryAsync(new RowQuery(partition, Key: "a"), RowColumns.Keys));
        Assert.Equal([new TableRow(partition, "a") { LogIndex = 7, Act = "act" }], await QueryAsync(new RowQuery(partition, Key: "a"), RowColumns.Place));

        var all = (await QueryAsync(default)).Where(row => row.Partition == partition || row.Partition == other).ToArray();
        Assert.Equal(all.OrderBy(row => row.Partition, StringComparer.Ordinal).ThenBy(row => row.Key, StringComparer.Ordinal), all);
        Assert.Equal(keys.Length + 1, all.Length);
    }

    [Fact]
    public async Task A_query_goes_on_past_what_storage_hands_out_at_once()
    {
        var partition = NewPartition();
        foreach (var rows in Enumerable.Range(0, 1_100).Select(i => Row(partition, $"{i:d5}", "")).Chunk(ITableStore.MaxTransaction))
            Assert.True(await Tables.TryInsertAsync(Table, rows, Stop));
        Assert.Equal(1_100, (await QueryAsync(new RowQuery(partition), RowColumns.Keys)).Count);
    }

    private static string Table => StorageNames.ReferencesTable;

    private static string NewPartition() => Guid.NewGuid().ToString("N");

    private static TableRow Row(string partition, string key, string entry) => new(partition, key) { Entry = entry };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static MessageBody Body(string text) => new(Bytes(text));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static Task<string?> WriteAsync(IBlobStore blobs, BlobAddress blob, string content, BlobCondition condition = default, BlobHeaders? headers = null) =>
        blobs.TryWriteAsync(blob, Bytes(content), condition, headers ?? BlobHeaders.None, Stop);

    private static async Task AssertIsAsync(IBlobStore blobs, BlobAddress blob, string content, string? version)
    {
        var stored = await blobs.ReadAsync(blob, Stop);
        Assert.Equal((content, version), (Text(stored!.Content), stored.ETag));
    }

    private static async Task<List<ListedBlob>> ListAsync(IBlobStore blobs, string container, string prefix)
    {
        var listed = new List<ListedBlob>();
        await foreach (var blob in blobs.ListAsync(container, prefix, Stop))
            listed.Add(blob);
        return listed;
    }

    private async Task<List<TableRow>> QueryAsync(RowQuery query, RowColumns columns = RowColumns.All)
    {
        var rows = new List<TableRow>();
        await foreach (var row in Tables.QueryAsync(Table, query, columns, Stop))
            rows.Add(row);
        return rows;
    }

    private async Task<(IBlobStore Blobs, BlobAddress Blob)> NewBlobAsync(bool inbox) => inbox
        ? (Inbox, new BlobAddress(await NewContainerAsync(), $"{Guid.NewGuid()}"))
        : (Ledger, new BlobAddress(StorageNames.StagingContainer, $"{Guid.NewGuid()}"));

    private async Task<ReceivedMessage> ComesBackAsync(string queue)
    {
        IReadOnlyList<ReceivedMessage> received = [];
        await UntilAsync(async () => (received = await Queues.ReceiveAsync(queue, 1, Long, Stop)).Count > 0);
        return received[0];
    }

    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var looks = 0; !await holds(); looks++)
        {
            Assert.True(looks < 1_000, "it never came to be");
            await PassAsync(TimeSpan.FromMilliseconds(200));
        }
    }
}

public sealed class InMemoryPortTests : PortContractTests
{
    private readonly InMemoryWorld _world = new();

    protected override IBlobStore Ledger => _world.Ledger;

    protected override IIssuerContainers Inbox => _world.Inbox;

    protected override IQueueStore Queues => _world.Queues;

    protected override ITableStore Tables => _world.Ledger.Tables;

    protected override Task PassAsync(TimeSpan time)
    {
        _world.Time.Advance(time);
        return Task.CompletedTask;
    }

    protected override Task<string> NewContainerAsync()
    {
        var name = $"issuer-{Guid.NewGuid():N}"[..27];
        _world.Inbox.CreateContainer(name, new Dictionary<string, string> { ["legalname"] = "示范银行", ["jurisdiction"] = "CN-GD" });
        return Task.FromResult(name);
    }

    protected override Task<string> NewQueueAsync() => Task.FromResult("q");
}

public sealed class AzuritePortTests(Azurite azurite) : PortContractTests
{
    protected override IBlobStore Ledger { get; } = azurite.Accounts.LedgerBlobs;

    protected override IIssuerContainers Inbox { get; } = azurite.Accounts.IssuerContainers;

    protected override IQueueStore Queues { get; } = azurite.Accounts.LedgerQueues;

    protected override ITableStore Tables { get; } = azurite.Accounts.LedgerTables;

    protected override Task PassAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, Stop);

    protected override async Task<string> NewContainerAsync() => $"issuer-{await azurite.NewIssuerAsync()}";

    protected override async Task<string> NewQueueAsync()
    {
        var name = $"q-{Guid.NewGuid():N}";
        await azurite.Accounts.Queues.CreateQueueAsync(name, cancellationToken: Stop);
        return name;
    }
}
