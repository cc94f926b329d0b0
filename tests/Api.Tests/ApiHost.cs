using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Api.Tests;

/// <summary>The API over storage in memory, as the local service hosts it. Every JSON answer is checked against the OpenAPI document.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _answered = new(0);

    private ApiHost(InMemoryWorld world, WebApplication app)
    {
        World = world;
        _app = app;
    }

    public InMemoryWorld World { get; }

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Where Kestrel listens; the test server does not.</summary>
    public Uri Address => new(_app.Urls.Single());

    public ConcurrentQueue<(LogLevel Level, string Message)> Logged { get; } = new();

    public IEnumerable<Microsoft.AspNetCore.Routing.RouteEndpoint> Endpoints =>
        _app.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints.OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>();

    /// <summary>Starts a host; on Kestrel where a test is about connections, else on the test server.</summary>
    public static async Task<ApiHost> StartAsync(Action<IServiceCollection>? change = null, bool onKestrel = false)
    {
        var world = new InMemoryWorld();
        var builder = WebApplication.CreateSlimBuilder();
        if (onKestrel)
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                HttpLimits.Apply(kestrel);
                kestrel.Listen(IPAddress.Loopback, 0);
            });
        else
            builder.WebHost.UseTestServer();
        builder.Services.AddInMemory(world).AddSingleton(world.Identity);
        builder.Services.AddSingleton<IInstitutionGate, GateForTests>();
        builder.Services.AddLedger().AddTrueCopyApi();
        change?.Invoke(builder.Services);
        var logged = new Recorder();
        builder.Logging.ClearProviders().AddProvider(logged).SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);

        var app = builder.Build();
        var host = new ApiHost(world, app);
        logged.Into = host.Logged;
        app.Use(host.CountAsync);
        app.UseTrueCopyApi();
        await app.StartAsync(TestContext.Current.CancellationToken);
        host.Client = onKestrel ? new HttpClient { BaseAddress = host.Address } : app.GetTestClient();
        return host;
    }

    /// <summary>Uploads anything.</summary>
    public async Task UploadAsync(string path, string content, string issuer = "bank", Dictionary<string, string>? metadata = null)
    {
        var blob = World.Inbox.Put(IssuerContainer.Prefix + issuer, path, System.Text.Encoding.UTF8.GetBytes(content), metadata);
        await _app.Services.GetRequiredService<IntakeHandler>().HandleAsync(InMemoryWorld.EventOf(blob), TestContext.Current.CancellationToken);
    }

    /// <summary>Has the event of an upload handled.</summary>
    public Task HandleAsync(BlobVersion blob) => _app.Services.GetRequiredService<IntakeHandler>().HandleAsync(InMemoryWorld.EventOf(blob), TestContext.Current.CancellationToken);

    /// <summary>What a timer runs: changes of the registry are staged, and what is staged goes into the log.</summary>
    public Task TidyUpAsync() => _app.Services.GetRequiredService<Housekeeping>().RunAsync(TestContext.Current.CancellationToken);

    /// <summary>Puts what is staged into the log.</summary>
    public Task DrainAsync() => _app.Services.GetRequiredService<Sequencer>().DrainAsync(TestContext.Current.CancellationToken);

    /// <summary>Has an issuer act on a document, and puts that into the log.</summary>
    public async Task ActAsync(string act, string hex, string? successor = null)
    {
        World.Time.Advance(TimeSpan.FromSeconds(1));
        var more = successor is null ? "" : $",\"successorAlgorithm\":\"sha-256\",\"successorDigest\":\"{successor}\"";
        await UploadAsync($"{Guid.NewGuid():n}.acts.jsonl", $$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{hex}}"{{more}}}""");
        await DrainAsync();
    }

    /// <summary>The index of the last issue of a document.</summary>
    public long IndexOf(string hex) =>
        World.Ledger.IndexedActs.Where(act => act.Digest.Hex == hex && act.Entry.Kind == ActKind.Issue).Max(act => act.LogIndex);

    /// <summary>Issues a document; returns its SHA-256 in hex.</summary>
    public async Task<string> IssueAsync(string content, string issuer = "bank")
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(content);
        await _app.Services.GetRequiredService<IntakeHandler>().HandleAsync(World.Upload(issuer, content, bytes), TestContext.Current.CancellationToken);
        return HexOf(content);
    }

    /// <summary>Puts documents <c>0</c>, <c>1</c>, … of <c>bank</c> into the log in one batch, after what is there.</summary>
    public async Task IssueManyAsync(int count)
    {
        var stop = TestContext.Current.CancellationToken;
        var bank = World.Inbox.IssuerOf("issuer-bank");
        var acts = Enumerable.Range(0, count).Select(i =>
        {
            var source = new BlobVersion(bank.Container, $"{i}", "0x1");
            var digest = new Digest(DigestAlgorithm.Sha256, Convert.FromHexString(HexOf($"{i}")));
            return new StagedUpload(source, bank, World.Time.GetUtcNow(), AnswerForm.OfDocument, [new RequestedAct(ActKind.Issue, 0) { Digests = [digest] }]);
        });
        foreach (var act in acts)
            await World.Staged.AddAsync(act, stop);
        await BeginAsync();
    }

    /// <summary>Waits until the next request has left the pipeline, whether or not its client still listens.</summary>
    public async Task AnsweredAsync() =>
        Assert.True(await _answered.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken), "no request ended");

    /// <summary>Sends a path exactly as it is written here; clients of .NET tidy paths up first.</summary>
    public Task<HttpContext> SendRawAsync(string method, string path) => _app.GetTestServer().SendAsync(
        context =>
        {
            context.Request.Method = method;
            context.Request.Path = path;
        },
        TestContext.Current.CancellationToken);

    public Task BeginAsync() => _app.Services.GetRequiredService<Sequencer>().DrainAsync(TestContext.Current.CancellationToken);

    public static string HexOf(string content) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));

    public Task<HttpResponseMessage> GetAsync(string path, string? accept = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return SendAsync(request);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        await OpenApiContract.CheckAsync(request, response);
        return response;
    }

    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, int status, string cause)
    {
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal("urn:truecopy:problem:" + cause, problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _answered.Dispose();
    }

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            _answered.Release();
        }
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<(LogLevel, string)>? Into { get; set; }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Into?.Enqueue((logLevel, formatter(state, exception) + exception));

        public void Dispose()
        {
        }
    }
}

/// <summary>Admits whoever names the institution in a header.</summary>
internal sealed class GateForTests : IInstitutionGate
{
    public const string Header = "Acts-For";

    public ValueTask<bool> AdmitsIssuerAsync(HttpContext caller, string issuer, CancellationToken cancellationToken) =>
        ValueTask.FromResult(caller.Request.Headers[Header] == issuer);

    public ValueTask<bool> AdmitsReceiverAsync(HttpContext caller, string receiver, CancellationToken cancellationToken) =>
        ValueTask.FromResult(caller.Request.Headers[Header] == ReceiverContainer.Prefix + receiver);
}
