namespace TrueCopy.Cli.Files;

/// <summary>A document as the command line names it: <c>algorithm:hex</c>, <c>ref:REFERENCE</c>, or a file, which is hashed here.</summary>
internal sealed record NamedDocument(string Text, Digest? Digest, string? Reference)
{
    private const string ReferencePrefix = "ref:";

    public static async Task<NamedDocument> ReadAsync(string text, Terminal terminal, CancellationToken cancellationToken)
    {
        if (text.StartsWith(ReferencePrefix, StringComparison.Ordinal))
        {
            var reference = text[ReferencePrefix.Length..];
            return reference.Length is > 0 and <= Statement.MaxReferenceLength
                ? new NamedDocument(text, null, reference)
                : throw new CommandException(ExitCode.Usage, $"A reference has 1 to {Statement.MaxReferenceLength} characters.");
        }

        if (Digest.TryParse(text, out var digest))
            return new NamedDocument(text, digest, null);
        var digests = await LocalFile.HashAsync(text, [DigestAlgorithm.Sha256], terminal, cancellationToken);
        return new NamedDocument(text, digests[0], null);
    }
}
