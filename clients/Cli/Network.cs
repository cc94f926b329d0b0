namespace TrueCopy.Cli;

/// <summary>The network, as every command goes there.</summary>
internal static class Network
{
    /// <summary>Follows no redirect: nobody but the one who was asked learns what is asked, or answers.</summary>
    public static HttpMessageHandler Open() => new SocketsHttpHandler { AllowAutoRedirect = false };
}
