namespace TrueCopy.Witness;

/// <summary>How a request for a cosignature ends (C2SP tlog-witness, "add-checkpoint"); the values are HTTP's.</summary>
public enum WitnessStatus
{
    /// <summary>It is cosigned: the answer is the signature lines.</summary>
    Cosigned = 200,

    /// <summary>The request is no such request, or its old size is greater than that of the checkpoint.</summary>
    Malformed = 400,

    /// <summary>No key of the log signed the checkpoint, or a signature of one is wrong.</summary>
    NotSigned = 403,

    /// <summary>The witness does not work for this log.</summary>
    UnknownLog = 404,

    /// <summary>The witness has another size than the request says: the answer is that size.</summary>
    OtherSize = 409,

    /// <summary>The checkpoint does not go with the one that was cosigned last.</summary>
    Inconsistent = 422,
}

/// <summary>The answer to a request for a cosignature.</summary>
/// <param name="Status">How it ends.</param>
/// <param name="Body">Signature lines, a size and a newline, or a sentence that says which rule was broken.</param>
public sealed record WitnessAnswer(WitnessStatus Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>A refusal.</summary>
    internal static WitnessAnswer Refuse(WitnessStatus status, string rule) => new(status, System.Text.Encoding.UTF8.GetBytes(rule + "\n"));
}

/// <summary>The witness cannot answer: its storage says what cannot be, or is too busy. A failure is never a cosignature.</summary>
public sealed class WitnessUnavailableException(string reason) : IOException(reason);
