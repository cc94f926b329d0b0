// Most of these tests wait, for processes and for messages that become visible again, so more of them run than there are processors.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
