using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrueCopy.Api;
using TrueCopy.Benchmarks.Ports;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>The real API on Kestrel over lean ports, and beside it on the same server an answer that is always the same.</summary>
internal sealed class VerifyHost : IAsyncDisposable
{
    public const string Constant = "/constant";

    /// <summary>What answers as <see cref="Constant"/> does, with as many bytes as are asked for.</summary>
    public const string ConstantOfLength = "/constant/";

    private readonly WebApplication _app;

    private VerifyHost(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<VerifyHost> StartAsync(LeanLedger ledger, EcdsaP256Signer key, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            HttpLimits.Apply(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new LogIdentity(LeanService.Origin, [key]));
        builder.Services.AddSingleton<IBlobStore>(ledger).AddSingleton<ITableStore>(ledger.Tables).AddSingleton<IIssuerContainers>(new LeanContainers(new OperationCounts()));
        builder.Services.AddLedger().AddTrueCopyApi();
        builder.Services.AddSingleton(new ServiceAddress(new Uri("https://truecopy.example/")));

        // One client makes the load of all.
        builder.Services.AddSingleton(new ClientShare { Burst = int.MaxValue, PerSecond = int.MaxValue });
        var app = builder.Build();
        app.UseTrueCopyApi();
        var body = new byte[64 * 1024];
        body.AsSpan().Fill((byte)'x');
        app.MapGet(Constant, context => AnswerAsync(context, 2048));
        app.MapGet(ConstantOfLength + "{length:int}", context => AnswerAsync(context, int.Parse((string)context.Request.RouteValues["length"]!, CultureInfo.InvariantCulture)));
        await app.StartAsync(cancellationToken);
        return new VerifyHost(app);

        async Task AnswerAsync(HttpContext context, int length)
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = length;
            await context.Response.Body.WriteAsync(body.AsMemory(0, length), context.RequestAborted);
        }
    }

    /// <summary>How long the body of an answer is.</summary>
    public async Task<int> LengthOfAsync(string path, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        return (await client.GetByteArrayAsync(new Uri($"http://127.0.0.1:{Port}{path}"), cancellationToken)).Length;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
