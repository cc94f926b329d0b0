namespace TrueCopy.Ledger.Manifests;

/// <summary>
/// A line of <c>*.manifest.jsonl</c>: <c>{"algorithm":"sha-256","digest":"…"}</c> with, optionally, <c>reference</c>,
/// <c>type</c>, <c>validFrom</c> and <c>expires</c>.
/// </summary>
public static class ManifestLine
{
    /// <summary>Reads a line; what it leaves out is as the whole upload states it.</summary>
    /// <exception cref="LineException">It breaks a rule.</exception>
    public static RequestedAct Parse(Line line, Terms whole)
    {
        var json = JsonLine.Parse(line, StatedName.OfManifests);
        var reference = Text(json, "reference", StatedText.MaxReferenceLength);
        var type = Text(json, "type", StatedText.MaxTypeLength);
        var validFrom = Time(json, "validFrom") ?? whole.ValidFrom;
        var expires = Time(json, "expires") ?? whole.Expires;
        if (StatedText.CheckPeriod(validFrom, expires) is { } rule)
            throw json.Fault("expires", rule);
        return new RequestedAct(ActKind.Issue, line.Number - 1)
        {
            Digests = [StatedDigest.Read(json, "algorithm", "digest")],
            Reference = reference,
            Type = type ?? whole.Type,
            ValidFrom = validFrom,
            Expires = expires,
        };
    }

    private static string? Text(JsonLine json, string name, int maxLength) =>
        json[name] is not { } text ? null
        : StatedText.CheckText(name, text, maxLength) is { } rule ? throw json.Fault(name, rule)
        : text;

    private static DateTimeOffset? Time(JsonLine json, string name) =>
        json[name] is not { } text ? null
        : StatedText.ReadTime(name, text, out var time) is { } rule ? throw json.Fault(name, rule)
        : time;
}

/// <summary>A digest in two members of a line.</summary>
internal static class StatedDigest
{
    public static Digest Read(IStatedLine line, string algorithmMember, string digestMember)
    {
        if (!DigestAlgorithm.TryParse(line.Required(algorithmMember), out var algorithm))
            throw line.Fault(algorithmMember, $"{algorithmMember} is one of {string.Join(", ", DigestAlgorithm.All)}");
        return Digest.TryParse(algorithm, line.Required(digestMember), out var digest)
            ? digest
            : throw line.Fault(digestMember, $"a {algorithm} digest is {algorithm.Length * 2} hex digits");
    }
}
