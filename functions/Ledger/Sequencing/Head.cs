namespace TrueCopy.Ledger.Sequencing;

/// <summary>The last committed state of the log. Replacing it is the commit; everything public follows from it.</summary>
/// <param name="Journal">Name of the journal batch that led here.</param>
/// <param name="Note">The signed checkpoint, byte for byte as it is (or will be) published.</param>
public sealed record Head(string Journal, ReadOnlyMemory<byte> Note);

/// <summary>A head as stored, with what a conditional replacement needs.</summary>
/// <param name="Head">The state.</param>
/// <param name="Version">The storage's version tag of exactly this state.</param>
public sealed record StoredHead(Head Head, string Version);
