using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Api.Tests;

/// <summary>The status as verifiers of credentials read it.</summary>
public sealed class StatusListTests
{
    internal static readonly ServiceAddress Address = new(new Uri("https://truecopy.example/"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_library_of_others_verifies_it_by_the_logs_keys_and_reads_from_it_how_each_document_stands()
    {
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton(Address), onKestrel: true);
        var documents = new[] { "standing", "suspended", "superseded", "revoked", "reissued" };
        foreach (var document in documents)
            await host.IssueAsync(document);
        var before = documents.Select(document => host.IndexOf(ApiHost.HexOf(document))).ToArray();
        await host.ActAsync("suspend", ApiHost.HexOf("suspended"));
        await host.ActAsync("supersede", ApiHost.HexOf("superseded"), ApiHost.HexOf("standing"));
        await host.ActAsync("revoke", ApiHost.HexOf("revoked"));

        // Other terms make another issue of the same bytes.
        await host.UploadAsync("again", "reissued", metadata: new() { ["expires"] = "2099-01-01T00:00:00Z" });
        await host.DrainAsync();
        host.World.Time.Advance(TimeSpan.FromSeconds(2));

        var read = await FinishedProcess.RunAsync(
            new ProcessStartInfo("node", [RepositoryFolder.At("tests/Api.Tests/StatusList/read.mjs"), "https://truecopy.example/v1/statuslist", host.Address.AbsoluteUri, $"{host.World.Time.GetUtcNow():O}"]),
            Stop);
        Assert.True(read.ExitCode == 0, read.Error);
        var list = JsonDocument.Parse(read.Output).RootElement;
        var statuses = list.GetProperty("statuses").EnumerateArray().Select(status => status.GetInt32()).ToArray();
        Assert.Equal([0x00, 0x02, 0x03, 0x01, 0x0C], before.Select(index => statuses[index]));
        Assert.Equal(0x00, statuses[host.IndexOf(ApiHost.HexOf("reissued"))]);
        var (iat, exp, ttl) = (list.GetProperty("iat").GetInt64(), list.GetProperty("exp").GetInt64(), list.GetProperty("ttl").GetInt64());
        Assert.Equal((StatusList.Validity.TotalSeconds, StatusList.Lifetime.TotalSeconds), (exp - iat, ttl));
    }

    [Fact]
    public async Task It_is_signed_once_a_minute_whoever_asks_and_then_tells_what_happened_since()
    {
        var signed = 0;
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton(Address).AddSingleton<ILogKeys>(provider =>
            new FixedKeys(Counted(provider.GetRequiredService<LogIdentity>(), () => signed++))));
        await host.IssueAsync("a");
        await host.GetAsync("/v1/statuslist");
        var first = signed;
        var lists = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => await (await host.GetAsync("/v1/statuslist")).Content.ReadAsStringAsync(Stop)));
        Assert.Single(lists.Distinct());
        Assert.Equal(first, signed);

        await host.ActAsync("revoke", ApiHost.HexOf("a"));
        var committed = signed;
        host.World.Time.Advance(StatusList.Lifetime);
        Assert.NotEqual(lists[0], await (await host.GetAsync("/v1/statuslist")).Content.ReadAsStringAsync(Stop));
        Assert.Equal(committed + 1, signed);
    }

    [Fact]
    public async Task A_service_that_does_not_know_its_address_has_none_whatever_a_client_calls_it()
    {
        await using var host = await ApiHost.StartAsync();
        await host.BeginAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/statuslist") { Headers = { Host = "truecopy.example" } };
        await ApiHost.ProblemAsync(await host.SendAsync(request), 404, "no-status-list");
    }

    [Fact]
    public void What_was_issued_before_status_was_kept_is_not_called_valid()
    {
        var page = new byte[StatusPage.Length];
        StatusPage.Write(page, 1, EntryStatus.Revoked);
        StatusPage.Write(page, 4, EntryStatus.Suspended);
        var list = StatusList.Pack(covers: 7, from: 3, [new(0, page)]);
        Assert.Equal([0x1F, 0x0F, 0x02, 0x00], list);
    }

    [Fact]
    public void A_code_that_this_version_does_not_know_is_not_called_valid() =>
        Assert.Equal([0xFF], StatusList.Pack(covers: 2, from: 0, [new(0, new byte[StatusPage.Length].Select((_, i) => i == 0 ? (byte)0x75 : (byte)0).ToArray())]));

    private static LogIdentity Counted(LogIdentity identity, Action sign) =>
        identity with { Signers = [.. identity.Signers.Select(signer => signer.Verifier is EcdsaP256Verifier ? new CountedSigner(signer, sign) : signer)] };

    private sealed class CountedSigner(INoteSigner signer, Action sign) : INoteSigner
    {
        public NoteVerifier Verifier => signer.Verifier;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
        {
            sign();
            return signer.SignAsync(text, cancellationToken);
        }
    }
}
