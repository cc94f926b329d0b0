using Azure.Core;

namespace TrueCopy.App.Signing;

/// <summary>How patient the app is with the vault; a Retry-After that the vault sends counts for more.</summary>
internal static class VaultRetry
{
    public static void Apply(RetryOptions retry)
    {
        retry.Mode = RetryMode.Exponential;
        retry.MaxRetries = 5;
        retry.Delay = TimeSpan.FromMilliseconds(400);
        retry.MaxDelay = TimeSpan.FromSeconds(10);
        retry.NetworkTimeout = TimeSpan.FromSeconds(10);
    }
}
