using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using TrueCopy.Benchmarks;
using TrueCopy.Benchmarks.Reporting;
using TrueCopy.Benchmarks.Scenarios;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>The comparison with another log asks both the same, and counts only what is done.</summary>
public sealed class PeerScenarioTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Another_server_and_this_log_stand_side_by_side_and_no_entry_comes_twice()
    {
        var seen = new ConcurrentDictionary<string, int>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        await using var peer = builder.Build();
        peer.MapPost("/add", async context =>
        {
            using var entry = new MemoryStream();
            await context.Request.Body.CopyToAsync(entry, context.RequestAborted);
            seen.AddOrUpdate(Convert.ToHexString(entry.ToArray()), 1, (_, times) => times + 1);
            context.Response.ContentLength = 1;
            await context.Response.Body.WriteAsync("0"u8.ToArray(), context.RequestAborted);
        });
        await peer.StartAsync(TestContext.Current.CancellationToken);

        var address = new Uri(peer.Urls.Single() + "/add");
        var output = new StringWriter();
        var exit = await ScenarioRunner.RunAsync(["peer", "--quick", "--url", address.ToString(), "--results", _folder.Path], output, TestContext.Current.CancellationToken);
        Assert.True(exit == 0, output.ToString());
        Assert.NotEmpty(seen);
        Assert.All(seen, entry => Assert.Equal((1, 2 * 512), (entry.Value, entry.Key.Length)));
        var rates = Assert.Single(ScenarioReport.ReadAll(_folder.Path)).Measurements.Where(measurement => measurement.Headline).ToArray();
        Assert.NotEmpty(rates);
        Assert.All(rates, rate => Assert.Equal((address.Authority, true, true), (rate.Baseline?.Name, rate.Baseline?.Value > 0, rate.Value > 0)));
    }

    [Theory]
    [InlineData("peer")]
    [InlineData("peer", "--url")]
    [InlineData("peer", "--url", "nonsense")]
    [InlineData("peer", "--url", "http://192.0.2.1/add")]
    [InlineData("log-core", "--url", "https://127.0.0.1/add")]
    public async Task Only_a_server_on_this_machine_is_put_under_load(params string[] arguments) =>
        Assert.Equal(2, await ScenarioRunner.RunAsync(arguments, TextWriter.Null, TestContext.Current.CancellationToken));

    [Fact]
    public async Task This_log_answers_once_the_entry_is_in_a_checkpoint_on_disk()
    {
        await using var host = await PeerHost.StartAsync(_folder.Path, options: null, TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        for (var entries = 1; entries <= 3; entries++)
        {
            using var answer = await http.PostAsync(host.Address, new StringContent(string.Create(CultureInfo.InvariantCulture, $"entry {entries}")), TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode.OK, entries - 1), (answer.StatusCode, int.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), CultureInfo.InvariantCulture)));
            var checkpoint = await File.ReadAllLinesAsync(_folder.At("log/checkpoint"), TestContext.Current.CancellationToken);
            Assert.True(long.Parse(checkpoint[1], CultureInfo.InvariantCulture) > entries, checkpoint[1]);
        }
    }
}
