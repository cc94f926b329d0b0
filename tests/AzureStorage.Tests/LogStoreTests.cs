using System.Text;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>The public log. Has a storage of its own, for there is one checkpoint.</summary>
public sealed class LogStoreTests(Azurite azurite) : IAsyncLifetime
{
    private AzuriteFixture _storage = null!;

    public async ValueTask InitializeAsync() => _storage = await azurite.NewStorageAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_published_checkpoint_never_shrinks_whoever_publishes_and_in_whatever_order()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => new LogStore(_storage.Connect().LedgerBlobs)).ToArray();
        Assert.Null(await stores[0].ReadCheckpointAsync(Stop));
        long[] sizes = [5, 3, 9, 1, 7, 9, 8, 12, 2, 11];
        await Task.WhenAll(sizes.Select((size, i) => stores[i % 4].PublishCheckpointAsync(NoteOf(size), size, Stop)));
        Assert.Equal(NoteOf(12), (await stores[0].ReadCheckpointAsync(Stop))!.Value.ToArray());

        await stores[1].PublishCheckpointAsync(NoteOf(6), 6, Stop);
        Assert.Equal(NoteOf(12), (await stores[0].ReadCheckpointAsync(Stop))!.Value.ToArray());
    }

    [Fact]
    public async Task Tiles_are_blobs_at_the_paths_of_the_specification()
    {
        var store = new LogStore(_storage.Connect().LedgerBlobs);
        var tile = new TileContent(new TileId(0, 1234, 2), new byte[64]);
        await store.WriteAsync(tile, Stop);
        await store.WriteAsync(tile, Stop);

        var blob = _storage.Connect().Ledger.GetBlobContainerClient("log").GetBlobClient("tile/0/x001/234.p/2");
        var properties = await blob.GetPropertiesAsync(cancellationToken: Stop);
        Assert.Equal("application/octet-stream", properties.Value.ContentType);
        Assert.Contains("immutable", properties.Value.CacheControl, StringComparison.Ordinal);
        Assert.Equal(64, (await store.ReadAsync(tile.Id, Stop)).Length);
    }

    [Fact]
    public async Task A_partial_tile_that_is_gone_is_the_beginning_of_the_full_one()
    {
        var store = new LogStore(_storage.Connect().LedgerBlobs);
        var edge = new RightEdge();
        for (var i = 0; i < 256; i++)
            edge.Append(Encoding.ASCII.GetBytes($"entry {i}"));
        foreach (var tile in edge.TakeTiles())
            await store.WriteAsync(tile, Stop);

        var full = await store.ReadAsync(new TileId(0, 0, 256), Stop);
        Assert.Equal(full[..(32 * 200)].ToArray(), (await store.ReadAsync(new TileId(0, 0, 200), Stop)).ToArray());
        Assert.Equal(7, EntryBundle.Parse(await store.ReadAsync(new TileId(TileId.EntriesLevel, 0, 7), Stop), 7).Count);
        await Assert.ThrowsAsync<TileNotFoundException>(async () => await store.ReadAsync(new TileId(0, 1, 3), Stop));
        await Assert.ThrowsAsync<TileNotFoundException>(async () => await store.ReadAsync(new TileId(0, 1, 256), Stop));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static byte[] NoteOf(long size) => Encoding.UTF8.GetBytes($"log.example\n{size}\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— log.example AAAAAAE=\n");
}
