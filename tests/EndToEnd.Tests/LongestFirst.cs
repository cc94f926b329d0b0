using Xunit.Sdk;
using Xunit.v3;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>What waits longest begins first, and the run does not end with it alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = [".KillTests", "Service.DomainTests", "Cli.PublishedTests", "Service.OverloadTests", "Attacks.HandingOverTests"];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(collection => Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is var at and >= 0 ? at : Long.Length)];
}
