namespace TrueCopy.Receipts.Inbox;

/// <summary>How an issuer's two containers are named: the one that it uploads to, and the one in which it is answered.</summary>
public static class IssuerContainer
{
    /// <summary>What the names of issuers' containers begin with.</summary>
    public const string Prefix = "issuer-";

    /// <summary>What the names of the containers begin with in which the service answers.</summary>
    public const string AnswersPrefix = "answers-";

    /// <summary>The container in which uploads to an issuer's container are answered.</summary>
    public static string AnswersOf(string container) => AnswersPrefix + IdOf(container);

    /// <summary>The id of the issuer that owns a container.</summary>
    public static string IdOf(string container) => container[Prefix.Length..];

    /// <summary>Whether a text could be an issuer's id: what a container's name may hold after the prefix.</summary>
    public static bool IsId(string text) =>
        text.Length is > 0 and <= 55 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
