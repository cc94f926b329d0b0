using TrueCopy.Client;

namespace TrueCopy.Cli.Output;

/// <summary>What institutions' own domains say of them, and who vouches for what by that.</summary>
internal static class DomainText
{
    /// <summary>Those of the institutions that an answer names; null where none was asked.</summary>
    public static IReadOnlyList<DomainCheck>? Of(CheckedAnswer? answer, IReadOnlyList<DomainCheck> checks)
    {
        if (checks.Count == 0 || answer is not { Fault: null })
            return null;
        return [.. checks.Where(check => answer.Document.Results.Any(result => result.Issuer.Id == check.Issuer))];
    }

    /// <summary>What the service found when it asked a domain, in words that end in "by this service".</summary>
    public static string Standing(DomainWord word) => word switch
    {
        DomainWord.Confirmed => "confirmed",
        DomainWord.Contradicted => "found to CONTRADICT",
        DomainWord.NotStated => "found to state nothing",
        _ => "found not to answer",
    };

    public static Printable Of(IReadOnlyList<DomainCheck> checks)
    {
        var text = new Printable();
        foreach (var check in checks)
        {
            var domain = check.Domain ?? "no domain";
            var said = check.Word switch
            {
                DomainWord.Confirmed => $"✔ {domain} confirms that it is {check.Issuer} of this log: whoever controls that domain vouches for it. Whether it is the institution's, you know",
                DomainWord.Contradicted => $"✘ {domain} CONTRADICTS that it is {check.Issuer} of this log: {check.Detail}",
                DomainWord.NotStated => $"· {domain} does not state whether it is {check.Issuer} of this log: {check.Detail}",
                _ => $"‼ {domain} could not be asked whether it is {check.Issuer} of this log: {check.Detail}",
            };
            text.AppendLine($"{said}");
        }

        return text;
    }
}
