using Xunit.v3;

// Most of these tests wait, for processes and for messages that become visible again, so more of them run than there are processors.
[assembly: Parallelization(MaxThreads = 4)]
[assembly: TestCollectionOrderer(typeof(TrueCopy.EndToEnd.Tests.LongestFirst))]
