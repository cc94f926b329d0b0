using System.Globalization;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Sdk.Tests.Handovers;

/// <summary>A package is written and opened in a few blocks of memory, whatever its length; beyond 4 GiB in the long form of zip.</summary>
public sealed class LongPackageTests : IDisposable
{
    /// <summary>How long the document is, in bytes; more than 4 GiB when all is taken.</summary>
    private const string Variable = "TRUECOPY_PACKAGE_BYTES";

    private const long Usual = 32L * 1024 * 1024;
    private readonly TempFolder _folder = new();

    private static long Length => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture)
        : Extent.IsExhaustive ? (4L << 30) + 12_345
        : Usual;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_long_document_is_packed_and_opened_in_a_few_blocks_of_memory()
    {
        var (identity, before) = (AgeIdentity.Create(), GC.GetTotalAllocatedBytes(precise: true));
        await using var first = new LongStream(Length);
        var digest = (await StreamDigest.ComputeAsync(first, [DigestAlgorithm.Sha256], progress: null, TestContext.Current.CancellationToken))[0];
        ConsentDocument[] stated = [new("long.bin", Length, digest.ToString(), "verified", false), new("short.txt", 3, Samples.DigestOf([1, 2, 3]).ToString(), "verified", false)];
        var path = _folder.At("long.truecopy");
        await using (var output = File.Create(path))
        {
            await PackageWriter.WriteAsync(
                output,
                Packages.ConsentTo(identity, stated),
                [new PackageInput(stated[0], _ => ValueTask.FromResult<Stream>(new LongStream(Length))), new PackageInput(stated[1], _ => ValueTask.FromResult<Stream>(new MemoryStream([1, 2, 3])))],
                TestContext.Current.CancellationToken);
        }

        await using var file = File.OpenRead(path);
        await using var package = await OpenedPackage.OpenAsync(file, [identity], TestContext.Current.CancellationToken);
        using var small = new MemoryStream();
        await package.CopyAsync(stated[1], small, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], small.ToArray());
        await package.CopyAsync(stated[0], Stream.Null, cancellationToken: TestContext.Current.CancellationToken);

        // Other tests run meanwhile, so only of a long one does this say something.
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        if (Length > Usual)
            Assert.True(allocated < Length / 8, $"{allocated:N0} bytes for a document of {Length:N0}");
    }

    /// <summary>A long stream of one letter, which takes no memory.</summary>
    private sealed class LongStream(long length) : MemoryStream
    {
        private long _position;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = (int)Math.Min(buffer.Length, length - _position);
            buffer.Span[..count].Fill((byte)'x');
            _position += count;
            return new(count);
        }
    }
}
