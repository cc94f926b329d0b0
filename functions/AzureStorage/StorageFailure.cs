using Azure;

namespace TrueCopy.AzureStorage;

/// <summary>Tells storage that refuses or cannot be reached from a bug of ours.</summary>
public static class StorageFailure
{
    /// <summary>Whether storage is to blame. Where no attempt got an answer, the SDK throws what every one of them met.</summary>
    public static bool Explains(Exception exception) => exception switch
    {
        RequestFailedException or IOException or TaskCanceledException => true,
        AggregateException attempts => attempts.InnerExceptions.All(Explains),
        _ => false,
    };
}
