namespace TrueCopy.Receipts.Tests.Digests;

/// <summary>Counts allocations of the whole process, so nothing may run beside it.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Fact]
    public async Task Memory_does_not_grow_with_the_stream()
    {
        await ComputeAsync(8 << 20);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await ComputeAsync(256 << 20);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 4 << 20);
    }

    private static Task<IReadOnlyList<Digest>> ComputeAsync(long length) =>
        StreamDigest.ComputeAsync(new GeneratedStream(length), [DigestAlgorithm.Sha256], progress: null, TestContext.Current.CancellationToken);
}
