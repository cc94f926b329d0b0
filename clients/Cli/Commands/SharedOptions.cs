using System.CommandLine;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Cli.Commands;

/// <summary>Options and arguments that several commands take.</summary>
internal static class SharedOptions
{
    public static Argument<string[]> Files(string what) => new("FILE")
    {
        Description = what,
        Arity = ArgumentArity.OneOrMore,
    };

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print JSON on standard output and nothing else there: an array with one object a file.",
    };

    public static Option<string[]> Keys(bool required) => new("--key")
    {
        HelpName = "KEY|FILE",
        Description = "Verifier key of the log (name+id+base64), or a file with one a line; may be repeated.",
        Required = required,
        DefaultValueFactory = required ? null : _ => FromEnvironment("TRUECOPY_KEY") is { } key ? [key] : [],
    };

    public static Option<string> Algorithm(string what)
    {
        var option = new Option<string>("--algorithm")
        {
            Description = what,
            DefaultValueFactory = _ => DigestAlgorithm.Sha256.Name,
        };
        option.AcceptOnlyFromAmong([.. DigestAlgorithm.All.Select(algorithm => algorithm.Name)]);
        return option;
    }

    public static DigestAlgorithm Resolve(string name) => DigestAlgorithm.TryParse(name, out var algorithm)
        ? algorithm
        : throw new CommandException(ExitCode.Usage, $"{name} is not a digest algorithm.");

    public static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
