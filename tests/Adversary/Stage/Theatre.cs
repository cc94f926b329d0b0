using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs.Models;
using TrueCopy.Adversary.Tests.Forging;

[assembly: AssemblyFixture(typeof(TrueCopy.Adversary.Tests.Stage.Theatre))]
[assembly: AssemblyFixture(typeof(TrueCopy.Web.Tests.Browser.Chromium))]
[assembly: TestCollectionOrderer(typeof(TrueCopy.EndToEnd.Tests.LongestFirst))]

namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>
/// What every attack is played on: the real service on a real Azurite, and documents in every state. Started once; attacks
/// only read it, or add documents of their own.
/// </summary>
public sealed class Theatre : IAsyncLifetime
{
    private const string Bank = "demo-bank";
    private const string Registry = "demo-registry";
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);

    /// <summary>The service.</summary>
    internal RealService Service { get; private set; } = null!;

    /// <summary>The keys of the log, for whoever runs it.</summary>
    internal LogIdentity Keys { get; private set; } = null!;

    /// <summary>The first of its keys, as users are given it.</summary>
    internal string Key => Keys.Verifiers[0].ToString();

    /// <summary>What the service answered about <c>revoked</c> before it was revoked: the body of a batch of one.</summary>
    internal string AnswerBeforeRevocation { get; private set; } = "";

    /// <summary>The body of <c>/v1/status</c> before the same.</summary>
    internal string StatusBeforeRevocation { get; private set; } = "";

    /// <summary>The body of <c>/v1/keys</c>.</summary>
    internal string KeysDocument { get; private set; } = "";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        Service = await RealService.StartAsync(Build.Attacked.Local, _folder.At("data"), stop);
        KeysDocument = await _http.GetStringAsync(new Uri(Service.Address, "v1/keys"), stop);
        Keys = await KeyFiles.ReadAsync(Service.KeysFolder, JsonNode.Parse(KeysDocument)!["origin"]!.GetValue<string>(), stop);
        await IssueAsync();
        AnswerBeforeRevocation = await AskAsync("revoked");
        if (!Build.Attacked.IsEarlier)
            StatusBeforeRevocation = await _http.GetStringAsync(new Uri(Service.Address, "v1/status"), stop);
        await ActAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Service is not null)
            await Service.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    /// <summary>The bytes of a document.</summary>
    internal byte[] Document(string name) => _documents[name];

    /// <summary>SHA-256 of a document, hex.</summary>
    internal string HexOf(string name) => Convert.ToHexStringLower(SHA256.HashData(_documents[name]));

    /// <summary>What the service itself answers about a document: the body of a batch of one.</summary>
    internal Task<string> AskAsync(string name) => AskAsync(SHA256.HashData(_documents[name]));

    /// <summary>What the service itself answers about a digest.</summary>
    internal async Task<string> AskAsync(byte[] sha256)
    {
        var question = new JsonObject { ["digests"] = new JsonArray(new JsonObject { ["algorithm"] = "sha-256", ["digest"] = Convert.ToHexStringLower(sha256) }) };
        using var response = await _http.PostAsJsonAsync(new Uri(Service.Address, "v1/verify"), question, TestContext.Current.CancellationToken);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Something of the public log.</summary>
    internal Task<byte[]> LogAsync(string path) => _http.GetByteArrayAsync(new Uri(Service.Address, $"log/{path}"), TestContext.Current.CancellationToken);

    /// <summary>A log that begins as the real one does, whose entries are public, and goes on as one likes.</summary>
    /// <param name="signers">Who signs it.</param>
    /// <param name="size">How much of the real one; all of it if it is not given.</param>
    internal async Task<ForgedLog> ForkAsync(INoteSigner[] signers, long? size = null)
    {
        var log = new ForgedLog(Keys.Origin, signers);
        var all = Checkpoint.Parse(SignedNote.Parse(await LogAsync("checkpoint")).Text).Size;
        for (var bundle = 0L; log.Size < (size ?? all); bundle++)
        {
            var id = TileId.At(TileId.EntriesLevel, bundle, all);
            foreach (var entry in EntryBundle.Parse(await LogAsync(id.ToPath()), id.Width).Take((int)((size ?? all) - log.Size)))
                log.Add(entry.ToArray());
        }

        return log;
    }

    /// <summary>Uploads as an institution does.</summary>
    internal async Task UploadAsync(string issuer, string path, byte[] content, Dictionary<string, string>? metadata = null) =>
        await Service.Accounts.Inbox.GetBlobContainerClient($"issuer-{issuer}").GetBlobClient(path)
            .UploadAsync(new BinaryData(content), new BlobUploadOptions { Metadata = metadata }, TestContext.Current.CancellationToken);

    /// <summary>Issues a new document and waits for it.</summary>
    internal async Task<string> IssueAsync(string name, string issuer = Bank, Dictionary<string, string>? metadata = null)
    {
        _documents[name] = Encoding.UTF8.GetBytes($"%PDF-1.7 {name} {Guid.NewGuid()}");
        await UploadAsync(issuer, name + ".pdf", _documents[name], metadata);
        await UntilAsync(name, results => results.Count > 0);
        return name;
    }

    /// <summary>Issues a document once more, on other terms.</summary>
    internal async Task IssueAgainAsync(string name, Dictionary<string, string> metadata)
    {
        await UploadAsync(Bank, $"{name}-again.pdf", _documents[name], metadata);
        await UntilAsync(name, results => results[0]!["unproven"]!["acts"]!.AsArray().Count > 1);
    }

    /// <summary>Takes a document back.</summary>
    internal async Task RevokeAsync(string name)
    {
        await UploadAsync(Bank, $"{name}.acts.jsonl", Encoding.UTF8.GetBytes($$"""{"act":"revoke","algorithm":"sha-256","digest":"{{HexOf(name)}}","reason":"issuedInError"}"""));
        await UntilAsync(name, results => results[0]!["verdict"]!.GetValue<string>() == "revoked");
    }

    /// <summary>Waits until the service says so of a document.</summary>
    internal async Task UntilAsync(string name, Func<JsonArray, bool> says)
    {
        using var patience = new CancellationTokenSource(Wait.Limit);
        while (!says(JsonNode.Parse(await AskAsync(name))!["results"]![0]!["results"]!.AsArray()))
            await Task.Delay(100, patience.Token);
    }

    private async Task IssueAsync()
    {
        // More than a page of the status tree.
        _documents["listed"] = Guid.NewGuid().ToByteArray();
        var list = Enumerable.Range(0, StatusPage.Codes).Select(_ => Convert.ToHexStringLower(SHA256.HashData(Guid.NewGuid().ToByteArray()))).Append(HexOf("listed"));
        await UploadAsync(Bank, "list.sha256", Encoding.UTF8.GetBytes(string.Concat(list.Select((hex, i) => $"{hex}  {i}\n"))));

        string[] names = ["standing", "long", "revoked", "suspended", "superseded", "successor", "expired", "early", "disputed", "slandered", "unheard", "mirrored"];
        foreach (var name in names)
            _documents[name] = Encoding.UTF8.GetBytes($"%PDF-1.7 {name} {Guid.NewGuid()}");
        foreach (var name in names[..^2])
            await UploadAsync(name is "slandered" ? Registry : Bank, name + ".pdf", _documents[name], MetadataOf(name));
        foreach (var name in names[..^2])
            await UntilAsync(name, results => results.Count > 0);

        // Another institution lists what it never issued itself: a line is all that takes.
        await UploadAsync(Registry, "disputed.sha256", Encoding.UTF8.GetBytes($"{HexOf("disputed")}  a\n"));
        await UploadAsync(Bank, "slandered.sha256", Encoding.UTF8.GetBytes($"{HexOf("slandered")}  a\n"));
        foreach (var name in new[] { "disputed", "slandered" })
            await UntilAsync(name, results => results.Count > 1);
        await UntilAsync("listed", results => results.Count > 0);
    }

    private static Dictionary<string, string>? MetadataOf(string name) => name switch
    {
        "expired" => new() { ["expires"] = "2020-01-01T00:00:00Z" },
        "early" => new() { ["validfrom"] = "2099-01-01T00:00:00Z" },
        "long" => new() { ["expires"] = "2099-01-01T00:00:00Z" },
        _ => null,
    };

    private async Task ActAsync()
    {
        var acts = $$"""
            {"act":"revoke","algorithm":"sha-256","digest":"{{HexOf("revoked")}}","reason":"issuedInError","note":"wrong balance"}
            {"act":"suspend","algorithm":"sha-256","digest":"{{HexOf("suspended")}}","reason":"certificateHold"}
            {"act":"supersede","algorithm":"sha-256","digest":"{{HexOf("superseded")}}","reason":"superseded","successorAlgorithm":"sha-256","successorDigest":"{{HexOf("successor")}}"}
            {"act":"revoke","algorithm":"sha-256","digest":"{{HexOf("disputed")}}","reason":"issuedInError"}
            {"act":"revoke","algorithm":"sha-256","digest":"{{HexOf("slandered")}}","reason":"issuedInError"}

            """;
        await UploadAsync(Bank, "acts.acts.jsonl", Encoding.UTF8.GetBytes(acts));
        foreach (var (name, verdict) in new[] { ("revoked", "revoked"), ("suspended", "suspended"), ("superseded", "superseded"), ("disputed", "revoked"), ("slandered", "revoked") })
            await UntilAsync(name, results => results.Any(result => result!["verdict"]!.GetValue<string>() == verdict));
    }
}
