using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Sdk.Tests.Handovers;

/// <summary>The reader of age is held to the test vectors of C2SP: what they open, it opens, and it refuses everything else for their reason.</summary>
public sealed class AgeVectorTests
{
    private const string Success = "success";
    private const string NoMatch = "no match";

    [Fact]
    public async Task Every_vector_of_C2SP_for_an_X25519_identity_is_opened_or_refused_as_it_says()
    {
        var count = new Dictionary<string, int>();
        foreach (var vector in await VectorsAsync())
        {
            // Passphrases, post-quantum recipients and armor are not for packages; what is sealed so is refused below.
            if (vector.Identities.Count == 0 || vector.IsArmored)
                continue;
            count[vector.Expect] = count.GetValueOrDefault(vector.Expect) + 1;
            var (outcome, digest) = await OpenAsync(vector.File, vector.Identities);
            if (vector.Expect == Success)
                Assert.Equal((vector.Name, Success, vector.Payload), (vector.Name, outcome, digest));
            else
                Assert.Equal((vector.Name, vector.Expect == NoMatch ? NoMatch : "malformed"), (vector.Name, outcome));
        }

        Assert.True(count[Success] >= 10 && count["header failure"] >= 20 && count["payload failure"] >= 10 && count[NoMatch] >= 2 && count["HMAC failure"] == 1, string.Join(", ", count));
    }

    [Fact]
    public async Task What_is_sealed_in_another_way_than_a_package_is_opens_for_nobody()
    {
        var identity = AgeIdentity.Create();
        var others = (await VectorsAsync()).Where(vector => vector.Identities.Count == 0 || vector.IsArmored).ToArray();
        Assert.True(others.Length > 50, $"{others.Length} vectors");
        foreach (var vector in others)
        {
            var (outcome, _) = await OpenAsync(vector.File, vector.Identities.Count == 0 ? [identity] : vector.Identities);
            Assert.NotEqual((vector.Name, Success), (vector.Name, outcome));
        }
    }

    private static async Task<(string Outcome, string? Digest)> OpenAsync(byte[] file, IReadOnlyList<AgeIdentity> identities)
    {
        try
        {
            await using var opened = await AgeOpeningStream.OpenAsync(new MemoryStream(file), identities, TestContext.Current.CancellationToken);
            return (Success, Convert.ToHexStringLower(await SHA256.HashDataAsync(opened, TestContext.Current.CancellationToken)));
        }
        catch (PackageException exception)
        {
            return (exception.Fault == PackageFault.Identity ? NoMatch : "malformed", null);
        }
    }

    private static async Task<IReadOnlyList<Vector>> VectorsAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("node", ["write.mjs"]) { WorkingDirectory = RepositoryFolder.At("tests", "Sdk.Tests", "Node"), RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        var vectors = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Vector.Read(line.Split(' '))).ToArray();
        Assert.True(vectors.Length > 100, $"{vectors.Length} vectors");
        return vectors;
    }

    private sealed record Vector(string Name, string Expect, string? Payload, IReadOnlyList<AgeIdentity> Identities, bool IsArmored, byte[] File)
    {
        public static Vector Read(string[] line)
        {
            var bytes = Convert.FromBase64String(line[1]);
            var end = bytes.AsSpan().IndexOf("\n\n"u8);
            var head = Encoding.ASCII.GetString(bytes.AsSpan(0, end)).Split('\n').Select(member => member.Split(": ", 2)).ToLookup(member => member[0], member => member[1]);
            var file = bytes[(end + 2)..];
            if (head["compressed"].FirstOrDefault() == "zlib")
            {
                using var plain = new MemoryStream();
                using (var zlib = new System.IO.Compression.ZLibStream(new MemoryStream(file), System.IO.Compression.CompressionMode.Decompress))
                    zlib.CopyTo(plain);
                file = plain.ToArray();
            }

            AgeIdentity[] identities = [.. head["identity"].Where(identity => identity.StartsWith("AGE-SECRET-KEY-1", StringComparison.Ordinal)).SelectMany(AgeIdentity.ParseFile)];
            return new Vector(line[0], head["expect"].Single(), head["payload"].FirstOrDefault(), identities, head["armored"].Any(), file);
        }
    }
}
