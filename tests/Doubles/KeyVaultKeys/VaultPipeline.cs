using System.Buffers.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Security.KeyVault.Keys;

/// <summary>Sends requests of the REST interface; anything but 200 is a <see cref="RequestFailedException"/>.</summary>
internal sealed class VaultPipeline(Uri vault, HttpPipeline pipeline)
{
    private const string ApiVersion = "7.6";

    public Task<(JsonElement Body, Response Response)> SendAsync(RequestMethod method, string path, byte[]? body, CancellationToken cancellationToken) =>
        SendAsync(method, new Uri(vault, $"{path}?api-version={ApiVersion}"), body, cancellationToken);

    public async Task<(JsonElement Body, Response Response)> SendAsync(RequestMethod method, Uri uri, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = pipeline.CreateRequest();
        request.Method = method;
        request.Uri.Reset(uri);
        request.Headers.Add("Accept", "application/json");
        if (body is not null)
        {
            request.Headers.Add("Content-Type", "application/json");
            request.Content = RequestContent.Create(body);
        }

        var response = await pipeline.SendRequestAsync(request, cancellationToken);
        if (response.Status != 200)
            throw new RequestFailedException(response);
        using var document = JsonDocument.Parse(response.Content);
        return (document.RootElement.Clone(), response);
    }

    public static byte[] Bytes(JsonElement element, string name) => Base64Url.DecodeFromChars(element.GetProperty(name).GetString());
}

/// <summary>The versions of a key, page by page.</summary>
internal sealed class KeyVersionPages(VaultPipeline vault, string name, CancellationToken cancellationToken) : AsyncPageable<KeyProperties>(cancellationToken)
{
    public override async IAsyncEnumerable<Page<KeyProperties>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        var (body, response) = await vault.SendAsync(RequestMethod.Get, $"/keys/{name}/versions", null, CancellationToken);
        while (true)
        {
            var next = body.TryGetProperty("nextLink", out var link) ? link.GetString() : null;
            yield return Page<KeyProperties>.FromValues(
                [.. body.GetProperty("value").EnumerateArray().Select(key => new KeyProperties(key.GetProperty("kid").GetString()!, key.GetProperty("attributes")))],
                next,
                response);
            if (string.IsNullOrEmpty(next))
                yield break;
            (body, response) = await vault.SendAsync(RequestMethod.Get, new Uri(next), null, CancellationToken);
        }
    }
}

/// <summary>Asks for a token once the vault has said for which resource, as the real clients do.</summary>
internal sealed class VaultChallengePolicy(TokenCredential credential) : HttpPipelinePolicy
{
    private string? _scope;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (message.Request.Uri.Scheme != Uri.UriSchemeHttps)
            throw new InvalidOperationException("Bearer token authentication is not permitted for non TLS protected (https) endpoints.");
        await AuthorizeAsync(message);
        await ProcessNextAsync(message, pipeline);
        if (message.Response.Status != 401 || _scope is not null || !message.Response.Headers.TryGetValue("WWW-Authenticate", out var challenge))
            return;
        _scope = challenge.Split("resource=\"")[1].Split('"')[0] + "/.default";
        await AuthorizeAsync(message);
        await ProcessNextAsync(message, pipeline);
    }

    private async Task AuthorizeAsync(HttpMessage message)
    {
        if (_scope is null)
            return;
        var token = await credential.GetTokenAsync(new TokenRequestContext([_scope]), message.CancellationToken);
        message.Request.Headers.SetValue("Authorization", $"Bearer {token.Token}");
    }
}
