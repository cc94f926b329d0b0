using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;
using CsCheck;
using Org.BouncyCastle.Crypto.Digests;

namespace TrueCopy.Receipts.Tests.Digests;

public sealed class Sm3Tests
{
    /// <summary>For a process that runs these tests with fewer instructions than the processor has: how wide its vectors are then.</summary>
    private const string ExpectedLanes = "TRUECOPY_SM3_LANES";

    [Theory]
    [InlineData("", 1, "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")]
    [InlineData("abc", 1, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    [InlineData("abcd", 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")]
    [InlineData("a", 1_000_000, "c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3")]
    public void Hashes_are_those_of_the_standard(string text, int times, string hex) =>
        Assert.Equal(hex, Convert.ToHexStringLower(Hash(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times))))));

    // Where the padding begins another block, and where blocks stop to fill the lanes of a vector, is among them.
    [Fact]
    public void Bytes_of_every_length_have_the_hash_that_another_program_gives_them()
    {
        var bytes = Bytes(20 * 64);
        for (var length = 0; length <= bytes.Length; length++)
            Assert.Equal(Other(bytes[..length]), Hash(bytes[..length]));
    }

    [Fact]
    public void However_bytes_are_split_they_have_one_hash() =>
        Gen.Select(Gen.Int[0, 5000], Gen.OneOf(Gen.Int[0, 200], Gen.Int[0, 5000]).Array[0, 20]).Sample((length, parts) =>
        {
            var bytes = Bytes(length);
            var sm3 = new Sm3();
            var start = 0;
            foreach (var part in parts.Append(length))
            {
                var end = Math.Min(length, start + part);
                sm3.Append(bytes.AsSpan(start..end));
                start = end;
            }

            Assert.Equal(Other(bytes), Finish(sm3));
        });

    [Fact]
    public void Vectors_are_as_wide_as_this_run_asks_for()
    {
        if (Environment.GetEnvironmentVariable(ExpectedLanes) is { } lanes)
            Assert.Equal(lanes, (Vector.IsHardwareAccelerated ? Vector<uint>.Count : 0).ToString(CultureInfo.InvariantCulture));
    }

    // The widest that there are, four lanes as on processors without AVX2 and on Arm, and none at all.
    [Theory(Skip = "A process that is not the mutated one.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    [InlineData("DOTNET_EnableAVX2", "4")]
    [InlineData("DOTNET_EnableHWIntrinsic", "0")]
    public async Task Processors_with_narrower_vectors_and_with_none_come_to_the_same_hashes(string without, string lanes)
    {
        if (Environment.GetEnvironmentVariable(ExpectedLanes) is not null)
            return;
        var tests = new ProcessStartInfo(Path.ChangeExtension(typeof(Sm3Tests).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null), ["-class", typeof(Sm3Tests).FullName!, "-noColor"])
        {
            Environment = { [without] = "0", [ExpectedLanes] = lanes },
        };
        var run = await FinishedProcess.RunAsync(tests, TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("Failed: 0", run.Output, StringComparison.Ordinal);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Hash(byte[] bytes)
    {
        var sm3 = new Sm3();
        sm3.Append(bytes);
        return Finish(sm3);
    }

    private static byte[] Finish(Sm3 sm3)
    {
        var hash = new byte[Sm3.HashLength];
        sm3.Finish(hash);
        return hash;
    }

    private static byte[] Other(byte[] bytes)
    {
        var sm3 = new SM3Digest();
        sm3.BlockUpdate(bytes, 0, bytes.Length);
        var hash = new byte[sm3.GetDigestSize()];
        sm3.DoFinal(hash, 0);
        return hash;
    }
}
