using System.CommandLine;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Cli.Commands;

/// <summary>Options and arguments that several commands take.</summary>
internal static class SharedOptions
{
    private const string DefaultService = "http://127.0.0.1:7071";

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

    public static Option<Uri> Service() => new("--service")
    {
        HelpName = "URL",
        Description = $"Address of the service. Default: {DefaultService}, a local one.",
        CustomParser = result => Uri.TryCreate(result.Tokens.Single().Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : Refuse(result),
        DefaultValueFactory = _ => new Uri(FromEnvironment("TRUECOPY_SERVICE") ?? DefaultService),
    };

    public static Option<string> Issuer() => new("--issuer")
    {
        HelpName = "ID",
        Description = "The issuer; the container is issuer-ID.",
        Required = true,
    };

    public static Option<string?> Inbox() => new("--inbox")
    {
        HelpName = "STORAGE",
        Description = "Connection string, or https blob endpoint (with your Azure sign-in). Default: Azurite on its default ports.",
        DefaultValueFactory = _ => FromEnvironment("TRUECOPY_INBOX"),
    };

    public static Option<int> Timeout() => new("--timeout")
    {
        HelpName = "SECONDS",
        Description = "How long to wait for the service's answer to an upload.",
        DefaultValueFactory = _ => 60,
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

    private static Uri Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError("--service is an http or https address.");
        return new Uri(DefaultService);
    }

    public static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
