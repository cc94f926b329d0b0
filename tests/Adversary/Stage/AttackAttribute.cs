namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>Who plays an attack.</summary>
internal enum Who
{
    /// <summary>Whoever sits between client and service, and has no key.</summary>
    Network,

    /// <summary>Whoever answers in the service's place, with keys and a log of its own.</summary>
    Service,

    /// <summary>Whoever runs the log, with its keys.</summary>
    Operator,

    /// <summary>Whoever may write the storage of the ledger, and cannot sign.</summary>
    Storage,

    /// <summary>Whoever hands over files, receipts and links.</summary>
    Holder,

    /// <summary>An institution that may write to its own container.</summary>
    Issuer,
}

/// <summary>
/// An attack, and what the client makes of it: the table in <c>docs/attacks.md</c> is made of these, and each test holds the
/// client to its own.
/// </summary>
/// <param name="who">Who plays it.</param>
/// <param name="now">What has to come of it: exit code of <c>truecopy</c> or state of the page's card, then words that it says.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AttackAttribute(Who who, string now) : Attribute
{
    /// <summary>Who plays it.</summary>
    public Who Who => who;

    /// <summary>What has to come of it.</summary>
    public string Now => now;

    /// <summary>
    /// What came of it before these attacks were known, in the same form; tests that were run against a build of that time
    /// (<see cref="Build.Variable"/>) saw it. Null where it was not tried.
    /// </summary>
    public string? Before { get; init; }

    /// <summary>Whether the client is still deceived, and the docs say so.</summary>
    public bool StillWorks { get; init; }
}
