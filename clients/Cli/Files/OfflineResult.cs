using TrueCopy.Cli.Output;
using TrueCopy.Client;

namespace TrueCopy.Cli.Files;

/// <summary>A file and what its receipt proves.</summary>
/// <param name="Output">As JSON says it.</param>
/// <param name="Answer">What is proven; null if nothing is.</param>
/// <param name="Verdict">How the document stood when the receipt was made, and by the clock now; null if nothing is proven.</param>
/// <param name="ExitCode">The file's exit code.</param>
internal sealed record OfflineResult(ReceiptOutput Output, OfflineAnswer? Answer, Verdict? Verdict, int ExitCode)
{
    public static OfflineResult Failed(string file, int exitCode, string fault, string reason) =>
        new(new ReceiptOutput(file, Holds: false, fault, reason), null, null, exitCode);

    public static async Task<OfflineResult> CheckAsync(
        string file,
        byte[] bytes,
        IReadOnlyList<NoteVerifier> keys,
        SignedCheckpoint? seen,
        Terminal terminal,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        try
        {
            var receipt = Receipt.Parse(bytes);
            var digests = await LocalFile.HashAsync(file, [OfflineCheck.AlgorithmOf(receipt)], terminal, cancellationToken);
            var answer = OfflineCheck.Run(receipt, digests[0], keys, seen);
            var verdict = answer.VerdictAt(now);
            return new OfflineResult(ReceiptOutput.Of(file, answer), answer, verdict, Cli.ExitCode.Of(verdict));
        }
        catch (LogFormatException exception)
        {
            return Failed(file, Cli.ExitCode.NotVerified, "format", exception.Message);
        }
        catch (ReceiptException exception)
        {
            return Failed(file, Cli.ExitCode.NotVerified, exception.Fault.ToString().ToLowerInvariant(), exception.Message);
        }
    }
}
