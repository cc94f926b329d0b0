namespace TrueCopy.Ledger.Handovers;

/// <summary>What handovers are allowed.</summary>
public sealed record HandoverOptions
{
    /// <summary>The longest sealed package in bytes: what one <c>Put Blob</c> takes.</summary>
    public const long MaxLength = 5000L * 1024 * 1024;

    /// <summary>The most handovers that are listed at once.</summary>
    public const int MaxListed = 100;

    /// <summary>For how many days a package waits for its receiver.</summary>
    public int KeepDays { get; init; } = 30;

    /// <summary>How long the address lasts that takes a package.</summary>
    public TimeSpan UploadFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the address lasts from which a receiver gets one.</summary>
    public TimeSpan DownloadFor { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long whoever asks for an act waits for what becomes of it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often is looked meanwhile.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often is looked for packages that nobody took.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>When a package that nobody takes is deleted.</summary>
    public DateTimeOffset ExpiryOf(DateTimeOffset sentAt) => sentAt.AddDays(KeepDays);
}
