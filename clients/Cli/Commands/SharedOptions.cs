using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary>Options and arguments that several commands take.</summary>
internal static class SharedOptions
{
    private const string DefaultService = "http://127.0.0.1:7071";

    /// <summary>Names the policy file where no option does.</summary>
    public const string PolicyVariable = "TRUECOPY_POLICY";

    // A day.
    private const int MaxPatience = 86_400;

    public static Argument<string[]> Files(string what)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = $"{what} Folders (with everything in them), patterns such as 'inbox/**/*.pdf', and - for standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        RefuseOptions(files);
        return files;
    }

    /// <summary>Takes no option that a command does not have for a file, with what follows it.</summary>
    public static void RefuseOptions(Argument<string[]> files) => files.Validators.Add(result =>
    {
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal) && !Path.Exists(token.Value)))
            result.AddError($"{token.Value} is no option of this command, and no file.");
    });

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print JSON on standard output and nothing else there: an array with one object a file.",
    };

    // What the environment says is no default of an option: help and complaints print those, and it may hold secrets.
    public static Option<string[]> Keys(bool required) => new("--key")
    {
        HelpName = "KEY|FILE",
        Description = "Verifier key of the log (name+id+base64), or a file with one a line; may be repeated.",
        Required = required,
    };

    /// <summary>The keys of the command line, or of the environment.</summary>
    public static string[] KeysOf(ParseResult parsed, Option<string[]> keys) =>
        parsed.GetValue(keys) is { Length: > 0 } given ? given
        : FromEnvironment("TRUECOPY_KEY") is { } key ? [key]
        : [];

    public static Option<string?> Policy() => new("--policy")
    {
        HelpName = "FILE",
        Description = "Which witnesses have to have seen the log (C2SP tlog-policy). Default: what the service names at first use, and is held to.",
    };

    /// <summary>The policy file of the command line, or of the environment.</summary>
    public static string? PolicyOf(ParseResult parsed, Option<string?> policy) => parsed.GetValue(policy) ?? FromEnvironment(PolicyVariable);

    /// <summary>The policy of the command line, or of the environment; null where there is none.</summary>
    public static async Task<LogPolicy?> ReadPolicyAsync(string? file, CancellationToken cancellationToken)
    {
        if (file is null)
            return null;
        try
        {
            return LogPolicy.Pin(await LocalFile.ReadAsync(file, cancellationToken));
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.Usage, $"{file} cannot be used as a {exception.Message}.", exception);
        }
    }

    public static Option<Uri?> Service() => new("--service")
    {
        HelpName = "URL",
        Description = $"Address of the service. Default: {DefaultService}, a local one.",
        CustomParser = result => HttpAddress(result, "--service"),
    };

    /// <summary>Mirrors to compare a log with.</summary>
    public static Option<Uri[]> Mirrors() => new("--mirror")
    {
        HelpName = "URL",
        Description = "A mirror to compare the log with: its address, or that of its copy; may be repeated.",
        CustomParser = result =>
        {
            var addresses = new List<Uri>();
            foreach (var token in result.Tokens)
            {
                if (TryHttp(token.Value, out var address))
                    addresses.Add(address);
                else
                    result.AddError($"--mirror is an http or https address, not {token.Value}.");
            }

            return [.. addresses];
        },
    };

    /// <summary>Where a log is read instead of its service.</summary>
    public static Option<Uri?> From() => new("--log")
    {
        HelpName = "URL",
        Description = "Read the log from here instead, such as from a mirror.",
        CustomParser = result => HttpAddress(result, "--log"),
    };

    /// <summary>The service of the command line, or of the environment, or the local one.</summary>
    public static Uri ServiceOf(ParseResult parsed, Option<Uri?> service) =>
        parsed.GetValue(service)
        ?? (FromEnvironment("TRUECOPY_SERVICE") is not { } text ? new Uri(DefaultService)
            : TryHttp(text, out var address) ? address
            : throw new CommandException(ExitCode.Usage, "TRUECOPY_SERVICE is no http or https address."));

    public static Option<string> Issuer()
    {
        var option = new Option<string>("--issuer") { HelpName = "ID", Description = "The issuer; the container is issuer-ID.", Required = true };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value.Length: 0 }])
                result.AddError("--issuer is empty.");
        });
        return option;
    }

    public static Option<string?> Inbox() => new("--inbox")
    {
        HelpName = "STORAGE",
        Description = "Connection string, or https blob endpoint (with its own signature, or your Azure sign-in). Default: Azurite on its default ports.",
    };

    /// <summary>The storage of the command line, or of the environment.</summary>
    public static string? InboxOf(ParseResult parsed, Option<string?> inbox) => parsed.GetValue(inbox) ?? FromEnvironment("TRUECOPY_INBOX");

    /// <summary>A time that a document states, checked before anything is done.</summary>
    public static Option<string?> Time(string name, string description)
    {
        var option = new Option<string?>(name) { HelpName = "TIME", Description = description };
        Check(option, text => StatedText.ReadTime(name, text, out _));
        return option;
    }

    /// <summary>A text that a document or an act states, checked before anything is done.</summary>
    public static Option<string?> Text(string name, int maxLength, string description)
    {
        var option = new Option<string?>(name) { HelpName = "TEXT", Description = description };
        Check(option, text => StatedText.CheckText(name, text, maxLength));
        return option;
    }

    /// <summary>Holds an option to a rule.</summary>
    public static void Check(Option<string?> option, Func<string, string?> rule) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && rule(token.Value) is { } broken)
            result.AddError($"{broken}.");
    });

    public static Option<int> Timeout() => Seconds("How long to wait for the service's answer to an upload.");

    /// <summary>How long a service may take to answer a command.</summary>
    public static Option<int> Patience() => Seconds("How long to wait for the service, in all and for a thousand files; more files have as much more. Hashing does not count.");

    /// <summary>How a client asks on behalf of a command.</summary>
    /// <param name="service">Whom.</param>
    /// <param name="trust">By whose word it is judged.</param>
    /// <param name="patience">What <see cref="Patience"/> says.</param>
    /// <param name="files">About how many files.</param>
    /// <param name="maxAge">What <see cref="MaxAge"/> says; null for its default.</param>
    public static TrueCopyClientOptions Asking(Uri service, ServiceTrust trust, int patience, int files, TimeSpan? maxAge = null)
    {
        var time = TimeSpan.FromSeconds(patience);
        var options = new TrueCopyClientOptions { Service = service, Keys = trust.Given, Policy = trust.GivenPolicy, Known = trust.Known, TotalTimeout = time, WaitLimit = time * (1 + (files / BatchRequestDocument.MaxDigests)), MaxSightingAge = maxAge ?? Witnessing.DefaultMaxAge };
        options.AttemptTimeout = options.AttemptTimeout < time ? options.AttemptTimeout : time;
        return options;
    }

    /// <summary>How long ago the policy's witnesses may have seen the log.</summary>
    public static Option<TimeSpan> MaxAge() => new("--max-age")
    {
        HelpName = "TIME",
        Description = "How long ago the policy's witnesses may have seen the log: minutes, hours or days, such as 30m, 1h or 2d. Default: 1h.",
        DefaultValueFactory = _ => Witnessing.DefaultMaxAge,
        CustomParser = result =>
        {
            if (TryAge(result.Tokens.Single().Value, out var age))
                return age;
            result.AddError("--max-age is minutes, hours or days, from 1m to 3650d, such as 30m, 1h or 2d.");
            return Witnessing.DefaultMaxAge;
        },
    };

    private static bool TryAge(string text, out TimeSpan age)
    {
        age = default;
        if (text.Length is < 2 or > 8 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return false;
        age = text[^1] switch
        {
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => default,
        };
        return age > TimeSpan.Zero && age <= TimeSpan.FromDays(3650);
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

    /// <summary>Reads an http or https address.</summary>
    public static Uri? HttpAddress(ArgumentResult result, string name)
    {
        if (TryHttp(result.Tokens.Single().Value, out var address))
            return address;
        result.AddError($"{name} is an http or https address, not {result.Tokens.Single().Value}.");
        return null;
    }

    private static bool TryHttp(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "http" or "https";

    private static Option<int> Seconds(string description) => Number("--timeout", "SECONDS", description, 60, MaxPatience);

    /// <summary>A whole number from 1 on.</summary>
    public static Option<int> Number(string name, string helpName, string description, int otherwise, int most) => new(name)
    {
        HelpName = helpName,
        Description = description,
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens.Single().Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
                return number;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is a whole number from 1 to {most}."));
            return otherwise;
        },
    };

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
            if (Path.Exists(value))
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
