using System.Globalization;
using System.Text;
using TrueCopy.Cli.Service;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Cli.Output;

/// <summary>A verdict in words for a person. Colour only underlines what the words say.</summary>
internal static class VerdictText
{
    public static string Of(VerifyOutput result, ReceiptCheck? check, Terminal terminal)
    {
        var text = new StringBuilder();
        text.Append(result.Verdict switch
        {
            Verdict.Verified => terminal.Good("✔ VERIFIED"),
            Verdict.Unknown => terminal.Bad("✘ UNKNOWN"),
            _ => terminal.Bad("‼ NO ANSWER"),
        });
        text.AppendLine(CultureInfo.InvariantCulture, $"  {result.File}");
        switch (result.Verdict)
        {
            case Verdict.Verified:
                AppendActs(text, result);
                AppendChecks(text, check!, result.Algorithm);
                break;
            case Verdict.Unknown:
                text.AppendLine("  No issuer of this log issued a file with these bytes. Either it was changed since it was");
                text.AppendLine("  issued, by as little as one bit, or it was never issued here. The log cannot tell which.");
                break;
            default:
                text.AppendLine(CultureInfo.InvariantCulture, $"  The service's answer cannot be relied on. {result.Error}");
                text.AppendLine("  This says nothing about the file. Do not rely on it until the service is looked into.");
                break;
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  {result.Algorithm} {result.Digest}");
        return text.ToString();
    }

    public static string PinTheKey(LogKeys keys) => $"""

        The log's key came from the service itself. To hold the service to its log, get the key by another way
        once and pin it with --key (or TRUECOPY_KEY):
          {keys.Verifiers[0]}

        """;

    private static void AppendActs(StringBuilder text, VerifyOutput result)
    {
        foreach (var act in result.Answer!.Acts)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  issued by {act.Issuer.LegalName} [{act.Issuer.Jurisdiction}] ({act.Issuer.Id}) at {act.At:yyyy-MM-dd HH:mm:ss}Z, log entry {act.LogIndex}");
        }
    }

    public static void AppendChecks(StringBuilder text, ReceiptCheck check, string algorithm)
    {
        text.AppendLine("  checked here, not taken on trust:");
        text.AppendLine(CultureInfo.InvariantCulture, $"    ✔ the receipt is about this file's {algorithm} digest");
        text.AppendLine(CultureInfo.InvariantCulture, $"    ✔ entry {check.Index} is in the log of {check.Checkpoint.Size} entries");
        foreach (var key in check.Checkpoint.Signers)
            text.AppendLine(CultureInfo.InvariantCulture, $"    ✔ that log is signed by {key.Name}+{key.KeyId:x8}");
    }
}
