using System.Text;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;
using TrueCopy.Client;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Cli.Handovers;

/// <summary>Looks at documents before they are packed.</summary>
/// <param name="session">Whom to ask.</param>
/// <param name="client">The service.</param>
/// <param name="insist">Whether what is not verified goes too.</param>
internal sealed class Packing(HandoverSession session, TrueCopyClient client, bool insist)
{
    /// <summary>Verifies each document.</summary>
    /// <returns>What goes into the package, in the order of the arguments.</returns>
    /// <exception cref="CommandException">One cannot go, or none of them verifies.</exception>
    public async Task<IReadOnlyList<PackageInput>> VerifyAsync(IReadOnlyList<SelectedFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            file.Check();
            if (file.Path == LocalFile.StandardInput)
                throw new CommandException(ExitCode.Usage, "A package is made of files, and not of standard input.");
            if (PackagedName.Check(NameOf(file)) is { } rule)
                throw new CommandException(ExitCode.Usage, $"{file.Path} cannot go into a package: {rule}.");
        }

        if (files.Count > Consent.MaxDocuments)
            throw new CommandException(ExitCode.Usage, $"A package holds at most {Consent.MaxDocuments} documents, and these are {files.Count}.");
        if (files.GroupBy(NameOf, PackagedName.Comparer).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new CommandException(ExitCode.Usage, $"Two documents would be called {twice.Key}.");

        var verified = await new OnlineFiles(client, session.Terminal, DigestAlgorithm.Sha256, issuer: null).RunAsync(files, cancellationToken);
        foreach (var unreadable in verified.Where(file => file.Answer is null))
            throw new CommandException(ExitCode.Usage, unreadable.Error ?? $"{unreadable.File.Path} cannot be read.");
        await session.Trust.ConfirmAsync(client, [.. verified.Select(file => file.Answer!)], session.Terminal, session.Time, cancellationToken);
        Require(verified);
        return [.. verified.Select(InputOf)];
    }

    private void Require(IReadOnlyList<VerifiedFile> verified)
    {
        VerifiedFile[] others = [.. verified.Where(file => file.Answer!.Verdict != Verdict.Verified)];
        if (others.Length == verified.Count)
            throw Refuse(verified, "None of the documents verifies, and a receiver takes no package of which none does.", null);
        if (others.Length > 0 && !insist)
            throw Refuse(others, "Nothing was handed over, because not all of it is verified.", "--insist hands it over all the same, and says so");
    }

    private static CommandException Refuse(IReadOnlyList<VerifiedFile> files, string what, string? hint) => new(
        files.Select(file => file.Answer!.Verdict is { } verdict ? ExitCode.Of(verdict) : ExitCode.NoAnswer).Aggregate(ExitCode.Worse),
        what)
    {
        Details = [.. files.Select(file => $"{file.File.Path}: {WordOf(file.Answer!)}")],
        Hint = hint,
    };

    private static string NameOf(SelectedFile file) => Path.GetFileName(file.Path);

    private static string WordOf(CheckedAnswer answer) => answer.Verdict is { } verdict ? WireName.Of(verdict) : ConsentDocument.NoAnswer;

    private static PackageInput InputOf(VerifiedFile file)
    {
        var (path, answer) = (file.File.Path, file.Answer!);
        var receipt = ReceiptOf(answer);
        var stated = new ConsentDocument(NameOf(file.File), LengthOf(path), answer.Digest.ToString(), WordOf(answer), !receipt.IsEmpty)
        {
            Insisted = answer.Verdict == Verdict.Verified ? null : true,
        };
        return new PackageInput(stated, _ => ValueTask.FromResult(LocalFile.Open(path)), receipt);
    }

    // That of the issue, with the status: it proves how the document stands too. Where institutions differ, none says it all.
    private static ReadOnlyMemory<byte> ReceiptOf(CheckedAnswer answer) => answer is { Fault: null, Results: [var only] }
        ? Encoding.UTF8.GetBytes(only.Document.IssueReceipt ?? only.Document.Receipt)
        : default;

    private static long LengthOf(string path)
    {
        using var file = LocalFile.Open(path);
        return file.CanSeek ? file.Length : throw new CommandException(ExitCode.Usage, $"{path} has no length that could be stated.");
    }
}

/// <summary>Seals what was agreed to, and hands it over.</summary>
internal sealed class Handing(HandoverSession session, TrueCopyClient client, Consent consent, IReadOnlyList<PackageInput> documents, bool json)
{
    /// <summary>Saves the package, for the holder to carry.</summary>
    public async Task<int> SaveAsync(string path, CancellationToken cancellationToken)
    {
        await SealAsync(path, cancellationToken);
        if (json)
            await session.Terminal.Output.WriteLineAsync(CliJson.Write<HandoverOutput>([new HandoverOutput(consent.Handover, "saved", consent.Receiver.Id, File: path)]));
        else
            await session.Terminal.Output.WriteAsync($"{session.Terminal.Good("✔ SAVED")}  {path}, sealed for {consent.Receiver.Id}\n  Carry it there yourself. What becomes of it is not recorded, and it cannot be withdrawn.\n");
        return ExitCode.Verified;
    }

    /// <summary>Sends the package.</summary>
    public async Task<int> SendAsync(HandoverSecret secret, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("truecopy-");
        try
        {
            var path = Path.Combine(folder.FullName, secret.Id + PackageWriter.FileExtension);
            var package = await SealAsync(path, cancellationToken);
            if (package.Length > PackageWriter.MaxSentLength)
                throw new CommandException(ExitCode.Usage, $"The package has {package.Length:N0} bytes, and at most {PackageWriter.MaxSentLength:N0} are sent.") { Hint = "--out saves it, for you to carry" };
            var trace = await session.Terminal.WithProgressAsync(
                "sending",
                package.Length,
                progress => client.Handovers.SendAsync(secret, consent.Receiver.Id, package, () => LocalFile.Open(path), progress, cancellationToken));
            await session.ConfirmAsync(client, trace, cancellationToken);
            var link = secret.Link(session.Service).ToString();
            if (json)
                await session.Terminal.Output.WriteLineAsync(CliJson.Write<HandoverOutput>([HandoverOutput.Of(trace, link)]));
            else
                await session.Terminal.Output.WriteAsync($"{HandoverText.Of(trace, session.Terminal)}trace link (keep it; whoever has it can take the consent back):\n  {link}\n");
            return trace.State switch
            {
                HandoverState.Refused => ExitCode.NotVerified,
                HandoverState.Announced => ExitCode.NoAnswer,
                _ => ExitCode.Verified,
            };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<SealedPackage> SealAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = LocalFile.CreateNew(path);
        try
        {
            return await session.Terminal.WithProgressAsync("sealing", documents.Sum(document => document.Stated.Length), _ => PackageWriter.WriteAsync(file, consent, documents, cancellationToken));
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }
}
