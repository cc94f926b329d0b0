using System.Reflection;

namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>The build that is attacked.</summary>
/// <param name="Cli">The assembly of <c>truecopy</c>.</param>
/// <param name="Local">The assembly of the local service.</param>
/// <param name="IsEarlier">Whether it is an earlier one than these tests were built with.</param>
internal sealed record Build(string Cli, string Local, bool IsEarlier)
{
    /// <summary>Environment variable that names the folder of an earlier working copy, built: its service, its tool and its page are attacked instead.</summary>
    public const string Variable = "TRUECOPY_BEFORE";

    private static readonly string Configuration = typeof(Build).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The one that the environment asks for.</summary>
    public static Build Attacked { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
        ? new Build(Output(folder, "clients/Cli", "truecopy.dll"), Output(folder, "functions/Local", "TrueCopy.Local.dll"), IsEarlier: true)
        : new Build(Path.Combine(AppContext.BaseDirectory, "truecopy.dll"), Path.Combine(AppContext.BaseDirectory, "TrueCopy.Local.dll"), IsEarlier: false);

    private static string Output(string folder, string project, string assembly) => Path.Combine(folder, project, "bin", Configuration, "net10.0", assembly);
}
