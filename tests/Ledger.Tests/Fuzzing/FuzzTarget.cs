using System.Diagnostics;
using System.Text;

namespace TrueCopy.Ledger.Tests.Fuzzing;

/// <summary>How a parser's bytes come back from what it read.</summary>
internal enum RoundTrip
{
    /// <summary>There is one spelling: what is accepted is written again byte for byte.</summary>
    Exact,

    /// <summary>There are several: what is accepted is written in one of them, which is read as the same.</summary>
    Stable,

    /// <summary>Nothing is written.</summary>
    None,
}

/// <summary>A parser of bytes from outside, and what it owes whoever calls it.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="RoundTrip">How bytes come back.</param>
/// <param name="Documented">The only exception that it may throw; null for none.</param>
/// <param name="Samples">Valid inputs.</param>
/// <param name="Run">Parses; returns what it writes again, null where it refuses without an exception.</param>
internal sealed record FuzzTarget(string Name, RoundTrip RoundTrip, Type? Documented, IReadOnlyList<byte[]> Samples, Func<byte[], byte[]?> Run)
{
    /// <summary>Mends what protects the bytes from alteration, such as a checksum, so that mutations get past it.</summary>
    public Func<byte[], byte[]>? Reseal { get; init; }

    /// <summary>Inputs that broke it once.</summary>
    public IReadOnlyList<byte[]> Regressions { get; init; } = [];

    /// <summary>What it may allocate for each byte of input.</summary>
    public int BytesPerByte { get; init; } = 100;

    /// <summary>Whether it works on the caller's thread alone, so that what it allocates can be told.</summary>
    public bool IsMeasured { get; init; } = true;

    private const long AllocationFloor = 512 * 1024;
    // What takes quadratic time on a long input is far over this, and a busy machine far under it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Runs it on one input and holds it to what it owes.</summary>
    /// <returns>Whether it accepted the input.</returns>
    public bool Check(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var output = RunOrRefuse(input);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Require(!IsMeasured || allocated <= AllocationFloor + ((long)BytesPerByte * input.Length), input, $"allocated {allocated} bytes");
        Require(Stopwatch.GetElapsedTime(started) < Patience, input, "took too long");
        if (output is null)
            return false;
        if (RoundTrip == RoundTrip.Exact)
            Require(output.AsSpan().SequenceEqual(input), input, "was accepted, and written otherwise");
        if (RoundTrip == RoundTrip.Stable)
            Require(RunOrRefuse(output) is { } again && again.AsSpan().SequenceEqual(output), input, "was accepted, and what was written is read otherwise");
        return true;
    }

    public override string ToString() => Name;

    private byte[]? RunOrRefuse(byte[] input)
    {
        try
        {
            return Run(input);
        }
        catch (Exception exception) when (exception.GetType() == Documented)
        {
            return null;
        }
        catch (Exception exception)
        {
            throw new FuzzException($"{Name}: {exception.GetType().Name} for {Describe(input)}: {exception.Message}", exception);
        }
    }

    private void Require(bool holds, byte[] input, string what)
    {
        if (!holds)
            throw new FuzzException($"{Name}: {Describe(input)} {what}.", null);
    }

    private static string Describe(byte[] input) => $"{input.Length} bytes, base64 {Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 20_000)))}";
}

/// <summary>A parser broke its word.</summary>
internal sealed class FuzzException(string message, Exception? inner) : Exception(message, inner);
