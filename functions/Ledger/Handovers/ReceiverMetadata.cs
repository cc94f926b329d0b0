using System.Collections.Immutable;
using System.Globalization;

namespace TrueCopy.Ledger.Handovers;

/// <summary>
/// Reads a receiver from its container's metadata: <c>legalname</c>, the same in a language as <c>legalname_en</c>,
/// <c>legalname_zh_hans</c>, <c>legalname_zh_hant</c>, <c>jurisdiction</c>, <c>domain</c>, <c>encryptionkey</c> (<c>age1…</c>),
/// <c>purposes</c> (words of the vocabulary, separated by commas or spaces) and <c>keepsdays</c>.
/// </summary>
public static class ReceiverMetadata
{
    private static readonly ImmutableArray<string> Names =
        ["legalname", "legalname_en", "legalname_zh_hans", "legalname_zh_hant", "jurisdiction", "domain", "encryptionkey", "purposes", "keepsdays"];

    /// <summary>Parses the metadata of <paramref name="container"/>.</summary>
    /// <exception cref="NotAReceiverException">The name or the metadata breaks a rule, which the message names.</exception>
    public static Receiver Parse(string container, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        if (!container.StartsWith(ReceiverContainer.Prefix, StringComparison.Ordinal))
            throw new NotAReceiverException($"a receiver's container is named {ReceiverContainer.Prefix}<id>");

        var stated = new RegistryMetadata(metadata, Names, rule => new NotAReceiverException(rule));
        var receiver = new Receiver(
            ReceiverContainer.IdOf(container),
            stated.Required("legalname"),
            stated.Jurisdiction(),
            stated.Optional("domain"),
            stated.Required("encryptionkey"),
            stated.Words("purposes"),
            long.TryParse(stated.Required("keepsdays"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : throw new NotAReceiverException("keepsdays is a number of days"))
        {
            LegalNames = stated.LegalNames(),
        };
        return ProvenReceiver.Rule(receiver.ToEntry(replaces: null)) is { } rule ? throw new NotAReceiverException(rule) : receiver;
    }
}
