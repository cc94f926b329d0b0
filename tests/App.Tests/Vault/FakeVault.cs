using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TrueCopy.App.Tests.Vault;

/// <summary>
/// A vault that speaks the REST interface of Key Vault over HTTPS: authentication challenge, versions in pages, keys,
/// secrets, sign; refusals and throttling as the documentation has them.
/// </summary>
internal sealed class FakeVault : IAsyncDisposable
{
    private const int PageSize = 2;
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(int Status, TimeSpan? RetryAfter)> _failures = new();
    private readonly List<Version> _versions = [];

    private FakeVault(WebApplication app) => _app = app;

    /// <summary>A version of a key or of a secret; exactly one of the two is set.</summary>
    public sealed record Version(string Name, string Id, DateTimeOffset Created)
    {
        public ECDsa? Key { get; init; }

        public string? Secret { get; init; }

        public bool Enabled { get; set; } = true;

        public DateTimeOffset? NotBefore { get; set; }

        public DateTimeOffset? Expires { get; set; }
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>The clock that expiry is judged by.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Requests that carried a token, as <c>METHOD path</c>, with what was answered.</summary>
    public ConcurrentQueue<(string Request, int Status)> Requests { get; } = new();

    /// <summary>Whether signatures come back with a bit changed.</summary>
    public bool SignsWrongly { get; set; }

