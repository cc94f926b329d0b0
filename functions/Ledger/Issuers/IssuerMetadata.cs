namespace TrueCopy.Ledger.Issuers;

/// <summary>
/// Reads an issuer from its container's metadata. Keys are those of the design (<c>legalname</c>, the same in a
/// language as <c>legalname_en</c>, <c>legalname_zh_hans</c>, <c>legalname_zh_hant</c>, <c>jurisdiction</c>,
/// <c>domain</c>, <c>retention</c>, <c>algorithms</c>).
/// </summary>
public static class IssuerMetadata
{
    /// <summary>Parses the metadata of <paramref name="container"/>.</summary>
    /// <exception cref="NotAnIssuerException">The name or the metadata breaks a rule, which the message names.</exception>
    public static Issuer Parse(string container, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        if (!container.StartsWith(IssuerContainer.Prefix, StringComparison.Ordinal) || container.Length == IssuerContainer.Prefix.Length)
            throw new NotAnIssuerException($"an issuer's container is named {IssuerContainer.Prefix}<id>");

        var stated = new RegistryMetadata(metadata, StatedName.OfIssuers, rule => new NotAnIssuerException(rule));
        return new Issuer(
            IssuerContainer.IdOf(container),
            stated.Required("legalname"),
            stated.Jurisdiction(),
            stated.Optional("domain"),
            RetentionOf(stated["retention"]),
            AlgorithmsOf(stated.Words("algorithms")))
        {
            LegalNames = stated.LegalNames(),
        };
    }

    private static Retention RetentionOf(string? value) => value switch
    {
        null or "keep" => Retention.Keep,
        "delete" => Retention.Delete,
        _ => throw new NotAnIssuerException("retention is keep or delete"),
    };

    private static List<DigestAlgorithm> AlgorithmsOf(IReadOnlyList<string> names)
    {
        var algorithms = new List<DigestAlgorithm> { DigestAlgorithm.Sha256 };
        foreach (var name in names)
        {
            if (!DigestAlgorithm.TryParse(name, out var algorithm))
                throw new NotAnIssuerException($"algorithms may name {string.Join(", ", DigestAlgorithm.All)}");
            if (!algorithms.Contains(algorithm))
                algorithms.Add(algorithm);
        }

        return algorithms;
    }
}
