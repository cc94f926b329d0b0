using System.Diagnostics;
using System.Globalization;

namespace TrueCopy.Local.Azurite;

/// <summary>
/// Azurite's folder, one Azurite at a time. An Azurite whose parent was killed writes what it holds before it ends; another
/// that starts meanwhile would not see it, and would write over it.
/// </summary>
internal static class DataFolder
{
    private const string HolderFile = "truecopy-holder";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until the Azurite that had the folder before has ended.</summary>
    /// <exception cref="AzuriteException">It does not end.</exception>
    public static async Task WaitUntilFreeAsync(string folder, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var holder = Holder(folder);
        if (holder is null)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            // Not a child of ours, so there is nothing to wait on but its end.
            using var timer = new PeriodicTimer(Poll);
            while (!HasEnded(holder))
                await timer.WaitForNextTickAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AzuriteException($"Another Azurite (process {holder.Id}) uses {folder}. Stop it, or choose another folder with --data.");
        }
    }

    /// <summary>Records who has the folder now.</summary>
    public static void Take(string folder, Process azurite) =>
        File.WriteAllText(Path.Combine(folder, HolderFile), string.Create(CultureInfo.InvariantCulture, $"{azurite.Id} {azurite.StartTime.ToUniversalTime().Ticks}"));

    // In a container whose first process does not collect the dead, they stay listed.
    private static bool HasEnded(Process process)
    {
        try
        {
            return process.HasExited || (OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{process.Id}/stat").Contains(") Z ", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
    }

    // Ids of processes are used again; together with the time of the start they are not.
    private static Process? Holder(string folder)
    {
        try
        {
            var parts = File.ReadAllText(Path.Combine(folder, HolderFile)).Split(' ');
            var process = Process.GetProcessById(int.Parse(parts[0], CultureInfo.InvariantCulture));
            if (process.StartTime.ToUniversalTime().Ticks == long.Parse(parts[1], CultureInfo.InvariantCulture))
                return process;
            process.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            // Nobody had it yet, or who had it is gone.
            return null;
        }
    }
}
