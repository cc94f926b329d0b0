using System.Globalization;

namespace TrueCopy.Testing;

/// <summary>
/// How far tests go that could go on for hours. A run of the whole suite takes samples, each with its seed in the output;
/// <c>TRUECOPY_EXHAUSTIVE=1</c> takes all, as the workflow does each night; a test's own variable asks for another number.
/// </summary>
public static class Extent
{
    /// <summary>Whether everything is to be gone through.</summary>
    public static bool IsExhaustive { get; } = Environment.GetEnvironmentVariable("TRUECOPY_EXHAUSTIVE") == "1";

    /// <summary>What chooses the samples of this run: <c>TRUECOPY_SEED</c>, or a new one.</summary>
    public static int Seed { get; } = Number("TRUECOPY_SEED") ?? Random.Shared.Next();

    /// <summary>A number of rounds, files or bytes.</summary>
    /// <param name="variable">The environment variable that asks for another.</param>
    /// <param name="sample">In an ordinary run.</param>
    /// <param name="exhaustive">When everything is to be gone through.</param>
    public static int Of(string variable, int sample, int exhaustive) => Number(variable) ?? (IsExhaustive ? exhaustive : sample);

    /// <summary>What names have to hold of those that are to be gone through; empty for all.</summary>
    /// <param name="variable">The environment variable that asks for some.</param>
    public static string Part(string variable) => Environment.GetEnvironmentVariable(variable) ?? "";

    /// <summary>All of them, or as many as <paramref name="sample"/> says, chosen by <see cref="Seed"/>; the first and the last always.</summary>
    /// <param name="all">All.</param>
    /// <param name="sample">How many.</param>
    /// <param name="salt">Tells samples of the same things apart, so that together they cover more.</param>
    public static IReadOnlyList<T> SampleOf<T>(IReadOnlyList<T> all, int sample, int salt = 0)
    {
        if (IsExhaustive || all.Count <= sample)
            return all;
        var chosen = Enumerable.Range(1, all.Count - 2).ToArray();
        new Random(unchecked(Seed + salt)).Shuffle(chosen);
        return [all[0], .. chosen.Take(sample - 2).Order().Select(at => all[at]), all[^1]];
    }

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
