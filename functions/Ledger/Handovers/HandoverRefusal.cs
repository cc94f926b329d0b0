namespace TrueCopy.Ledger.Handovers;

/// <summary>What kind of refusal it is.</summary>
public enum HandoverFault
{
    /// <summary>What was asked for is malformed.</summary>
    Malformed,

    /// <summary>There is no such handover, or no such receiver.</summary>
    NotFound,

    /// <summary>It may not be, after what became of the handover.</summary>
    Conflict,

    /// <summary>The package is too long.</summary>
    TooLong,
}

/// <summary>What was asked for is refused; asking again comes to the same.</summary>
/// <param name="fault">What kind of refusal.</param>
/// <param name="rejection">Why.</param>
public sealed class HandoverRefusedException(HandoverFault fault, Rejection rejection) : Exception(rejection.Detail)
{
    /// <summary>What kind of refusal.</summary>
    public HandoverFault Fault => fault;

    /// <summary>Why.</summary>
    public Rejection Rejection => rejection;
}

/// <summary>Why handovers, and what is to become of them, are refused.</summary>
public static class HandoverRefusal
{
    /// <summary>Something in the request breaks a rule.</summary>
    public static Rejection Malformed(string rule) => new("malformed-handover", "The request breaks a rule", rule);

    /// <summary>The receiver is not in the registry.</summary>
    public static Rejection NoSuchReceiver(string detail) => new("no-such-receiver", "There is no such receiver", detail);

    /// <summary>Nobody knows this handover, or it is another receiver's.</summary>
    public static Rejection NoSuchHandover() => new("no-such-handover", "There is no such handover", "No package was announced, or sent, under this id.");

    /// <summary>The package is longer than any may be.</summary>
    public static Rejection TooLong() => new("package-too-long", "The package is too long", $"A sealed package has at most {HandoverOptions.MaxLength} bytes.");

    /// <summary>The id was announced in other words.</summary>
    public static Rejection OtherWords() => new("announced-otherwise", "The handover was announced otherwise", "Under this id another package was announced. Draw a new secret for each handover.");

    /// <summary>There is a package already.</summary>
    public static Rejection SentAlready() => new("sent-already", "The package was sent already", "One package is sent under one id.");

    /// <summary>The handover is not in the log.</summary>
    public static Rejection NotSent() => new("not-sent", "The package was not sent yet", "The log holds no handover of this id yet.");

    /// <summary>It has to be received before it is used.</summary>
    public static Rejection NotReceived() => new("not-received", "The package was not received yet", "Only what was received can be used.");

    /// <summary>Its uses are too many.</summary>
    public static Rejection UsedTooOften() => new("used-too-often", "Too many uses are recorded", $"Of one handover {HandoverRule.MaxUses} uses are recorded.");

    /// <summary>The handover has ended, or its waiting has.</summary>
    public static Rejection Over(HandoverState state) => state == HandoverState.Received
        ? new("received-already", "The package was received already", "It can be used, or its consent be taken back; nothing else.")
        : new($"{WireName.Of(state)}-already", "The handover is over", $"It was {WireName.Of(state)}; nothing comes after that.");

    /// <summary>The package is gone before its time.</summary>
    public static Rejection Gone() => new("package-gone", "The package is gone", "Storage holds the package no more.");

    /// <summary>The proof is not that of the consent in the package.</summary>
    public static Rejection ConsentNotOpened() => new("consent-not-opened", "The proof is not that of the consent", "The proof is made of the consent in the package, which only whoever opened it has.");

    /// <summary>The withdraw key is not the holder's.</summary>
    public static Rejection NotTheHolder() => new("not-the-holder", "The proof is not the holder's", "Only the secret of the trace link makes the proof.");

    /// <summary>Why an uploaded package is refused: it is longer than was announced.</summary>
    public static Rejection LongerThanAnnounced() => new("longer-than-announced", "The package is longer than announced", "What was uploaded is longer than the length that was announced.");

    /// <summary>Likewise: it does not begin as a sealed file does.</summary>
    public static Rejection NotSealed() => new("not-sealed", "The package is not sealed", "What was uploaded is no binary age file, and was deleted unread.");
}
