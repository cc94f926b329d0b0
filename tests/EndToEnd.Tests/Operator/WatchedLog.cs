using System.Text;
using System.Text.Json;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests.Operator;

/// <summary>Tests of commands that read a whole log: one in memory behind HTTP, with mirrors and witnesses beside it.</summary>
public abstract class WatchedLog : IAsyncDisposable
{
    private readonly InMemoryService _service;

    protected WatchedLog()
    {
        Log = new LogOverHttp(World.Ledger.Log);
        Hosts = new Hosts(Log);
        _service = World.Start();
        Log.KeysAsync = async stop => await _service.Keys.ListAsync(stop) is { Count: > 0 } entries ? KeysDocument.Of(entries) : null;
        Witnesses = new BothSides(World.Time);
    }

    private protected InMemoryWorld World { get; } = new();

    private protected TempFolder Folder { get; } = new();

    private protected LogOverHttp Log { get; }

    private protected Hosts Hosts { get; }

    private protected BothSides Witnesses { get; }

    private protected string Key => World.Identity.Verifiers[0].ToString();

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        Witnesses.Dispose();
        Hosts.Dispose();
        foreach (var mirror in Hosts.Mirrors.Values)
            mirror.Dispose();
        Log.Dispose();
        Folder.Dispose();
        await _service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task IssueAsync(int count, string issuer = "bank") => IssueAsync(World, _service, count, issuer);

    private protected async Task RotateAsync(params INoteSigner[] signers)
    {
        World.SignWith(signers);
        World.Time.Advance(RotatedKeys.Lifetime);
        await IssueAsync(1, "other");
    }

    /// <summary>A mirror of a copy of the log as it is now, or of a log that the same keys sign and that went another way from its beginning.</summary>
    private protected async Task<string> MirrorAsync(string host, bool isFork = false, int entries = 0)
    {
        var world = isFork ? new InMemoryWorld() : World.Copy();
        if (isFork)
        {
            world.SignWith([.. World.Identity.Signers]);
            await using var service = world.Start();
            await IssueAsync(world, service, entries, "bank");
        }

        Hosts.Mirrors[host] = new LogOverHttp(world.Ledger.Log);
        return $"https://{host}/";
    }

    private protected string PolicyFile(string policy) => Folder.File("the.policy", Encoding.UTF8.GetBytes(policy));

    private protected async Task<(int Code, JsonElement Json, string Error)> RunAsync(params string[] arguments)
    {
        var run = await TellAsync([.. arguments, "--json"]);
        return (run.ExitCode, run.Output.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(run.Output) : default, run.Error);
    }

    private protected async Task<ToolRun> TellAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new TrueCopy.Cli.Terminal(output, error, color: false, interactive: false);
        var code = await TrueCopy.Cli.CommandLine.RunAsync(arguments, terminal, Hosts, Tool.KnownIn(Folder), new Agreed(World.Time), Stop);
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    private static async Task IssueAsync(InMemoryWorld world, InMemoryService service, int count, string issuer)
    {
        for (var i = 0; i < count; i++)
            await service.Intake.HandleAsync(world.Upload(issuer, Guid.NewGuid().ToString(), Guid.NewGuid().ToByteArray()), Stop);
    }

    /// <summary>Agrees with the log's clock, and waits for real.</summary>
    private sealed class Agreed(TimeProvider time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();
    }
}
