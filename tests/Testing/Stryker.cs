namespace TrueCopy.Testing;

/// <summary>Stryker's run, which repeats the tests that reach a mutant for each mutant.</summary>
public static class Stryker
{
    /// <summary>Whether Stryker runs the tests (<c>TRUECOPY_MUTATION=1</c>).</summary>
    public static bool IsRunning => Environment.GetEnvironmentVariable("TRUECOPY_MUTATION") == "1";
}
