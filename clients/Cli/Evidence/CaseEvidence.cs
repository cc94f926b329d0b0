using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Evidence;

/// <summary>Whose case the evidence is for; both are written into the report and nowhere else.</summary>
/// <param name="Number">Case number; null for none.</param>
/// <param name="Officer">Who checked; null for nobody.</param>
internal sealed record Case(string? Number, string? Officer);

/// <summary>What was asked, and by whose keys it was judged.</summary>
/// <param name="Service">The service.</param>
/// <param name="Keys">The log's keys.</param>
/// <param name="Trust">How they are known.</param>
/// <param name="Policy">Which witnesses have to have seen the log; null for none.</param>
/// <param name="Domains">What institutions' own domains say; empty where they were not asked.</param>
internal sealed record EvidenceBasis(Uri Service, LogKeys Keys, ServiceTrust Trust, LogPolicy? Policy, IReadOnlyList<DomainCheck> Domains);

/// <summary>What <c>verify --evidence</c> made.</summary>
/// <param name="File">The zip file.</param>
/// <param name="Fingerprint">SHA-256 of its <c>SHA256SUMS</c>, hex: with it anyone can tell later that the evidence is the same.</param>
internal sealed record EvidenceOutput(string File, string Fingerprint);

/// <summary>
/// The evidence of one run of <c>truecopy verify</c> for the file of a case, in the names and the layout of the zip that the page
/// saves; of several documents each has a numbered folder. Never a document: they are kept beside it.
/// </summary>
internal static class CaseEvidence
{
    private static readonly Lazy<string> Script = new(ReadScript);

