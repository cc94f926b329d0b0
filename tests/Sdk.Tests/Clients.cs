using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>Clients of a stub, and digests to ask about.</summary>
internal static class Clients
{
    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TrueCopyClient Of(StubService service, Action<TrueCopyClientOptions>? change = null, TimeProvider? time = null)
    {
        var options = new TrueCopyClientOptions { Service = new Uri("http://service.example"), Keys = LogKeys.Pin(service.World.Identity.Verifiers) };
        change?.Invoke(options);
        return new TrueCopyClient(options, service, time ?? service.Clock);
    }

    public static byte[] Content(int i) => BitConverter.GetBytes(i);

    public static Digest DigestOf(byte[] content) => new(DigestAlgorithm.Sha256, System.Security.Cryptography.SHA256.HashData(content));

    public static Digest DigestOf(int i) => DigestOf(Content(i));

    /// <summary>A client that asks about document 0, which is issued.</summary>
    public static async Task<CheckedAnswer> AskAsync(StubService service, Action<TrueCopyClientOptions>? change = null)
    {
        await service.IssueAsync(Content(0));
        using var client = Of(service, change);
        return await client.VerifyAsync(DigestOf(0), Stop);
    }
}