    public static async Task<FakeVault> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(Certificate())));
        var app = builder.Build();
        var vault = new FakeVault(app) { Time = time };
        app.Run(vault.AnswerAsync);
        await app.StartAsync();
        vault.Address = new Uri(app.Urls.Single());
        return vault;
    }

    public Version AddKey(string name, ECCurve? curve = null) =>
        Add(new Version(name, Guid.NewGuid().ToString("N"), Time.GetUtcNow()) { Key = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256) });

    public Version AddSecret(string name, string? value = null) =>
        Add(new Version(name, Guid.NewGuid().ToString("N"), Time.GetUtcNow()) { Secret = value ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) });

    /// <summary>The next request with a token is answered with this instead.</summary>
    public void FailNext(int status, TimeSpan? retryAfter = null) => _failures.Enqueue((status, retryAfter));

    public int Count(string request, int status) => Requests.Count(done => done.Request.Contains(request, StringComparison.Ordinal) && done.Status == status);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Version Add(Version version)
    {
        lock (_versions)
            _versions.Add(version);
        return version;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Authorization.Count == 0)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer authorization=\"https://login.windows.net/00000000-0000-0000-0000-000000000001\", resource=\"https://vault.azure.net\"";
            context.Response.StatusCode = 401;
            return;
        }

        var (status, body) = _failures.TryDequeue(out var failure) ? Failure(context, failure) : await HandleAsync(request);
        Requests.Enqueue(($"{request.Method} {request.Path}", status));
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(body);
    }

    private static (int Status, object Body) Failure(HttpContext context, (int Status, TimeSpan? RetryAfter) failure)
    {
        if (failure.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Error(failure.Status, failure.Status == 429 ? "Throttled" : "InternalServerError", "As the test asked.");
    }

    private async Task<(int Status, object Body)> HandleAsync(HttpRequest request)
    {
        if (!request.Query.ContainsKey("api-version"))
            return Error(400, "BadParameter", "api-version is missing.");
        var path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        Version[] named;
        lock (_versions)
            named = [.. _versions.Where(version => version.Name == path[1] && (version.Key is not null) == (path[0] == "keys"))];
        if (path[2] == "versions")
            return (200, Page(request, path[0], named));
        if (named.SingleOrDefault(version => version.Id == path[2]) is not { } found)
            return Error(404, path[0] == "keys" ? "KeyNotFound" : "SecretNotFound", "A key with this name and version was not found in this key vault.");
        if (path is [_, _, _, "sign"] && request.Method == "POST")
            return await SignAsync(request, found);
        if (found.Secret is not null && !found.Enabled)
            return Error(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled");
        return (200, found.Key is null
            ? new Dictionary<string, object> { ["value"] = found.Secret!, ["id"] = IdOf("secrets", found), ["attributes"] = Attributes(found) }
            : new Dictionary<string, object> { ["key"] = PublicKey(found), ["attributes"] = Attributes(found) });
    }

    private async Task<(int Status, object Body)> SignAsync(HttpRequest request, Version key)
    {
        if (!key.Enabled)
            return Error(403, "Forbidden", "Operation sign is not allowed on a disabled key.", "KeyDisabled");
        if (Time.GetUtcNow() >= key.Expires)
            return Error(403, "Forbidden", "Operation sign is not allowed on an expired key.", "KeyExpired");
        if (Time.GetUtcNow() < key.NotBefore)
            return Error(403, "Forbidden", "Operation sign is not allowed on a key that is not yet valid.", "KeyNotYetValid");
        var body = await request.ReadFromJsonAsync<JsonElement>();
        if (body.GetProperty("alg").GetString() != "ES256")
            return Error(400, "BadParameter", "The key's algorithm is ES256.");
        var digest = Base64Url.DecodeFromChars(body.GetProperty("value").GetString());
        if (digest.Length != 32)
            return Error(400, "BadParameter", "Invalid length of value.");
        var signature = key.Key!.SignHash(digest, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        if (SignsWrongly)
            signature[40] ^= 1;
        return (200, new Dictionary<string, object> { ["kid"] = IdOf("keys", key), ["value"] = Base64Url.EncodeToString(signature) });
    }

    private Dictionary<string, object?> Page(HttpRequest request, string kind, Version[] named)
    {
        var skip = int.TryParse(request.Query["$skiptoken"], CultureInfo.InvariantCulture, out var token) ? token : 0;
        var items = named.Skip(skip).Take(PageSize).Select(version => new Dictionary<string, object>
        {
            [kind == "keys" ? "kid" : "id"] = IdOf(kind, version),
            ["attributes"] = Attributes(version),
        });
        var next = skip + PageSize < named.Length
            ? new Uri(Address, $"{request.Path}?api-version={request.Query["api-version"]}&$skiptoken={skip + PageSize}").ToString()
            : null;
        return new Dictionary<string, object?> { ["value"] = items.ToArray(), ["nextLink"] = next };
    }

    private Dictionary<string, object> PublicKey(Version version)
    {
        var parameters = version.Key!.ExportParameters(false);
        return new Dictionary<string, object>
        {
            ["kid"] = IdOf("keys", version),
            ["kty"] = "EC-HSM",
            ["key_ops"] = new[] { "sign", "verify" },
            ["crv"] = version.Key.KeySize == 256 ? "P-256" : "P-384",
            ["x"] = Base64Url.EncodeToString(parameters.Q.X),
            ["y"] = Base64Url.EncodeToString(parameters.Q.Y),
        };
    }

    private string IdOf(string kind, Version version) => new Uri(Address, $"/{kind}/{version.Name}/{version.Id}").ToString();

    private static Dictionary<string, object> Attributes(Version version)
    {
        var attributes = new Dictionary<string, object>
        {
            ["enabled"] = version.Enabled,
            ["created"] = version.Created.ToUnixTimeSeconds(),
            ["updated"] = version.Created.ToUnixTimeSeconds(),
            ["recoveryLevel"] = "Recoverable",
        };
        if (version.NotBefore is { } start)
            attributes["nbf"] = start.ToUnixTimeSeconds();
        if (version.Expires is { } end)
            attributes["exp"] = end.ToUnixTimeSeconds();
        return attributes;
    }

    private static (int Status, object Body) Error(int status, string code, string message, string? inner = null)
    {
        var error = new Dictionary<string, object> { ["code"] = code, ["message"] = message };
        if (inner is not null)
            error["innererror"] = new Dictionary<string, string> { ["code"] = inner };
        return (status, new Dictionary<string, object> { ["error"] = error });
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