    /// <summary>The zip file's bytes, and its fingerprint.</summary>
    /// <param name="documents">What was checked, each as the tool tells it; at least one.</param>
    /// <param name="about">Whose case it is.</param>
    /// <param name="basis">What it rests on.</param>
    /// <param name="terminal">In whose zone and language times and names are told.</param>
    /// <param name="now">When, by this machine's clock.</param>
    public static (byte[] Zip, string Fingerprint) Make(IReadOnlyList<(VerifiedFile File, VerifyOutput Result)> documents, Case about, EvidenceBasis basis, Terminal terminal, DateTimeOffset now)
    {
        var plain = new Terminal(TextWriter.Null, TextWriter.Null, color: false, interactive: false) { Zone = terminal.Zone, Language = terminal.Language };
        EvidencePart[] parts = [.. documents.Select((document, i) => EvidencePart.Of(document.File, documents.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"documents/{i + 1}/")))];
        var report = Report(documents, parts, about, basis, plain, now);
        EvidenceFile[] files =
        [
            EvidenceFile.Text("README.txt", EvidenceReadme.Of(parts, basis.Keys, basis.Policy is not null)),
            EvidenceFile.Text("report.txt", report),
            .. parts.SelectMany(part => part.Files),
            EvidenceFile.Text("log.vkey", string.Concat(basis.Keys.Verifiers.Select(key => $"{key}\n"))),
            .. basis.Policy is { } policy ? new[] { new EvidenceFile("policy", policy.File) } : [],
            EvidenceFile.Text("check.sh", Script.Value),
        ];
        var manifest = EvidenceFile.ManifestOf(files);
        var page = EvidenceFile.Text("report.html", Page(report, manifest.Fingerprint));
        return (EvidenceFile.Zip([page, .. files, manifest], now), manifest.Fingerprint);
    }

    private static string Report(IReadOnlyList<(VerifiedFile File, VerifyOutput Result)> documents, EvidencePart[] parts, Case about, EvidenceBasis basis, Terminal plain, DateTimeOffset now)
    {
        string Instant(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{plain.Time(at)} ({at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'})");
        var text = new Printable().AppendLine($"TrueCopy: verification report").AppendLine($"").AppendLine($"For the file");
        if (about.Number is { } number)
            text.AppendLine($"- Case number: {number}");
        if (about.Officer is { } officer)
            text.AppendLine($"- Officer: {officer}");
        text.AppendLine($"- Checked, by this computer's clock: {Instant(now)}");
        text.AppendLine($"- Checked by: truecopy {typeof(CaseEvidence).Assembly.GetName().Version?.ToString(3)}, from the files themselves, which were sent nowhere");
        text.AppendLine($"- Service: {basis.Service.AbsoluteUri}");
        text.AppendLine($"- Log: {basis.Keys.Origin}");
        text.AppendLine($"- How the log's keys are known: {KeysKnown(basis.Trust, plain)}");
        foreach (var key in basis.Keys.Verifiers)
            text.AppendLine($"  {key.ToString()}");
        text.AppendLine($"- Witnesses that have to have seen the log: {(basis.Policy is { } policy ? policy.Rules.Describe() : "none are asked for")}");
        foreach (var ((file, result), part) in documents.Zip(parts))
        {
            text.AppendLine($"").AppendLine($"{(documents.Count == 1 ? "Document" : $"Document in {part.Folder}")}");
            if (file.Answer is { Fault: null } answer)
            {
                text.AppendLine($"- Answered, by the service's clock: {Instant(answer.Document.CheckedAt)}");
                text.AppendLine($"- State of the log: {answer.Document.Checkpoint.Size.ToString("N0", CultureInfo.InvariantCulture)} entries, root hash {answer.Document.Checkpoint.Root}");
            }

            text.Append(VerdictText.Of(result, file.Answer, plain));
            if (part.Receipts.Count == 0)
                text.AppendLine($"  There is no receipt of it here: {WhyNone(file)}");
        }

        if (basis.Domains.Count > 0)
            text.AppendLine($"").AppendLine($"The institutions' own domains, asked by this computer").Append(DomainText.Of(basis.Domains));
        text.AppendLine($"").AppendLine($"A printed report proves nothing by itself: README.txt says how to check it again, without the network.");
        return text.ToString();
    }

    private static string WhyNone(VerifiedFile file) => file.Answer switch
    {
        null => "it could not be read.",
        { Fault: not null } => "the service's answer could not be relied on. answer.json is what it said, for looking into only.",
        _ => "nothing was registered under its fingerprint by whom was asked about. It records that you asked, and when.",
    };

    private static string KeysKnown(ServiceTrust trust, Terminal plain) => trust.KeySource switch
    {
        "given" => "given on the command line",
        "known" => $"known to this computer; the log was last seen at {plain.Time(trust.Known!.SeenAt)}",
        _ => "taken over from the service just now; compare them by another way",
    };

    // The text as it is, with the fingerprint, which the text cannot hold.
    private static string Page(string report, string fingerprint) => $$"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <title>TrueCopy: verification report</title>
        <style>body { margin: 2em; color: #111; background: #fff } pre { font: 14px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }</style>
        <pre>{{WebUtility.HtmlEncode(report)}}
        Fingerprint of the evidence (SHA-256 of the file SHA256SUMS)
        {{fingerprint}}</pre>
        </html>

        """;

    private static string ReadScript()
    {
        using var stream = typeof(CaseEvidence).Assembly.GetManifestResourceStream("check.sh")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

/// <summary>What the evidence holds of one document.</summary>
/// <param name="Folder">The folder that it is in, with a slash; empty for none.</param>
/// <param name="Document">The document's own name.</param>
/// <param name="Receipts">Names of its receipts, with the algorithm of each.</param>
/// <param name="Files">Receipts, answer and checkpoint.</param>
internal sealed record EvidencePart(string Folder, string Document, IReadOnlyList<(string Name, string Algorithm)> Receipts, IReadOnlyList<EvidenceFile> Files)
{
    public static EvidencePart Of(VerifiedFile file, string folder)
    {
        var (receipts, files) = (new List<(string, string)>(), new List<EvidenceFile>());
        void Enclose(string name, string receipt)
        {
            receipts.Add(($"{folder}receipts/{name}{Receipt.FileExtension}", file.Answer!.Digest.Algorithm.Name));
            files.Add(EvidenceFile.Text(receipts[^1].Item1, receipt));
        }

        if (file.Answer is { } answer)
        {
            // Where the answer does not count, nor do its receipts.
            foreach (var result in answer.Fault is null ? answer.Document.Results : [])
            {
                var name = IssuerContainer.IsId(result.Issuer.Id) ? result.Issuer.Id : "issuer";
                Enclose(name, result.Receipt);
                if (result.IssueReceipt is { } issue)
                    Enclose($"{name}.issue", issue);
            }

            files.Add(EvidenceFile.Text($"{folder}answer.json", Readable(answer.Document)));
            if (answer.Fault is null)
                files.Add(EvidenceFile.Text($"{folder}checkpoint", answer.Document.Checkpoint.Note));
        }

        return new EvidencePart(folder, Path.GetFileName(file.File.Path), receipts, files);
    }

    private static string Readable(VerdictDocument answer)
    {
        using var json = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(answer, DocumentJson.Instance.VerdictDocument));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = DocumentJson.Instance.Options.Encoder, NewLine = "\n" }))
            json.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
