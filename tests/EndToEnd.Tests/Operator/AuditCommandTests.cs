using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.Admin;
using TrueCopy.Cli;
using TrueCopy.Cli.Audit;
using TrueCopy.Client;
using TrueCopy.EndToEnd.Tests.Cli;
using TrueCopy.Local.Azurite;

namespace TrueCopy.EndToEnd.Tests.Operator;

/// <summary><c>truecopy audit</c> tells a log that holds from every one that does not, by its exit code.</summary>
public sealed class AuditCommandTests : IAsyncDisposable
{
    private readonly InMemoryWorld _world = new();
    private readonly TempFolder _folder = new();
    private readonly LogOverHttp _http;
    private readonly InMemoryService _service;

    public AuditCommandTests()
    {
        _http = new LogOverHttp(_world.Ledger.Log);
        _service = _world.Start();
        _http.KeysAsync = async stop => await _service.Keys.ListAsync(stop) is { Count: > 0 } entries ? KeysDocument.Of(entries) : null;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _folder.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task A_log_that_grows_holds_and_the_second_audit_fetches_only_what_is_new()
    {
        await IssueAsync(3);
        var first = await AuditAsync();
        Assert.Equal((0, "holds", 9L), (first.Code, first.Json.GetProperty("outcome").GetString(), first.Json.GetProperty("size").GetInt64()));
        Assert.False(first.Json.TryGetProperty("seenSize", out _));
        await IssueAsync(1);
        var second = await AuditAsync();
        Assert.Equal((0, 9L, 11L), (second.Code, second.Json.GetProperty("seenSize").GetInt64(), second.Json.GetProperty("size").GetInt64()));
        var third = await AuditAsync();
        Assert.Equal((0, 1L), (third.Code, third.Json.GetProperty("resources").GetInt64()));
        Assert.Equal(0, (await AuditAsync("--full")).Code);
    }

    [Fact]
    public async Task A_split_view_and_a_rollback_have_exit_codes_and_evidence_of_their_own()
    {
        await IssueAsync(3);
        var old = _world.Ledger.Published.Last();
        await IssueAsync(1);
        Assert.Equal(0, (await AuditAsync()).Code);

        _world.Ledger.SetCheckpoint(old);
        var rollback = await AuditAsync();
        Assert.Equal(ExitCode.Rollback, rollback.Code);
        await AssertEvidenceAsync(rollback.Json, _world.Ledger.Published.Last(), old);

        var forked = await SignAsync(11, default);
        _world.Ledger.SetCheckpoint(forked);
        var split = await AuditAsync();
        Assert.Equal(ExitCode.SplitView, split.Code);
        await AssertEvidenceAsync(split.Json, _world.Ledger.Published.Last(), forked);

        _world.Ledger.SetCheckpoint(_world.Ledger.Published.Last());
        Assert.Equal(0, (await AuditAsync()).Code);
    }

    [Fact]
    public async Task Damage_and_a_strangers_signature_are_exit_code_1_and_say_where()
    {
        await IssueAsync(3);
        var bundle = TileId.At(TileId.EntriesLevel, 0, 9);
        var bytes = _world.Ledger.Tiles[bundle];
        foreach (var lie in new Func<HttpResponseMessage>[]
        {
            () => LogOverHttp.Status(404),
            () => LogOverHttp.Bytes(bytes[..^1]),
            () => LogOverHttp.Bytes(new byte[17_000_000]),
        })
        {
            _http.Instead = (path, _) => path.StartsWith("tile/entries", StringComparison.Ordinal) ? lie() : null;
            var run = await AuditAsync("--key", Key);
            Assert.Equal((1, "damaged"), (run.Code, run.Json.GetProperty("outcome").GetString()));
            Assert.Contains("tile/entries/000", run.Json.GetProperty("faults")[0].GetString(), StringComparison.Ordinal);
        }

        _http.Instead = (_, _) => null;
        var stranger = await AuditAsync("--key", InMemoryWorld.NewEcdsa().Verifier.ToString(), "--state", _folder.At("other.json"));
        Assert.Equal((1, "untrusted"), (stranger.Code, stranger.Json.GetProperty("outcome").GetString()));
        var text = await Tool.RunAsync(_http, "audit", "http://log.example", "--key", InMemoryWorld.NewEcdsa().Verifier.ToString(), "--state", _folder.At("other.json"));
        Assert.Contains("UNTRUSTED", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_changed_since_are_learned_from_the_logs_entries_also_after_the_overlap_and_never_at_the_services_word()
    {
        await IssueAsync(3);
        var (old, next, witness) = (_world.Identity.Signers[0], InMemoryWorld.NewEcdsa(), _world.Identity.Signers[1]);
        Assert.Equal(0, (await AuditAsync("--key", Key)).Code);
        foreach (var signers in (INoteSigner[][])[[next, old, witness], [next, witness]])
        {
            _world.SignWith(signers);
            _world.Time.Advance(RotatedKeys.Lifetime);
            await IssueAsync(1);
        }

        var away = await AuditAsync();
        Assert.Equal((0, next.Verifier.ToString()), (away.Code, away.Json.GetProperty("newKeys")[0].GetString()));
        Assert.Equal(0, (await AuditAsync("--state", _folder.At("first.json"))).Code);

        _world.SignWith(InMemoryWorld.NewEcdsa(), witness);
        _world.Time.Advance(RotatedKeys.Lifetime);
        await IssueAsync(1);
        var exchanged = await AuditAsync();
        Assert.Equal((1, "untrusted"), (exchanged.Code, exchanged.Json.GetProperty("outcome").GetString()));
        Assert.Contains("is not proven by the keys before it", exchanged.Json.GetProperty("faults")[1].GetString(), StringComparison.Ordinal);
        var text = await Tool.RunAsync(_http, "audit", "http://log.example", "--state", _folder.At("state.json"));
        Assert.Contains("--key NAME+ID+KEY", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_a_log_is_asked_for_no_partial_bundle_before_a_checkpoint_is_verified()
    {
        await IssueAsync(3);
        _http.KeysAsync = _ => Task.FromResult<KeysDocument?>(null);
        var run = await Tool.RunAsync(_http, "audit", "http://log.example", "--state", _folder.At("state.json"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Give one with --key", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_http.Asked.Keys, path => path.Contains(".p/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_key_than_the_remembered_one_and_a_damaged_memory_are_wrong_usage()
    {
        await IssueAsync(1);
        Assert.Equal(0, (await AuditAsync("--key", Key)).Code);
        Assert.Equal(ExitCode.Usage, (await AuditAsync("--key", InMemoryWorld.NewEcdsa().Verifier.ToString())).Code);
        await File.WriteAllTextAsync(_folder.At("state.json"), "{}", Stop);
        Assert.Equal(ExitCode.Usage, (await AuditAsync()).Code);
        Assert.Equal(ExitCode.Usage, (await Tool.RunAsync(_http, "audit", "ftp://log.example")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await Tool.RunAsync(_http, "audit", "http://log.example", "--parallel", "0")).ExitCode);
    }

    [Fact]
    public async Task Faults_of_the_network_that_pass_are_waited_out_and_those_that_stay_are_no_verdict()
    {
        await IssueAsync(3);
        _http.Instead = (_, asked) => asked switch
        {
            0 => LogOverHttp.Status(503),
            1 => throw new HttpRequestException("broken off"),
            2 => new HttpResponseMessage(System.Net.HttpStatusCode.OK) { Content = new StreamContent(new BrokenStream()) },
            _ => null,
        };
        var time = new FakeTimeProvider();
        using var log = new RemoteLog(new Uri("http://log.example/log"), _http, time);
        Assert.Equal(_world.Ledger.Published.Last().ToArray(), (await PassTimeAsync(log.ReadCheckpointAsync(Stop), time)).ToArray());
        Assert.Equal(4, _http.Asked["checkpoint"]);

        _http.Instead = (_, _) => LogOverHttp.Status(500);
        await Assert.ThrowsAsync<NoAnswerException>(() => PassTimeAsync(log.ReadCheckpointAsync(Stop), time));
        Assert.Equal(9, _http.Asked["checkpoint"]);
    }

    [Fact]
    public async Task A_log_that_never_ends_an_answer_is_given_up_on()
    {
        _http.Instead = (_, _) => new HttpResponseMessage(System.Net.HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream()) };
        var time = new FakeTimeProvider();
        using var log = new RemoteLog(new Uri("http://log.example/log"), _http, time);
        await Assert.ThrowsAsync<NoAnswerException>(() => PassTimeAsync(log.ReadCheckpointAsync(Stop), time));
    }

    [Fact]
    public async Task A_partial_tile_that_has_filled_since_is_the_beginning_of_the_full_one()
    {
        var edge = new RightEdge();
        for (var i = 0; i < 256; i++)
            edge.Append([(byte)i]);
        foreach (var tile in edge.TakeTiles())
            _world.Ledger.Tiles[tile.Id] = tile.Bytes;
        using var log = new RemoteLog(new Uri("http://log.example/log"), _http, TimeProvider.System);
        Assert.Equal(3 * 32, (await log.ReadAsync(new TileId(0, 0, 3), Stop)).Length);
        Assert.Equal(3 * 3, (await log.ReadAsync(new TileId(TileId.EntriesLevel, 0, 3), Stop)).Length);
        await Assert.ThrowsAsync<TileNotFoundException>(async () => await log.ReadAsync(new TileId(0, 1, 3), Stop));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("identity")]
    public async Task Bundles_may_come_in_any_content_coding_that_was_asked_for(string coding)
    {
        await IssueAsync(3);
        _http.Instead = (path, _) => path.StartsWith("tile/entries", StringComparison.Ordinal) ? Coded(coding, _world.Ledger.Tiles[TileId.At(TileId.EntriesLevel, 0, 9)].ToArray()) : null;
        Assert.Equal(0, (await AuditAsync("--key", Key)).Code);
    }

    [Fact]
    public async Task A_bundle_that_unpacks_without_end_or_is_not_in_its_coding_is_damage()
    {
        await IssueAsync(3);
        var bytes = _world.Ledger.Tiles[TileId.At(TileId.EntriesLevel, 0, 9)].ToArray();
        foreach (var (lie, words) in new (Func<HttpResponseMessage>, string)[]
        {
            (() => Coded("gzip", new byte[64_000_000]), "longer than"),
            (() => Coded("br", new byte[64_000_000]), "longer than"),
            (() => Named("gzip", bytes), "content coding"),
            (() => Named("br", bytes), "content coding"),
            (() => Named("zstd", bytes), "not asked for"),
            (() => Named("gzip, gzip", bytes), "more than once"),
        })
        {
            _http.Instead = (path, _) => path.StartsWith("tile/entries", StringComparison.Ordinal) ? lie() : null;
            var run = await AuditAsync("--key", Key);
            Assert.Equal((1, "damaged"), (run.Code, run.Json.GetProperty("outcome").GetString()));
            Assert.Contains(run.Json.GetProperty("faults").EnumerateArray(), fault => fault.GetString()!.Contains(words, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_sound_log_of_other_entries_is_told_as_that_time_after_time_and_is_not_called_damaged()
    {
        var edge = new RightEdge();
        await PublishAsync(edge, 3);
        Assert.Equal((ExitCode.OtherEntries, "otherEntries"), Outcome(await AuditAsync("--key", Key)));
        Assert.Equal((ExitCode.OtherEntries, "otherEntries"), Outcome(await AuditAsync("--key", Key)));
        await PublishAsync(edge, 700);
        Assert.Equal((ExitCode.OtherEntries, "otherEntries"), Outcome(await AuditAsync("--key", Key)));
        await PublishAsync(edge, 300);
        var text = await Tool.RunAsync(_http, "audit", "http://log.example", "--key", Key, "--state", _folder.At("state.json"));
        Assert.Contains("a log of other entries: its tree holds", text.Output, StringComparison.Ordinal);
        Assert.Equal((ExitCode.OtherEntries, "otherEntries"), Outcome(await AuditAsync("--full")));

        var bundle = TileId.At(TileId.EntriesLevel, edge.Size / 256, edge.Size);
        _world.Ledger.Tiles[bundle] = _world.Ledger.Tiles[bundle][..^1];
        Assert.Equal((1, "damaged"), Outcome(await AuditAsync("--full")));

        static (int, string?) Outcome((int Code, JsonElement Json) run) => (run.Code, run.Json.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Nothing_partial_is_asked_for_before_a_checkpoint_was_verified()
    {
        await IssueAsync(3);
        foreach (var keys in new Func<KeysDocument?>[] { () => null, () => KeysDocument.Of([InMemoryWorld.NewEcdsa().Verifier]) })
        {
            _http.KeysAsync = _ => Task.FromResult(keys());
            Assert.Equal(1, (await AuditAsync()).Code);
            Assert.DoesNotContain(_http.Asked.Keys, path => path.Contains(".p/", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Each_log_has_a_memory_of_its_own_in_the_users_data_folder()
    {
        var path = AuditFile.DefaultPath(new Uri("https://verify.example:8443/log"));
        Assert.EndsWith(Path.Combine("truecopy", "audit", "verify.example_8443_log.json"), path, StringComparison.Ordinal);
        Assert.NotEqual(path, AuditFile.DefaultPath(new Uri("https://verify.example/log")));
    }

    [Fact]
    public void The_local_ledger_is_the_one_that_the_local_service_keeps() =>
        Assert.Equal(AzureLedger.Local, AzuriteAccount.Ledger.ConnectionString(10000, 10001, 10002));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Key => _world.Identity.Verifiers[0].ToString();

    private async Task IssueAsync(int count)
    {
        for (var i = 0; i < count; i++)
            await _service.Intake.HandleAsync(_world.Upload("bank", Guid.NewGuid().ToString(), Guid.NewGuid().ToByteArray()), Stop);
    }

    private async Task<ReadOnlyMemory<byte>> SignAsync(long size, TransparencyLog.Merkle.MerkleHash root)
    {
        var checkpoint = new TransparencyLog.Checkpoints.Checkpoint(InMemoryWorld.Origin, size, root);
        return (await TransparencyLog.Checkpoints.SignedCheckpoint.SignAsync(checkpoint, _world.Identity.Signers, Stop)).Note;
    }

    private async Task<(int Code, JsonElement Json)> AuditAsync(params string[] more)
    {
        string[] state = more.Contains("--state") ? [] : ["--state", _folder.At("state.json")];
        var run = await Tool.RunAsync(_http, ["audit", "http://log.example", "--json", .. state, .. more]);
        return (run.ExitCode, run.Output.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(run.Output) : default);
    }

    private static async Task AssertEvidenceAsync(JsonElement json, ReadOnlyMemory<byte> seen, ReadOnlyMemory<byte> now)
    {
        var evidence = await File.ReadAllTextAsync(json.GetProperty("evidence").GetString()!, Stop);
        Assert.Contains(System.Text.Encoding.UTF8.GetString(seen.Span), evidence, StringComparison.Ordinal);
        Assert.Contains(System.Text.Encoding.UTF8.GetString(now.Span), evidence, StringComparison.Ordinal);
    }

    private async Task PublishAsync(RightEdge edge, int more)
    {
        for (var i = 0; i < more; i++)
            edge.Append(System.Text.Encoding.UTF8.GetBytes($"other entry {edge.Size}"));
        foreach (var tile in edge.TakeTiles())
            _world.Ledger.Tiles[tile.Id] = tile.Bytes;
        _world.Ledger.SetCheckpoint(await SignAsync(edge.Size, edge.Root()));
    }

    private static HttpResponseMessage Coded(string coding, byte[] bytes)
    {
        using var coded = new MemoryStream();
        using (Stream coder = coding switch
        {
            "gzip" or "x-gzip" => new GZipStream(coded, CompressionLevel.Fastest),
            "br" => new BrotliStream(coded, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(coded, CompressionLevel.Fastest),
            _ => new BufferedStream(coded),
        })
        {
            coder.Write(bytes);
        }

        return Named(coding, coded.ToArray());
    }

    private static HttpResponseMessage Named(string coding, byte[] bytes)
    {
        var response = LogOverHttp.Bytes(bytes);
        foreach (var name in coding.Split(", "))
            response.Content.Headers.ContentEncoding.Add(name);
        return response;
    }

    private static async Task<T> PassTimeAsync<T>(Task<T> task, FakeTimeProvider time)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.WhenAny(task, Task.Delay(1, Stop));
        }

        return await task;
    }

    private sealed class BrokenStream : EndlessStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("broken off");
    }

    /// <summary>Sends nothing and does not end.</summary>
    private class EndlessStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
