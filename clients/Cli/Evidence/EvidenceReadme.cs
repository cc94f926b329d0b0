using System.Text;
using System.Text.RegularExpressions;
using TrueCopy.Client;

namespace TrueCopy.Cli.Evidence;

/// <summary>How to check the evidence without the network, word for word; the same as the page's zip says in English.</summary>
internal static partial class EvidenceReadme
{
    public static string Of(IReadOnlyList<EvidencePart> parts, LogKeys keys, bool hasPolicy)
    {
        var text = new StringBuilder();
        text.Append("Evidence of a check of documents\n\n")
            .Append("The documents themselves are not in here; put them into this folder under their own names before you check.\n\n");
        About(text, "report.html", "the report, with the fingerprint of this evidence");
        About(text, "report.txt", "the same as text, without the fingerprint");
        if (parts is not [{ Folder: "" }])
            About(text, "documents/N/", "what belongs to the N-th document of the report:");
        About(text, "receipts/", "what proves an act of an institution on the document");
        About(text, "answer.json", "the service's answer");
        About(text, "checkpoint", "the signed state of the register's log");
        About(text, "log.vkey", "the log's keys, as the computer knew them");
        if (hasPolicy)
            About(text, "policy", "which witnesses have to have seen the state of the log, as the computer knew it");
        About(text, "check.sh", "checks a receipt with coreutils and openssl alone");
        About(text, EvidenceFile.ManifestName, "the SHA-256 of every file but report.html, which names the fingerprint, and itself");

        text.Append("\nIs it the same evidence? The second command must give the fingerprint that is in the report and in the case file:\n\n")
            .Append("  sha256sum -c SHA256SUMS\n  sha256sum SHA256SUMS\n\n  Windows: Get-FileHash SHA256SUMS\n\n");
        var receipts = parts.SelectMany(part => part.Receipts.Select(receipt => (Document: Named(part.Document), receipt.Name, receipt.Algorithm))).ToArray();
        foreach (var part in parts.Where(part => part.Receipts.Count == 0))
            text.Append($"There is no receipt of {Foreign.Show(part.Document)}: nothing was registered under its fingerprint, or no answer could be relied on; see the report.\n\n");
        if (receipts.Length > 0)
        {
            text.Append("Does a receipt hold? With truecopy, without the network. Compare the keys in log.vkey with what the register's operator publishes elsewhere:\n\n");
            foreach (var (document, name, _) in receipts)
                text.Append($"  truecopy receipt check {document} --receipt {name} --key log.vkey{(hasPolicy ? " --policy policy" : "")}\n");
            if (hasPolicy)
                text.Append("\nThis also checks that the witnesses of policy have seen the state of the log, by their signatures in it. Compare their keys too with what they publish themselves.\n");
            var byHand = receipts.Where(receipt => receipt.Algorithm == DigestAlgorithm.Sha256.Name).ToArray();
            if (byHand.Length > 0 && keys.Verifiers.OfType<EcdsaP256Verifier>().FirstOrDefault() is { } key)
            {
                text.Append($"\nThe same by hand{(hasPolicy ? ", but for the witnesses" : "")}; read the script first:\n\n");
                foreach (var (document, name, _) in byHand)
                    text.Append($"  sh check.sh {document} {name} '{key}'\n");
            }

            text.Append('\n');
        }

        return text
            .Append("A receipt proves what was done up to the state of the log that it names. Whether the document still stands now, only the register can say. ")
            .Append("A receipt can be used to try guesses at the document: keep both equally confidential.\n")
            .ToString();
    }

    private static void About(StringBuilder text, string name, string what) => text.Append($"  {name,-16} {what}\n");

    // A name that means the same in every shell between double quotes.
    private static string Named(string document) => Plain().IsMatch(document) ? $"\"{document}\"" : "DOCUMENT";

    [GeneratedRegex(@"^[\p{L}\p{N}][\p{L}\p{N} ._()-]*\z")]
    private static partial Regex Plain();
}
