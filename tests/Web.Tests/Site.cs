using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrueCopy.Api;

namespace TrueCopy.Web.Tests;

/// <summary>The page and its API over storage in memory, on a port of its own, with one issuer: <c>bank</c>.</summary>
public sealed class Site : IVisited, IAsyncDisposable
{
    private readonly WebApplication _app;

    private Site(InMemoryWorld world, WebApplication app)
    {
        World = world;
        _app = app;
    }

    public InMemoryWorld World { get; }

    public string Address => _app.Urls.Single();

    public IReadOnlyList<string> Origins => [Address, new InMemoryAddresses(World.Time).Origin];

    public DateTimeOffset Now => World.Time.GetUtcNow();

    public bool MayRefuse => IsDown || !Admits;

    /// <summary>Whether every question to the API is answered with 503.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether the caller may act for issuers.</summary>
    public bool Admits { get; set; } = true;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts one.</summary>
    /// <param name="signers">Keys of another site, to pose as it; new ones if none.</param>
    public static async Task<Site> StartAsync(params INoteSigner[] signers)
    {
        var world = new InMemoryWorld();
        if (signers.Length > 0)
            world.SignWith(signers);
        world.Inbox.CreateContainer("issuer-bank", new Dictionary<string, string> { ["legalname"] = "示范银行 (Demo Bank, Shenzhen)", ["jurisdiction"] = "CN-GD" });
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        Site? site = null;
        builder.Services.AddInMemory(world).AddSingleton<ILogKeys>(new WorldKeys(world)).AddLedger().AddTrueCopyApi();
        builder.Services.AddSingleton<IInstitutionGate>(new Gate(() => site!.Admits));
        var app = builder.Build();
        site = new Site(world, app);
        app.Use(async (context, next) =>
        {
            if (site.IsDown && context.Request.Path.StartsWithSegments("/v1"))
                await Problem.Unavailable().ExecuteAsync(context);
            else
                await next(context);
        });
        app.UseTrueCopyApi();
        await app.StartAsync(Stop);
        await app.Services.GetRequiredService<Sequencer>().DrainAsync(Stop);
        return site;
    }

    /// <summary>Adds an institution.</summary>
    public void AddIssuer(string id, string legalName, string jurisdiction) =>
        World.Inbox.CreateContainer(IssuerContainer.Prefix + id, new Dictionary<string, string> { ["legalname"] = legalName, ["jurisdiction"] = jurisdiction });

    /// <summary>Adds an institution that takes packages, by what they are sealed to.</summary>
    public async Task AddReceiverAsync(string id, string legalName, string encryptionKey)
    {
        World.Inbox.CreateContainer(ReceiverContainer.Prefix + id, new Dictionary<string, string>
        {
            ["legalname"] = legalName,
            ["jurisdiction"] = "HK",
            ["encryptionkey"] = encryptionKey,
            ["purposes"] = "credit,dueDiligence",
            ["keepsdays"] = "180",
        });
        await _app.Services.GetRequiredService<Housekeeping>().RunAsync(Stop);
    }

    /// <summary>Stands for the storage that packages are put into and fetched from, which pages ask by another origin.</summary>
    public Task ServeStorageAsync(Visit visit) => visit.Page.Context.RouteAsync($"{Origins[1]}/**", async route =>
    {
        var parts = new Uri(route.Request.Url).AbsolutePath.Split('/', 3);
        var blob = new BlobAddress(parts[1], parts[2]);
        var headers = new Dictionary<string, string> { ["Access-Control-Allow-Origin"] = Address };
        if (route.Request.Method == "PUT")
        {
            Assert.Equal("BlockBlob", await route.Request.HeaderValueAsync("x-ms-blob-type"));
            var put = World.Inbox.Put(blob.Container, blob.Name, route.Request.PostDataBuffer!);
            await route.FulfillAsync(new() { Status = 201, Headers = headers });
            await _app.Services.GetRequiredService<IntakeHandler>().HandleAsync(InMemoryWorld.EventOf(put), Stop);
        }
        else
        {
            await route.FulfillAsync(new() { Status = 200, Headers = headers, BodyBytes = World.Inbox.All[blob].Content.ToArray() });
        }
    });

    /// <summary>Lists a document in a manifest, as an institution does that has only its digest.</summary>
    public Task ListAsync(FilePayload document, string issuer) =>
        UploadAsync("SHA256SUMS", Encoding.ASCII.GetBytes($"{HexOf(document)}  {document.Name}\n"), issuer: issuer);

    /// <summary>Uploads a blob as an issuer does; returns it as a file to drop.</summary>
    public async Task<FilePayload> UploadAsync(string path, byte[] content, Dictionary<string, string>? metadata = null, string issuer = "bank")
    {
        World.Time.Advance(TimeSpan.FromSeconds(1));
        var blob = World.Inbox.Put(IssuerContainer.Prefix + issuer, path, content, metadata);
        await _app.Services.GetRequiredService<IntakeHandler>().HandleAsync(InMemoryWorld.EventOf(blob), Stop);
        return FileOf(path, content);
    }

    /// <summary>Issues a document of that name, whose content is its own.</summary>
    public Task<FilePayload> IssueAsync(string name, Dictionary<string, string>? metadata = null, string issuer = "bank") =>
        UploadAsync(name, Encoding.UTF8.GetBytes($"%PDF-1.7 {name} {Guid.NewGuid()}"), metadata, issuer);

    /// <summary>Does something to a document.</summary>
    public Task ActAsync(string act, FilePayload document, string reason, string more = "", string issuer = "bank") => UploadAsync(
        $"{act}-{HexOf(document)[..8]}.acts.jsonl",
        Encoding.UTF8.GetBytes($$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{HexOf(document)}}","reason":"{{reason}}"{{more}}}""" + "\n"), issuer: issuer);

    /// <summary>The receipt that the service gives for a document now.</summary>
    public async Task<FilePayload> ReceiptAsync(FilePayload document)
    {
        var digest = new Digest(DigestAlgorithm.Sha256, SHA256.HashData(document.Buffer));
        var answer = await _app.Services.GetRequiredService<VerdictService>().VerifyAsync(digest, Stop);
        return FileOf(document.Name + ".tlog-proof", answer.Issuers[0].Receipt.Encode());
    }

    public static string HexOf(FilePayload document) => Convert.ToHexStringLower(SHA256.HashData(document.Buffer));

    public static FilePayload FileOf(string name, byte[] content) => new() { Name = name, MimeType = "application/octet-stream", Buffer = content };

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // Keys are rotated without the minutes that a service takes to see it.
    private sealed class WorldKeys(InMemoryWorld world) : ILogKeys
    {
        public ValueTask<LogIdentity> CurrentAsync(CancellationToken cancellationToken) => new(world.Identity);

        public Task<LogIdentity> ReloadAsync(CancellationToken cancellationToken) => Task.FromResult(world.Identity);
    }

    private sealed class Gate(Func<bool> admits) : IInstitutionGate
    {
        public ValueTask<bool> AdmitsIssuerAsync(HttpContext caller, string issuer, CancellationToken cancellationToken) => ValueTask.FromResult(admits());

        public ValueTask<bool> AdmitsReceiverAsync(HttpContext caller, string receiver, CancellationToken cancellationToken) => ValueTask.FromResult(admits());
    }
}
