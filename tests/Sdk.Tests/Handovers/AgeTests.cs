using System.Security.Cryptography;
using CsCheck;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Sdk.Tests.Handovers;

/// <summary>What is sealed is opened by whom it is sealed to, anywhere in it, and by nobody else; the stock tool agrees both ways.</summary>
public sealed class AgeTests
{
    private const int Chunk = 64 * 1024;
    private readonly AgeIdentity _identity = AgeIdentity.Create();

    public static bool IsThereAge => Tool.IsThere("age");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(3 * Chunk)]
    public async Task What_is_sealed_is_opened_whatever_its_length(int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);
        var file = await SealAsync(plain);
        await using var opened = await OpenAsync(file);
        Assert.Equal(length, opened.Length);
        var read = new byte[length];
        await opened.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
        Assert.Equal(plain, read);
        Assert.Equal(0, opened.Read(new byte[1]));
        var other = await Assert.ThrowsAsync<PackageException>(() => AgeOpeningStream.OpenAsync(new MemoryStream(file), [AgeIdentity.Create()], TestContext.Current.CancellationToken));
        Assert.Equal(PackageFault.Identity, other.Fault);
    }

    [Fact]
    public async Task It_is_read_anywhere_as_it_was_written()
    {
        var plain = RandomNumberGenerator.GetBytes((3 * Chunk) + 77);
        await using var opened = await OpenAsync(await SealAsync(plain));
        Gen.Select(Gen.Int[0, plain.Length], Gen.Int[0, 2 * Chunk]).Sample(
            (from, length) =>
            {
                opened.Seek(from, SeekOrigin.Begin);
                var read = new byte[Math.Min(length, plain.Length - from)];
                opened.ReadExactly(read);
                Assert.True(read.AsSpan().SequenceEqual(plain.AsSpan(from, read.Length)));
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public async Task Any_byte_that_is_altered_cut_off_or_added_is_found_out()
    {
        var plain = RandomNumberGenerator.GetBytes(Chunk + 100);
        var file = await SealAsync(plain);
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte[1, 255]).Sample((at, by) =>
        {
            var altered = (byte[])file.Clone();
            altered[at] ^= by;
            Assert.Throws<PackageException>(() => ReadAll(altered));
        });
        Gen.Int[0, file.Length - 1].Sample(length => Assert.Throws<PackageException>(() => ReadAll(file[..length])), iter: 200);
        Assert.Throws<PackageException>(() => ReadAll([.. file, 0]));
        Assert.Throws<PackageException>(() => ReadAll([.. file, .. file]));
        Assert.Equal(plain, ReadAll(file));
    }

    [Fact]
    public async Task A_file_that_is_cut_off_at_a_chunk_is_refused_before_any_byte_of_it_is_used()
    {
        var file = await SealAsync(new byte[3 * Chunk]);
        await Assert.ThrowsAsync<PackageException>(() => OpenAsync(file[..^(Chunk + 16)]));
    }

    [Fact]
    public async Task What_is_given_up_halfway_opens_for_nobody()
    {
        var output = new MemoryStream();
        await using (var sealing = await AgeSealingStream.BeginAsync(output, Key(_identity), TestContext.Current.CancellationToken))
            await sealing.WriteAsync(new byte[(2 * Chunk) + 5], TestContext.Current.CancellationToken);
        Assert.Throws<PackageException>(() => ReadAll(output.ToArray()));
    }

    [Fact]
    public async Task Sealing_and_opening_take_two_chunks_of_memory_however_long_the_file()
    {
        long[] allocated = [await AllocatedAsync(4), await AllocatedAsync(400)];
        Assert.True(allocated[1] - allocated[0] < 4 * Chunk, $"{allocated[0]:N0} and {allocated[1]:N0} bytes");

        async Task<long> AllocatedAsync(int chunks)
        {
            // A stream in memory is never waited for, so all of it is done on this thread.
            var block = new byte[Chunk];
            await using var output = new MemoryStream(new byte[(chunks + 1) * (Chunk + 16)]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            await using (var sealing = await AgeSealingStream.BeginAsync(output, Key(_identity), TestContext.Current.CancellationToken))
            {
                for (var i = 0; i < chunks; i++)
                    sealing.Write(block);
                await sealing.FinishAsync(TestContext.Current.CancellationToken);
            }

            output.SetLength(output.Position);
            await using var opened = await AgeOpeningStream.OpenAsync(output, [_identity], TestContext.Current.CancellationToken);
            while (opened.Read(block) > 0)
            {
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Where_the_system_has_no_ChaCha20_that_of_BouncyCastle_seals_and_opens_the_same()
    {
        var (key, nonce, plain) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(12), RandomNumberGenerator.GetBytes(1000));
        using var system = ChunkCipher.Create(key);
        using var other = new ChunkCipher.OfBouncyCastle(key);
        var (one, two, opened) = (new byte[1016], new byte[1016], new byte[1000]);
        system.Seal(nonce, plain, one);
        other.Seal(nonce, plain, two);
        Assert.Equal(one, two);
        Assert.True(other.TryOpen(nonce, one, opened));
        Assert.Equal(plain, opened);
        one[3] ^= 1;
        Assert.False(other.TryOpen(nonce, one, opened));
        Assert.False(system.TryOpen(nonce, one, opened));
    }

    [Fact]
    public void An_identity_file_is_read_as_it_was_written_and_tells_its_secret_to_nobody()
    {
        var text = _identity.EncodeFile(DateTimeOffset.UnixEpoch);
        Assert.Equal(_identity.Recipient, Assert.Single(AgeIdentity.ParseFile(text.ReplaceLineEndings("\r\n"))).Recipient);
        Assert.Equal(_identity.Recipient, _identity.ToString());
        Assert.Equal(2, AgeIdentity.ParseFile(text + AgeIdentity.Create().EncodeFile(DateTimeOffset.UnixEpoch)).Count);
        foreach (var (bad, rule) in new[]
        {
            ("", "it has no identity"),
            ("# nothing", "it has no identity"),
            (_identity.Recipient, "line 1 is no X25519 identity"),
            (text.ToLowerInvariant(), "line 3 is no X25519 identity"),
            (text.Replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1", StringComparison.Ordinal), "line 3 is no X25519 identity"),
            ("age-encryption.org/v1\n-> scrypt", "sealed by a passphrase"),
            (string.Concat(Enumerable.Repeat(text, 21)), "more than 20 identities"),
            (new string('#', 70_000), "longer than"),
        })
        {
            var message = Assert.Throws<LogFormatException>(() => AgeIdentity.ParseFile(bad)).Message;
            Assert.Contains(rule, message, StringComparison.Ordinal);
            Assert.DoesNotContain(text.Split('\n')[2], message, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact(Skip = "There is no age here.", SkipUnless = nameof(IsThereAge))]
    public async Task The_stock_tool_opens_what_is_sealed_here()
    {
        using var folder = new TempFolder();
        var plain = RandomNumberGenerator.GetBytes((2 * Chunk) + 9);
        await File.WriteAllTextAsync(folder.At("key"), _identity.EncodeFile(DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(folder.At("sealed"), await SealAsync(plain), TestContext.Current.CancellationToken);
        await Tool.RunAsync("age", "-d", "-i", folder.At("key"), "-o", folder.At("plain"), folder.At("sealed"));
        Assert.Equal(plain, await File.ReadAllBytesAsync(folder.At("plain"), TestContext.Current.CancellationToken));
    }

    [Fact(Skip = "There is no age here.", SkipUnless = nameof(IsThereAge))]
    public async Task What_the_stock_tool_seals_is_opened_here_also_with_a_key_that_it_made()
    {
        using var folder = new TempFolder();
        var plain = RandomNumberGenerator.GetBytes((2 * Chunk) + 9);
        await File.WriteAllBytesAsync(folder.At("plain"), plain, TestContext.Current.CancellationToken);
        await Tool.RunAsync("age-keygen", "-o", folder.At("key"));
        var identity = Assert.Single(AgeIdentity.ParseFile(await File.ReadAllTextAsync(folder.At("key"), TestContext.Current.CancellationToken)));
        await Tool.RunAsync("age", "-r", AgeIdentity.Create().Recipient, "-r", identity.Recipient, "-o", folder.At("sealed"), folder.At("plain"));
        await using var opened = await AgeOpeningStream.OpenAsync(File.OpenRead(folder.At("sealed")), [_identity, identity], TestContext.Current.CancellationToken);
        using var read = new MemoryStream();
        await opened.CopyToAsync(read, TestContext.Current.CancellationToken);
        Assert.Equal(plain, read.ToArray());
        Assert.Same(identity, opened.Identity);
    }

    private static byte[] Key(AgeIdentity identity) => EncryptionKey.TryParse(identity.Recipient, out var key) ? key : [];

    private async Task<byte[]> SealAsync(byte[] plain)
    {
        using var output = new MemoryStream();
        await using var sealing = await AgeSealingStream.BeginAsync(output, Key(_identity), TestContext.Current.CancellationToken);
        await sealing.WriteAsync(plain, TestContext.Current.CancellationToken);
        var digest = await sealing.FinishAsync(TestContext.Current.CancellationToken);
        Assert.Equal((output.Length, Samples.DigestOf(output.ToArray())), (sealing.SealedLength, digest));
        return output.ToArray();
    }

    private Task<AgeOpeningStream> OpenAsync(byte[] file) => AgeOpeningStream.OpenAsync(new MemoryStream(file), [_identity], TestContext.Current.CancellationToken);

    private byte[] ReadAll(byte[] file)
    {
        using var opened = AgeOpeningStream.OpenAsync(new MemoryStream(file), [_identity], CancellationToken.None).GetAwaiter().GetResult();
        using var read = new MemoryStream();
        opened.CopyTo(read);
        return read.ToArray();
    }
}
