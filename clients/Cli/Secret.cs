using System.Text.RegularExpressions;

namespace TrueCopy.Cli;

/// <summary>Hides what opens storage and services, wherever it comes from: a connection string in the wrong place is a word like any other to a parser.</summary>
internal static partial class Secret
{
    private const string Hidden = "***";

    /// <summary>The text with keys, signatures and passwords taken out: of connection strings, of addresses' queries, of addresses' users.</summary>
    public static string Hide(string text) => text.AsSpan().IndexOfAny('=', '@') < 0
        ? text
        : InAddress().Replace(InQuery().Replace(InConnectionString().Replace(text, $"$1{Hidden}"), $"$1{Hidden}"), $"$1{Hidden}@");

    [GeneratedRegex("""((?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|ClientSecret)\s*=\s*)[^;\s"'\\]+""", RegexOptions.IgnoreCase)]
    private static partial Regex InConnectionString();

    [GeneratedRegex("""([?&](?:sig|code|access_token|key)=)[^&#\s"'\\]+""", RegexOptions.IgnoreCase)]
    private static partial Regex InQuery();

    [GeneratedRegex("""(://[^/\s:@"']*:)[^/\s@"']+@""")]
    private static partial Regex InAddress();
}

/// <summary>Text of others as it is printed: every character of it shows, and no secret does.</summary>
internal static class Foreign
{
    public static string Show(string text) => UnseenCharacters.MakeVisible(Secret.Hide(text));
}
