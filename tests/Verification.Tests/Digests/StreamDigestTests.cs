using System.Security.Cryptography;
using System.Text;
using CsCheck;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Tests.Digests;

public sealed class StreamDigestTests
{
    [Theory]
    [InlineData("sha-256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha-256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha-384", "abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")]
    [InlineData("sha-512", "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [InlineData("sm3", "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    [InlineData("sm3", "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd", "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")]
    public async Task Digests_are_those_of_the_standards(string name, string text, string hex)
    {
        Assert.True(DigestAlgorithm.TryParse(name, out var algorithm));
        var digest = Assert.Single(await ComputeAsync(new MemoryStream(Encoding.ASCII.GetBytes(text)), algorithm));
        Assert.Equal(hex, digest.Hex);
    }

    [Fact]
    public Task A_stream_has_the_digest_of_its_bytes_however_they_arrive() =>
        Gen.Select(Gen.OneOf(Gen.Int[0, 3000], Gen.Int[1_048_574, 1_048_578], Gen.Int[2_097_150, 2_097_154]), Gen.Int[1, 700_000]).SampleAsync(
            async (length, chunk) =>
            {
                var bytes = new byte[length];
                new Random(length).NextBytes(bytes);
                var digests = await ComputeAsync(new ChunkedStream(bytes, chunk), [.. DigestAlgorithm.All]);
                Assert.Equal(SHA256.HashData(bytes), digests[0].Bytes.ToArray());
                Assert.Equal(SHA384.HashData(bytes), digests[1].Bytes.ToArray());
                Assert.Equal(SHA512.HashData(bytes), digests[2].Bytes.ToArray());
            },
            iter: 60);

    [Fact]
    public async Task Progress_ends_at_the_length()
    {
        var progress = new LastValue();
        await StreamDigest.ComputeAsync(new GeneratedStream(3_000_000), [DigestAlgorithm.Sha256], progress, TestContext.Current.CancellationToken);
        Assert.Equal(3_000_000, progress.Value);
    }

    [Fact]
    public async Task A_stream_that_breaks_gives_no_digest() =>
        await Assert.ThrowsAsync<IOException>(() => ComputeAsync(new GeneratedStream(5 << 20) { BreakAt = 3 << 20 }, DigestAlgorithm.Sha256));

    [Fact]
    public async Task Hashing_stops_when_it_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            StreamDigest.ComputeAsync(new GeneratedStream(5 << 20), [DigestAlgorithm.Sha256], null, cancelled.Token));
    }

    private static Task<IReadOnlyList<Digest>> ComputeAsync(Stream stream, params DigestAlgorithm[] algorithms) =>
        StreamDigest.ComputeAsync(stream, algorithms, progress: null, TestContext.Current.CancellationToken);

    private sealed class LastValue : IProgress<long>
    {
        public long Value { get; private set; }

        public void Report(long value) => Value = value;
    }

    private sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}
