using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using TrueCopy.AzureStorage;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>An institution's own domain, asked over HTTPS by the service as a process and by <c>truecopy</c> as a process; only the internet between is of this test.</summary>
public sealed class DomainTests(DomainTests.Institution institution) : IClassFixture<DomainTests.Institution>, IDisposable
{
    private const string Domain = "harbour-bank.hk";
    private readonly TempFolder _folder = new();
    private readonly DomainServer _web = institution.Web;
    private readonly LocalProcess _service = institution.Service;
    private readonly string _key = institution.Key;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_a_domain_says_is_logged_by_the_service_and_told_by_truecopy_which_asks_for_itself()
    {
        State("harbour-bank");
        var file = _folder.File($"{Guid.NewGuid()}.pdf", Guid.NewGuid().ToByteArray());
        Assert.Equal(0, (await Tool.RunAsync("issue", file, "--issuer", "harbour-bank", "--inbox", _service.Inbox)).ExitCode);
        var outcome = await OutcomeAsync("confirmed");
        Assert.Equal(Domain, outcome.GetProperty("domain").GetString());

        // The answer's unproven part; answers are a minute old at most.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (!IsTold(await Tool.RunAsync("verify", file, "--service", _service.Address, "--key", _key)))
            await timer.WaitForNextTickAsync(Stop);
        var told = await RunAsync("verify", file, "--service", _service.Address, "--key", _key);
        Assert.True(IsTold(told), told.Output + told.Error);
        Assert.EndsWith($", log entry {outcome.GetProperty("logIndex").GetInt64()}", told.Output.Split('\n').Single(line => line.Contains(Domain, StringComparison.Ordinal)), StringComparison.Ordinal);

        var asked = await RunAsync("verify", file, "--service", _service.Address, "--key", _key, "--check-domain", "--evidence", _folder.At("evidence.zip"));
        Assert.Equal((0, ""), (asked.ExitCode, asked.Error));
        ZipFile.ExtractToDirectory(_folder.At("evidence.zip"), _folder.At("evidence"));
        Assert.Contains($"✔ {Domain} confirms", await File.ReadAllTextAsync(_folder.At("evidence/report.txt"), Stop), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("receipt", "check", file, "--receipt", _folder.At("evidence/receipts/harbour-bank.tlog-proof"), "--key", _folder.At("evidence/log.vkey"))).ExitCode);
        Assert.Contains($"✔ {Domain} confirms that it is harbour-bank of this log", asked.Output, StringComparison.Ordinal);

        State("somebody-else");
        asked = await RunAsync("verify", file, "--service", _service.Address, "--key", _key, "--check-domain");
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains($"✘ {Domain} CONTRADICTS that it is harbour-bank of this log", asked.Output, StringComparison.Ordinal);
        _web.Say(Domain, "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.hk/\r\nContent-Length: 0\r\n\r\n");
        asked = await RunAsync("verify", file, "--service", _service.Address, "--key", _key, "--check-domain", "--json");
        Assert.Equal(3, asked.ExitCode);
        Assert.Equal("noAnswer", JsonDocument.Parse(asked.Output).RootElement[0].GetProperty("domains")[0].GetProperty("word").GetString());
    }

    // The name of a domain in the hands of somebody who was told another machine's certificate is not the domain.
    [Fact]
    public async Task A_website_whose_certificate_this_machine_does_not_trust_confirms_nothing()
    {
        State("harbour-bank");
        var file = _folder.File($"{Guid.NewGuid()}.pdf", Guid.NewGuid().ToByteArray());
        Assert.Equal(0, (await Tool.RunAsync("issue", file, "--issuer", "harbour-bank", "--inbox", _service.Inbox)).ExitCode);
        var command = new ProcessStartInfo(ToolProcess.Built, ["verify", file, "--service", _service.Address, "--key", _key, "--check-domain"]);
        command.Environment["HTTPS_PROXY"] = _web.Proxy.ToString();
        command.Environment["XDG_CONFIG_HOME"] = _folder.At("config");
        var asked = await ToolProcess.RunAsync(command);
        Assert.Equal(3, asked.ExitCode);
        Assert.Contains($"‼ {Domain} could not be asked", asked.Output, StringComparison.Ordinal);
    }

    private static bool IsTold(ToolRun run) => run.Output.Contains($"harbour-bank: domain {Domain} confirmed by this service since ", StringComparison.Ordinal);

    private void State(string issuer) => _web.State(Domain, $$"""{"v":1,"logs":[{"origin":"{{Local.LocalOptions.Origin}}","issuer":"{{issuer}}","keys":["{{File.ReadLines(_key).First()}}"]}]}""");

    private Task<ToolRun> RunAsync(params string[] arguments)
    {
        var command = new ProcessStartInfo(ToolProcess.Built, arguments);
        foreach (var (name, value) in institution.Internet)
            command.Environment[name] = value;
        command.Environment["XDG_CONFIG_HOME"] = _folder.At("config");
        return ToolProcess.RunAsync(command);
    }

    // Looks until the service has asked, which it does by its own timer.
    private async Task<JsonElement> OutcomeAsync(string word)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_service.Address) };
        while (true)
        {
            var issuers = JsonDocument.Parse(await client.GetStringAsync("v1/issuers", Stop)).RootElement.GetProperty("issuers");
            var issuer = issuers.EnumerateArray().FirstOrDefault(one => one.GetProperty("id").GetString() == "harbour-bank");
            if (issuer.ValueKind == JsonValueKind.Object && issuer.TryGetProperty("domainOutcome", out var outcome) && outcome.GetProperty("outcome").GetString() == word)
                return outcome;
            await Task.Delay(TimeSpan.FromMilliseconds(500), Stop);
        }
    }

    /// <summary>An institution with a website, and a service that can ask it.</summary>
    public sealed class Institution(SharedAzurite azurite) : IAsyncLifetime
    {
        private readonly TempFolder _folder = new();

        internal DomainServer Web { get; } = new(Domain);

        internal LocalProcess Service { get; private set; } = null!;

        /// <summary>A file of the log's keys.</summary>
        internal string Key => _folder.At("log.vkey");

        internal Dictionary<string, string> Internet => new() { ["HTTPS_PROXY"] = Web.Proxy.ToString(), ["SSL_CERT_FILE"] = Web.CertificateFile };

        public async ValueTask InitializeAsync()
        {
            Service = LocalProcess.Start(_folder.At("data"), Internet, await LocalProcess.OnAccountAsync(azurite));
            await Service.ReadyAsync();
            using var http = new HttpClient();
            var keys = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{Service.Address}/v1/keys"), Stop)).RootElement;
            await File.WriteAllLinesAsync(Key, keys.GetProperty("verifierKeys").EnumerateArray().Select(line => line.GetString()!), Stop);
            await Service.Accounts.CreateIssuerAsync("harbour-bank", new Dictionary<string, string> { ["legalname"] = "Harbour Bank Ltd", ["jurisdiction"] = "HK", ["domain"] = Domain }, Stop);
        }

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await Web.DisposeAsync();
            _folder.Dispose();
        }
    }
}
