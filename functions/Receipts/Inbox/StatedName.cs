using System.Collections.Frozen;
using System.Collections.Immutable;

namespace TrueCopy.Receipts.Inbox;

/// <summary>
/// The names under which issuers state things (keys of metadata, members of JSON lines, columns of tables), and those that are
/// taken for them. Whoever writes <c>expiry</c> means <c>expires</c>: passed over without a word, it would issue a document for
/// ever, so it is refused and the right name told.
/// </summary>
public static class StatedName
{
    /// <summary>Keys of an upload's metadata.</summary>
    public static ImmutableArray<string> OfUploads { get; } = [StatedText.Reference, StatedText.Type, StatedText.ValidFrom, StatedText.Expires];

    /// <summary>Members of a line of a manifest.</summary>
    public static ImmutableArray<string> OfManifests { get; } = ["algorithm", "digest", "reference", "type", "validFrom", "expires"];

    /// <summary>Members of a line of a list of acts, and columns of one that is a table.</summary>
    public static ImmutableArray<string> OfActs { get; } =
        ["act", "algorithm", "digest", "reference", "reason", "note", "successorAlgorithm", "successorDigest", "successorReference"];

    /// <summary>Keys of the metadata of an issuer's container.</summary>
    public static ImmutableArray<string> OfIssuers { get; } = ["legalname", "legalname_en", "legalname_zh_hans", "legalname_zh_hant", "jurisdiction", "domain", "algorithms", "retention"];

    // Plain, as Plain makes them. What is only misspelt need not stand here.
    private static readonly FrozenDictionary<string, string[]> Synonyms = new Dictionary<string, string[]>
    {
        ["expires"] = ["expire", "expiry", "expiration", "expireson", "expiresat", "expiresafter", "expiredate", "expirydate", "expirydatetime", "expirationdate", "validto", "validuntil", "validtill", "validthrough", "notafter"],
        ["validfrom"] = ["validsince", "validafter", "notbefore", "effectivefrom", "effectivedate"],
        ["reference"] = ["ref", "refs", "refid", "refno", "refnr", "refnumber", "referenceid", "referenceno", "referencenumber"],
        ["type"] = ["types", "doctype", "documenttype", "documentkind"],
        ["digest"] = ["hash", "hashvalue", "checksum", "fingerprint", "sha256", "sha2", "sm3"],
        ["algorithm"] = ["alg", "algo", "hashalgorithm", "digestalgorithm"],
        ["act"] = ["acts", "action", "operation"],
        ["reason"] = ["reasoncode", "cause"],
        ["note"] = ["notes", "comment", "comments", "remark", "remarks"],
        ["successordigest"] = ["newdigest", "replacedby", "supersededby", "successor"],
        ["successorreference"] = ["newreference", "successorref", "newref"],
        ["algorithms"] = ["algorithm", "algo", "algos", "hashalgorithms", "digestalgorithms"],
        ["retention"] = ["retain", "retentionpolicy"],
        ["domain"] = ["domainname"],
        ["legalname"] = ["registeredname", "nameinlaw"],
        ["legalnameen"] = ["legalnameenglish", "legalnameeng", "legalnameenhk", "legalnameengb", "legalnameenus", "englishname", "englishlegalname", "enlegalname"],
        ["legalnamezhhans"] = ["legalnamezh", "legalnamechinese", "legalnamehans", "legalnamezhcn", "legalnamecn", "legalnamesc", "legalnamezhsg", "legalnamechs", "legalnamesimplified", "legalnamesimplifiedchinese"],
        ["legalnamezhhant"] = ["legalnamehant", "legalnamezhhk", "legalnamehk", "legalnamezhtw", "legalnametw", "legalnamezhmo", "legalnametc", "legalnamecht", "legalnamezhhanthk", "legalnametraditional", "legalnametraditionalchinese"],
    }.ToFrozenDictionary();

    /// <summary>Finds out which of our names somebody meant who wrote another.</summary>
    /// <param name="written">What was written; not one of <paramref name="ours"/> as its place compares names.</param>
    /// <param name="ours">The names of that place.</param>
    /// <returns>The name that was meant: the same but for case, hyphens, underscores and spaces, a word for the same, or one misspelt; null for a name that is foreign.</returns>
    public static string? MeantBy(string written, ImmutableArray<string> ours)
    {
        var plain = Plain(written);
        return ours.FirstOrDefault(name => Plain(name) == plain)
            ?? ours.FirstOrDefault(name => Synonyms.TryGetValue(Plain(name), out var words) && words.Contains(plain))
            ?? ours.FirstOrDefault(name => IsMisspelt(plain, Plain(name)));
    }

    /// <summary>What is told of a name that was meant to be another.</summary>
    public static string Correct(string written, string meant) => $"the name is {meant}, not {written}";

    // The shorter a name, the more words are near it by chance; and hardly anybody mistypes a first letter, where "preference" is no "reference".
    private static bool IsMisspelt(string plain, string name)
    {
        var most = name.Length switch { >= 9 => 2, >= 6 => 1, _ => 0 };
        return most > 0 && plain.Length > 0 && plain[0] == name[0] && Math.Abs(plain.Length - name.Length) <= most && NearName.Distance(plain, name) <= most;
    }

    private static string Plain(string name) => name.AsSpan().IndexOfAnyExceptInRange('a', 'z') < 0
        ? name
        : string.Concat(name.Where(c => c is not ('-' or '_' or ' '))).ToLowerInvariant();
}
