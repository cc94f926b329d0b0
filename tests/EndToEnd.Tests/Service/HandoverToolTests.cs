using System.Text.Json;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>The README's minute: a bank issues, its customer hands over, a lender accepts and uses, the customer traces and takes it back; by the tool, through storage as it is.</summary>
public sealed class HandoverToolTests(OnLocal running) : IClassFixture<OnLocal>
{
    [Fact]
    public async Task What_a_bank_issued_is_handed_to_a_lender_who_accepts_and_uses_it_until_the_customer_takes_it_back()
    {
        var (file, other) = (running.NewFile(), running.NewFile(extension: ".txt"));
        await running.IssueAsync(file);
        await running.IssueAsync(other);
        var sent = Json(await HandOverAsync("handover", file, other, "--receiver", "demo-lender", "--purpose", "credit", "--until", "2099-01-01", "--scope", "income of this year", "--yes", "--json"))[0];
        var (id, link) = (sent.GetProperty("handover").GetString()!, sent.GetProperty("traceLink").GetString()!);
        Assert.Equal("sent", sent.GetProperty("state").GetString());

        var folder = running.NewFolder();
        var (package, opened) = (Path.Combine(folder, "package"), Path.Combine(folder, "opened"));
        Assert.Contains(id, (await ReceiveAsync("list")).Output, StringComparison.Ordinal);
        await ReceiveAsync("fetch", id, "--out", package);
        var held = Json(await ReceiveAsync("open", package, "--identity", running.ReceiverIdentity, "--out", opened, "--json"))[0];
        Assert.All(held.GetProperty("documents").EnumerateArray(), document => Assert.Equal(("verified", true), (document.GetProperty("verdict").GetString(), document.GetProperty("receiptHolds").GetBoolean())));
        Assert.Equal(await File.ReadAllBytesAsync(file, Stop), await File.ReadAllBytesAsync(Path.Combine(opened, "documents", Path.GetFileName(file)), Stop));
        await ReceiveAsync("accept", opened);
        await ReceiveAsync("use", opened, "--purpose", "credit");

        await HandOverAsync("handover", "withdraw", link);
        var trace = Json(await HandOverAsync("handover", "trace", link, "--json"))[0];
        Assert.Equal(["handover", "received", "used", "withdrawn"], trace.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("act").GetString()));
        Assert.Equal(1, (await RunAsync("handover", "receive", "use", opened, "--purpose", "credit", "--receiver", "demo-lender")).ExitCode);
        Assert.Equal(1, (await RunAsync("handover", "receive", "fetch", id, "--out", Path.Combine(folder, "again"), "--receiver", "demo-lender")).ExitCode);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static List<JsonElement> Json(ToolRun run) => [.. JsonDocument.Parse(run.Output).RootElement.EnumerateArray()];

    private Task<ToolRun> ReceiveAsync(params string[] arguments) => HandOverAsync(["handover", "receive", .. arguments, "--receiver", "demo-lender"]);

    private async Task<ToolRun> HandOverAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run.ExitCode}\n{run.Output}{run.Error}");
        return run;
    }

    private Task<ToolRun> RunAsync(params string[] arguments) => Tool.RunAsync([.. arguments, "--service", running.Address, "--key", running.Key]);
}
