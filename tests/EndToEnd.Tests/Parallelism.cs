using Xunit.Sdk;
using Xunit.v3;

// Most of these tests wait, for processes and for messages that become visible again, so more of them run than there are processors.
[assembly: Parallelization(MaxThreads = 4)]
[assembly: TestCollectionOrderer(typeof(TrueCopy.EndToEnd.Tests.LongestFirst))]

namespace TrueCopy.EndToEnd.Tests;

/// <summary>What waits longest begins first, and the run does not end with it alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = ["Service.KillTests", "Service.DomainTests", "Cli.PublishedTests", "Service.OverloadTests"];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(collection => Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is var at and >= 0 ? at : Long.Length)];
}
