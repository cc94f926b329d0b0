using System.Security.Cryptography;

namespace TrueCopy.Testing.InMemory;

/// <summary>
/// A handover as the holder's client makes one, by a name: secrets, locks, and bytes that begin as a sealed package does. Nobody who
/// takes it in could tell it from a real one.
/// </summary>
/// <param name="name">Tells it from others.</param>
/// <param name="receiver">The receiver's id.</param>
public sealed class Parcel(string name, string receiver = "lender")
{
    private readonly byte[] _secret = SHA256.HashData(Samples.Bytes(name));
    private BlobVersion? _uploaded;

    /// <summary>The receiver's id.</summary>
    public string Receiver => receiver;

    /// <summary>The handover's id.</summary>
    public string Id => HandoverLocks.Id(_secret);

    /// <summary>The sealed package.</summary>
    public byte[] Sealed => [.. PackageIntake.FirstLine, .. Samples.Bytes($"sealed {name}")];

    /// <summary>Digest of the sealed package.</summary>
    public Digest Digest => Samples.DigestOf(Sealed);

    /// <summary>The proof of the opened consent.</summary>
    public string ConsentProof => Convert.ToHexStringLower(HandoverLocks.ConsentProof(Samples.Bytes($"consent {name}")));

    /// <summary>The withdraw key.</summary>
    public string WithdrawKey => Convert.ToHexStringLower(HandoverLocks.WithdrawKey(_secret));

    /// <summary>What <c>POST /v1/handovers</c> says of it.</summary>
    public HandoverRequestDocument Request => new(
        Id,
        receiver,
        HandoverLocks.Lock(Convert.FromHexString(ConsentProof)),
        HandoverLocks.Lock(Convert.FromHexString(WithdrawKey)),
        Sealed.Length);

    /// <summary>Where the package is.</summary>
    public BlobAddress Blob => ReceiverContainer.PackageOf(receiver, Id);

    /// <summary>Puts the package where its address leads, once; returns the event that Event Grid would send.</summary>
    public byte[] Upload(InMemoryWorld world, byte[]? content = null)
    {
        if (world.Inbox.All.ContainsKey(Blob))
            throw new IOException("409: BlobAlreadyExists");
        return InMemoryWorld.EventOf(_uploaded = world.Inbox.Put(Blob.Container, Blob.Name, content ?? Sealed));
    }

    /// <summary>An act of the receiver.</summary>
    public HandoverActDocument Act(ActKind kind, int use = 0) => kind switch
    {
        ActKind.Received => new HandoverActDocument(kind, ConsentProof),
        ActKind.Declined => new HandoverActDocument(kind, Reason: "notVerified", Text: "nothing verifies"),
        ActKind.Used => new HandoverActDocument(kind, Purpose: "credit", Use: use.ToString("x32", System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "It is not the receiver's."),
    };

    /// <summary>What is staged for an act, as the service stages it.</summary>
    public StagedHandover Staged(InMemoryWorld world, ActKind kind, int use = 0)
    {
        var package = _uploaded ?? throw new InvalidOperationException("It was not uploaded.");
        return new StagedHandover(package, Id, kind, world.Time.GetUtcNow(), Digest)
        {
            Proof = kind switch { ActKind.Received => ConsentProof, ActKind.Withdrawn => WithdrawKey, _ => null },
            Note = kind switch { ActKind.Declined => "{\"reason\":\"other\"}", ActKind.Used => "{\"purpose\":\"credit\"}", _ => null },
            Use = kind == ActKind.Used ? Act(kind, use).Use : null,
        };
    }

    /// <summary>Announces, uploads and takes in: the handover is in the log afterwards.</summary>
    public async Task SendAsync(InMemoryWorld world, InMemoryService service, CancellationToken cancellationToken)
    {
        await service.Requests.AnnounceAsync(Request, cancellationToken);
        if (await service.Intake.HandleAsync(Upload(world), cancellationToken) != IntakeOutcome.Staged)
            throw new AuditException("a package is taken in");
    }
}
