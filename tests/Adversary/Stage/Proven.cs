namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>What of the tool's words it vouches for.</summary>
internal static class Proven
{
    private const string Unproven = "  the service's word, which nothing here proves:";
    private const string Check = "    ✔ ";
    private const string Below = "    ";

    /// <summary>
    /// The lines of an output without those that it says come from the service alone. What was checked is told of each
    /// receipt, so that the same check may stand there once or twice: here it stands once.
    /// </summary>
    public static string Of(string output)
    {
        var (lines, checks, unproven) = (new List<string>(), new SortedSet<string>(StringComparer.Ordinal), false);
        foreach (var line in output.Split('\n'))
        {
            unproven = line == Unproven || (unproven && line.StartsWith(Below, StringComparison.Ordinal));
            if (unproven)
                continue;
            if (line.StartsWith(Check, StringComparison.Ordinal))
                checks.Add(line);
            else
                lines.Add(line);
        }

        return string.Join('\n', [.. lines, .. checks]);
    }
}
