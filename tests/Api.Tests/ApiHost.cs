using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrueCopy.Testing.InMemory;
using TrueCopy.Verification;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Issuers;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Api.Tests;

/// <summary>The API over storage in memory, as the local service hosts it. Every JSON answer is checked against the OpenAPI document.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiHost(InMemoryWorld world, WebApplication app)
    {
        World = world;
        _app = app;
        Client = app.GetTestClient();
    }

    public InMemoryWorld World { get; }

    public HttpClient Client { get; }

    public ConcurrentQueue<(LogLevel Level, string Message)> Logged { get; } = new();

    public IEnumerable<Microsoft.AspNetCore.Routing.RouteEndpoint> Endpoints =>
        _app.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints.OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>();

    public static async Task<ApiHost> StartAsync(Action<IServiceCollection>? change = null)
    {
        var world = new InMemoryWorld();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<TimeProvider>(world.Time).AddSingleton(world.Identity);
        builder.Services.AddSingleton<ILogState>(world.Ledger).AddSingleton<IJournal>(world.Ledger);
        builder.Services.AddSingleton<ILogStore>(world.Ledger).AddSingleton<IAnchorIndex>(world.Ledger);
        builder.Services.AddSingleton<IInbox>(world.Inbox).AddSingleton<IIssuerRegistry>(world.Inbox).AddSingleton<IOutbox>(world.Inbox);
        builder.Services.AddSingleton<IStagedActs>(world.Staged).AddSingleton<ISequencerLease>(world.Lease);
        builder.Services.AddVerification().AddTrueCopyApi();
        change?.Invoke(builder.Services);
        var logged = new Recorder();
        builder.Logging.ClearProviders().AddProvider(logged).SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);

        var app = builder.Build();
        app.UseStatusCodePages(context => Problem.ForStatus(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
        app.MapTrueCopyApi();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var host = new ApiHost(world, app);
        logged.Into = host.Logged;
        return host;
    }

    /// <summary>Issues a document; returns its SHA-256 in hex.</summary>
    public async Task<string> IssueAsync(string content, string issuer = "bank")
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(content);
        await _app.Services.GetRequiredService<IntakeHandler>().HandleAsync(World.Upload(issuer, content, bytes), TestContext.Current.CancellationToken);
        return HexOf(content);
    }

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

    public ValueTask DisposeAsync() => _app.DisposeAsync();

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
