using System.Globalization;

namespace TrueCopy.Cli;

/// <summary>Why a file cannot be used, in words: what systems and the runtime say is for neither users nor scripts.</summary>
internal static class FileFault
{
    // Codes of Windows (the low half of an HRESULT) and of Unix, where the runtime hands on the bare errno.
    private const int WindowsFacility = unchecked((int)0x80070000);

    /// <summary>Whether a failure is one of files.</summary>
    public static bool Is(Exception exception) => exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>Why a path cannot be used, as the end of a sentence that names it.</summary>
    public static string Of(Exception exception, string path) => exception switch
    {
        _ when IsFolder(path) => "it is a folder",
        UnauthorizedAccessException => "access is denied",
        FileNotFoundException => "there is no such file",
        DriveNotFoundException => "there is no such drive",
        DirectoryNotFoundException => "there is no such folder",
        PathTooLongException => "its name is too long",
        EndOfStreamException => "it ends too soon",
        ArgumentException or NotSupportedException => "that cannot be the name of a file",
        IOException => OfCode(exception.HResult),
        _ => "it cannot be used",
    };

    private static string OfCode(int code) => (code & ~0xFFFF) == WindowsFacility
        ? OfWindows(code & 0xFFFF)
        : OfUnix(code);

    private static string OfWindows(int code) => code switch
    {
        2 => "there is no such file",
        3 => "there is no such folder",
        5 => "access is denied",
        19 => "the disk is write-protected",
        21 => "the drive is not ready",
        32 or 33 => "another program is using it",
        39 or 112 => "the disk is full",
        51 or 53 or 54 or 55 or 59 or 64 or 65 or 67 or 121 or 1231 => "the network place cannot be reached",
        80 or 183 => "something of that name is there already",
        123 or 161 => "that cannot be the name of a file",
        206 => "its name is too long",
        _ => Unknown(code),
    };

    private static string OfUnix(int code) => code switch
    {
        5 => "the disk or device failed",
        17 => "something of that name is there already",
        11 or 16 or 26 or 35 => "another program is using it",
        21 => "it is a folder",
        23 or 24 => "too many files are open",
        27 => "it would be too large",
        28 or 69 or 122 => "the disk is full",
        30 => "the disk is write-protected",
        32 => "its reader is gone",
        36 or 63 => "its name is too long",
        40 or 62 => "its links lead in a circle",
        64 or 65 or 100 or 101 or 107 or 110 or 111 or 112 or 113 or 116 => "the network place cannot be reached",
        _ => Unknown(code),
    };

    private static string Unknown(int code) => string.Create(CultureInfo.InvariantCulture, $"the system refused it (code {code})");

    private static bool IsFolder(string path) => path.Length > 0 && Directory.Exists(path);
}
