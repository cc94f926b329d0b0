using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Issuers;

namespace TrueCopy.Verification.Acts;

/// <summary>One thing that an issuer did, before it is in the log.</summary>
/// <param name="Id">Deterministic id.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Issuer">Who did it, as the registry described it then.</param>
/// <param name="At">The blob's last-modified time as storage reports it.</param>
/// <param name="Position">Position within the blob, from 0; orders acts of the same instant.</param>
/// <param name="Digest">The document.</param>
/// <param name="Source">Where the issuer put it, which is where the answer goes.</param>
public sealed record Act(
    ActId Id,
    ActKind Kind,
    Issuer Issuer,
    DateTimeOffset At,
    long Position,
    Digest Digest,
    BlobVersion Source);
