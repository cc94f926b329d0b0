using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Org.BouncyCastle.Crypto.Digests;

namespace TrueCopy.Receipts.Tests.Digests;

public sealed class StreamDigestTests
{
    [Theory]
    [InlineData("sha-256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha-256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha-384", "abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")]
    [InlineData("sha-512", "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [InlineData("sha-384", "", "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b")]
    [InlineData("sha-512", "", "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e")]
    [InlineData("sm3", "", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")]
    [InlineData("sm3", "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    [InlineData("sm3", "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd", "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")]
    public async Task Digests_are_those_of_the_standards(string name, string text, string hex)
    {
        Assert.True(DigestAlgorithm.TryParse(name, out var algorithm));
        var digest = Assert.Single(await ComputeAsync(new MemoryStream(Encoding.ASCII.GetBytes(text)), algorithm));
        Assert.Equal(hex, digest.Hex);
    }

    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
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
                Assert.Equal(Sm3(bytes), digests[3].Bytes.ToArray());
            },
            iter: 30,
            threads: 1);

    [Fact]
    public async Task Digests_come_in_the_order_in_which_they_are_asked_for()
    {
        DigestAlgorithm[] algorithms = [DigestAlgorithm.Sm3, DigestAlgorithm.Sha512, DigestAlgorithm.Sha256];
        var digests = await ComputeAsync(new MemoryStream([1, 2, 3]), algorithms);
        Assert.Equal(algorithms, digests.Select(digest => digest.Algorithm));
        Assert.Equal(SHA256.HashData([1, 2, 3]), digests[2].Bytes.ToArray());
    }

    [Fact]
    public async Task A_stream_is_read_from_where_it_stands()
    {
        using var stream = new MemoryStream([9, 9, 1, 2, 3]) { Position = 2 };
        Assert.Equal(SHA256.HashData([1, 2, 3]), Assert.Single(await ComputeAsync(stream, DigestAlgorithm.Sha256)).Bytes.ToArray());
    }

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

    [Fact]
    public async Task Hashing_stops_in_the_middle_when_it_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        var progress = new OnProgress(_ => cancelled.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            StreamDigest.ComputeAsync(new GeneratedStream(long.MaxValue), [DigestAlgorithm.Sha256], progress, cancelled.Token));
    }

    [Fact]
    public async Task A_buffer_that_is_still_being_filled_does_not_go_back_to_the_pool()
    {
        await using var stream = new StuckStream();
        var progress = new OnProgress(_ =>
        {
            stream.Stuck.Wait(TestContext.Current.CancellationToken);
            throw new InvalidDataException("the caller's fault, while the next block is on its way");
        });
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            StreamDigest.ComputeAsync(stream, [DigestAlgorithm.Sha256], progress, TestContext.Current.CancellationToken));

        // Whoever rents next must not be handed memory that the stream still writes to.
        for (var i = 0; i < 64; i++)
            Assert.NotSame(stream.Buffer, ArrayPool<byte>.Shared.Rent(1 << 20));
        stream.Release();
    }

    private static byte[] Sm3(byte[] bytes)
    {
        var sm3 = new SM3Digest();
        sm3.BlockUpdate(bytes, 0, bytes.Length);
        var hash = new byte[sm3.GetDigestSize()];
        sm3.DoFinal(hash, 0);
        return hash;
    }

    private static Task<IReadOnlyList<Digest>> ComputeAsync(Stream stream, params DigestAlgorithm[] algorithms) =>
        StreamDigest.ComputeAsync(stream, algorithms, progress: null, TestContext.Current.CancellationToken);

    private sealed class LastValue : IProgress<long>
    {
        public long Value { get; private set; }

        public void Report(long value) => Value = value;
    }

    private sealed class OnProgress(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }

    /// <summary>Gives the first block, then hangs with the second block's buffer in hand.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private readonly TaskCompletionSource<int> _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _given;

        public ManualResetEventSlim Stuck { get; } = new();

        public byte[]? Buffer { get; private set; }

        public void Release() => _read.SetResult(0);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_given)
            {
                _given = true;
                return new(buffer.Length);
            }

            Assert.True(MemoryMarshal.TryGetArray<byte>(buffer, out var segment));
            Buffer = segment.Array;
            Stuck.Set();
            return new(_read.Task);
        }
    }

    private sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}
