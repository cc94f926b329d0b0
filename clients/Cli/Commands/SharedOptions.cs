using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary>Options and arguments that several commands take.</summary>
internal static class SharedOptions
{
    private const string DefaultService = "http://127.0.0.1:7071";

    // A day.
    private const int MaxPatience = 86_400;

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
        CustomParser = result => ServiceOf(result.Tokens.Single().Value, result),
        DefaultValueFactory = result => ServiceOf(FromEnvironment("TRUECOPY_SERVICE") ?? DefaultService, result),
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

    public static Option<int> Timeout() => Seconds("How long to wait for the service's answer to an upload.");

    /// <summary>How long a service may take to answer a command.</summary>
    public static Option<int> Patience() => Seconds("How long to wait for the service, in all and for a thousand files; more files have as much more. Hashing does not count.");

    /// <summary>How a client asks on behalf of a command.</summary>
    /// <param name="service">Whom.</param>
    /// <param name="trust">By whose word it is judged.</param>
    /// <param name="patience">What <see cref="Patience"/> says.</param>
    /// <param name="files">About how many files.</param>
    public static TrueCopyClientOptions Asking(Uri service, ServiceTrust trust, int patience, int files)
    {
        var time = TimeSpan.FromSeconds(patience);
        var options = new TrueCopyClientOptions { Service = service, Keys = trust.Given, Known = trust.Known, TotalTimeout = time, WaitLimit = time * (1 + (files / BatchRequestDocument.MaxDigests)) };
        options.AttemptTimeout = options.AttemptTimeout < time ? options.AttemptTimeout : time;
        return options;
    }

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

    private static Uri ServiceOf(string text, ArgumentResult result)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return address;
        result.AddError($"--service (or TRUECOPY_SERVICE) is an http or https address, not {text}.");
        return new Uri(DefaultService);
    }

    private static Option<int> Seconds(string description)
    {
        var option = new Option<int>("--timeout") { HelpName = "SECONDS", Description = description, DefaultValueFactory = _ => 60 };
        Limit(option, MaxPatience);
        return option;
    }

    /// <summary>Limits a number; what is none the parser refuses by itself.</summary>
    public static void Limit(Option<int> option, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && (number < 1 || number > most))
            result.AddError($"{option.Name} is from 1 to {most}.");
    });

    public static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>Verifier keys given on the command line: each a key, or a file with one a line.</summary>
internal static class KeyOption
{
    public static async Task<LogKeys> ReadAsync(IEnumerable<string> values, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var value in values)
        {
            if (File.Exists(value))
                lines.AddRange(Encoding.UTF8.GetString(await LocalFile.ReadAsync(value, cancellationToken)).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
            else
                lines.Add(value);
        }

        try
        {
            return LogKeys.Pin(lines);
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.Usage, $"--key cannot be used: {exception.Message}. A key looks like name+id+base64.", exception);
        }
    }
}
