namespace TrueCopy.Client.Handovers;

/// <summary>Why a package is not taken.</summary>
public enum PackageFault
{
    /// <summary>It is malformed, cut off or altered.</summary>
    Format,

    /// <summary>It is sealed to another key.</summary>
    Identity,

    /// <summary>What is in it is not what its consent says.</summary>
    Contents,

    /// <summary>The consent names another receiver, another key, another handover or another log.</summary>
    Party,

    /// <summary>The consent has run out.</summary>
    Expired,

    /// <summary>The receiver does not take packages for what the consent allows, or the consent does not allow it.</summary>
    Purpose,

    /// <summary>None of its documents verifies.</summary>
    NotVerified,
}

/// <summary>A package is not taken; the message is a sentence for a person.</summary>
public sealed class PackageException(PackageFault fault, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public PackageFault Fault { get; } = fault;
}
