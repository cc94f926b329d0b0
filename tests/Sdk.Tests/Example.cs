using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>The example of clients/Sdk/README.md, compiled and run.</summary>
internal static class Example
{
    public static async Task RunAsync(Uri service, string key, string path, HttpMessageHandler network, TextWriter output)
    {
        // README: begin
        // The key comes from the log's operator, by another way than the service.
        var options = new TrueCopyClientOptions { Service = service, Keys = LogKeys.Pin(key) };
        using var client = new TrueCopyClient(options, network);

        await using var document = File.OpenRead(path);
        var answer = await client.VerifyAsync(document);
        await output.WriteLineAsync(answer.Verdict switch
        {
            Verdict.Verified => $"issued by {answer.Document.Results[0].Issuer.LegalName}, and it stands",
            Verdict.Unknown => "altered, or never issued here",
            Verdict.Conflicting => "institutions differ: ask for the one that the document names (answer.OfIssuer)",
            null => $"no answer: {answer.Fault!.Message}",
            var other => $"issued, but {other}",
        });

        // Keep the receipt: it proves the same with no network, to anyone who has the key.
        if (answer.Results is [var only])
        {
            var receipt = only.Deciding.Receipt.Encode();
            await File.WriteAllBytesAsync(path + Receipt.FileExtension, receipt);

            await using var again = File.OpenRead(path);
            var offline = await OfflineCheck.RunAsync(again, receipt, options.Keys.Verifiers);
            await output.WriteLineAsync($"offline: {offline.Check.Entry.Issuer} did {offline.Check.Entry.Kind} at {offline.Check.Entry.At:u}");
        }

        // README: end
    }
}
