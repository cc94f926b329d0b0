using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.Client;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>What the client library says of an answer.</summary>
internal static class SdkSays
{
    public static async Task<string> OfAsync(JsonNode vectors, JsonNode vector, CancellationToken cancellationToken)
    {
        var keys = LogKeys.Pin(vectors["keys"]!.AsArray().Select(key => key!.GetValue<string>()));
        var now = DateTimeOffset.Parse(vector["now"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
        var known = vector["seen"] is not { } seen ? null : new TrustedLog(
            keys,
            null,
            [],
            SignedCheckpoint.Open(Encoding.UTF8.GetBytes(seen["note"]!.GetValue<string>()), keys.Origin, keys.Verifiers),
            DateTimeOffset.Parse(seen["at"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture));
        var options = new TrueCopyClientOptions { Service = new Uri("http://service.example"), Keys = known is null ? keys : null, Known = known, MaxRetries = 0 };
        using var network = new Served(vector["answer"]!, vectors["log"]!);
        using var client = new TrueCopyClient(options, network, new FakeTimeProvider(now));
        try
        {
            var answer = await client.VerifyAsync(new Digest(DigestAlgorithm.Sha256, Convert.FromHexString(vector["sha256"]!.GetValue<string>())), cancellationToken);
            if (answer.Fault is { } fault)
                return fault.Fault switch { ReceiptFault.Time => "clock", ReceiptFault.Status => "standing", _ => "proof" };
            if (known is not null)
                await client.RenewAsync(known, [answer], cancellationToken);
            return WireName.Of(answer.Verdict!.Value);
        }
        catch (LogChangedException exception)
        {
            return exception.Change switch { LogChange.Rollback => "rollback", LogChange.History => "fork", _ => "proof" };
        }
        catch (NoAnswerException)
        {
            return "proof";
        }
    }

    /// <summary>A service that gives one answer, and its log.</summary>
    private sealed class Served(JsonNode answer, JsonNode log) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            if (path == "/v1/verify")
                return Task.FromResult(new HttpResponseMessage { Content = new StringContent(new JsonObject { ["results"] = new JsonArray(answer.DeepClone()) }.ToJsonString(), Encoding.UTF8, "application/json") });
            return Task.FromResult(log[path["/log/".Length..]] is { } tile
                ? new HttpResponseMessage { Content = new ByteArrayContent(Convert.FromBase64String(tile.GetValue<string>())) }
                : new HttpResponseMessage(HttpStatusCode.NotFound));
        }
    }
}
