// Asks about a file, and has the answer proven: dotnet run -- SERVICE KEY FILE
// The key comes from the log's operator, by another way than the service.
using TrueCopy.Client;
using TrueCopy.Receipts.Verdicts;

using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = new Uri(args[0]), Keys = LogKeys.Pin(args[1]) });
await using var document = File.OpenRead(args[2]);
var answer = await client.VerifyAsync(document);
Console.WriteLine(answer.Verdict is { } verdict
    ? $"{verdict} {string.Join(", ", answer.Document.Results.Select(result => result.Issuer.LegalName))}"
    : $"no answer: {answer.Fault!.Message}");
return answer.Verdict is Verdict.Verified ? 0 : 1;
