namespace TrueCopy.App.Signing;

/// <summary>The keys that <c>functions/Local</c> made, so that the real Functions host runs on a laptop.</summary>
internal sealed class FileKeys(string folder, string origin) : ILogKeySource
{
    public Task<LogIdentity> LoadAsync(CancellationToken cancellationToken) => KeyFiles.ReadAsync(folder, origin, cancellationToken);
}
