using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TrueCopy.Api;

namespace TrueCopy.Ledger.Tests.Fuzzing;

/// <summary>Every parser of bytes from outside; a new one belongs here.</summary>
internal static class FuzzTargets
{
    private static readonly INoteSigner[] Signers = [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()];
    private static readonly NoteVerifier[] Verifiers = [.. Signers.Select(signer => signer.Verifier)];
    private static readonly string Hex = new('a', 64);
    private static readonly byte[] Note = SignedCheckpoint.SignAsync(new Checkpoint(InMemoryWorld.Origin, 1234, Leaf(1)), Signers, CancellationToken.None).GetAwaiter().GetResult().Note.ToArray();

    // In the name of a member, where it threw what no caller expected: the upload was tried for an hour, then lost its reason.
    private static readonly byte[] HalfASurrogate = FuzzTarget.Text("""{"algor\ud800ithm":"sha-256"}""");

    private static readonly Opening Opening = Opening.Create();
    private static readonly Act Act = Samples.Act("a") with
    {
        Unpublished = new Unpublished { Reference = "loan-4711", Type = "statement", Note = "注 😀", Successor = Samples.DigestOf([1]), Siblings = [Samples.DigestOf([2])] },
    };

    private static readonly byte[] EntryBytes = Act.ToEntry(Opening).Encode();
    private static readonly IndexedAct IndexedAct = new(Act.Digest, Act.Id, 5, EntryBytes, Opening, Act.Unpublished);
    private static readonly InMemoryService Service = StartService();
    private static readonly VerifyEndpoints Api = new(Service.Verifier, new RequestLimits(new ClientShare { Burst = int.MaxValue, PerSecond = int.MaxValue }));

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("signed note", RoundTrip.Exact, typeof(LogFormatException), [Note], bytes => SignedNote.Parse(bytes).Encode()),
        new("checkpoint", RoundTrip.Exact, typeof(LogFormatException), [TextOf(Note), FuzzTarget.Text($"o\n0\n{TreeHasher.EmptyRoot}\nextension\n")], bytes => Bytes(Checkpoint.Parse(Chars(bytes)).ToNoteText())),
        new("signed checkpoint", RoundTrip.Exact, typeof(LogFormatException), [Note], bytes => SignedCheckpoint.Open(bytes, InMemoryWorld.Origin, Verifiers).Note.ToArray()),
        new("verifier key", RoundTrip.Exact, typeof(LogFormatException), [.. Verifiers.Select(verifier => Bytes(verifier.ToString()))], bytes => Bytes(NoteVerifier.Parse(Chars(bytes)).ToString())),
        new("ECDSA signature", RoundTrip.None, null, [SignatureOf(0)], bytes => Verifiers[0].Verify(TextOf(Note), bytes) ? bytes : null),
        new("Ed25519 signature", RoundTrip.None, null, [SignatureOf(1)], bytes => Verifiers[1].Verify(TextOf(Note), bytes) ? bytes : null),
        new("tlog-proof", RoundTrip.Exact, typeof(LogFormatException), [new TlogProof("extra"u8.ToArray(), 77, [Leaf(1), Leaf(2)], Note).Encode(), new TlogProof(null, 0, [], Note).Encode()], bytes => TlogProof.Parse(bytes).Encode()),
        new("receipt", RoundTrip.Exact, typeof(LogFormatException), [Prover.Of(IndexedAct, [Leaf(1)], Note).Encode()], bytes => Receipt.Parse(bytes).Encode()),
        new("receipt check", RoundTrip.None, typeof(ReceiptException), [ProvenReceipt()], bytes => CheckReceipt(bytes)),
        new("entry bundle", RoundTrip.Exact, typeof(LogFormatException), [Bundle([1], [], [2, 3]), Bundle(EntryBytes, EntryBytes, EntryBytes)], bytes => Bundle([.. EntryBundle.Parse(bytes, 3).Select(entry => entry.ToArray())])),
        new("hash tile", RoundTrip.Exact, typeof(LogFormatException), [new byte[3 * 32]], bytes => MerkleHash.AsBytes(HashTile.Parse(new TileId(0, 0, 3), bytes).Hashes).ToArray()),
        new("tile path", RoundTrip.Exact, null, [.. new[] { "tile/0/000", "tile/63/x001/x234/067.p/255", "tile/entries/x999/999" }.Select(Bytes)], bytes => TileId.TryParse(Chars(bytes), out var tile) ? Bytes(tile.ToPath()) : null),
        new("entry", RoundTrip.Stable, typeof(LogFormatException), [EntryBytes, Entry.Genesis("o", ["k"], DateTimeOffset.UnixEpoch).Encode(), Samples.Bank.ToEntry(DateTimeOffset.UnixEpoch).Encode()], bytes => Entry.Parse(bytes).Encode()),
        new("confidential part", RoundTrip.Stable, typeof(LogFormatException), [UnpublishedJson.Encode(Act.Unpublished)], bytes => UnpublishedJson.Encode(UnpublishedJson.Decode(bytes))),
        new("consent", RoundTrip.Stable, typeof(LogFormatException), [ConsentTo(Samples.Lender.EncryptionKey).Encode()], bytes => Consent.Parse(bytes).Encode()),
        new("note of a handover", RoundTrip.Stable, typeof(LogFormatException), [FuzzTarget.Text("""{"reason":"other","text":"t"}"""), FuzzTarget.Text("""{"purpose":"credit"}""")], bytes => FuzzTarget.Text(HandoverNote.Parse(Encoding.UTF8.GetString(bytes)).Encode())),
        new("encryption key", RoundTrip.Exact, null, [Bytes(Samples.Lender.EncryptionKey)], bytes => EncryptionKey.TryParse(Chars(bytes), out var key) ? Bytes(EncryptionKey.Encode(key)) : null),
        new("digest", RoundTrip.Stable, null, [Bytes($"sha-256:{Hex}"), Bytes($"sm3:{Hex}")], bytes => Digest.TryParse(Chars(bytes), out var digest) ? Bytes(digest.ToString()) : null),
        new("opening", RoundTrip.Stable, null, [Bytes(Hex)], bytes => Opening.TryParse(Chars(bytes), out var opening) ? Bytes(opening.Hex) : null),
        new("manifest", RoundTrip.None, typeof(LineException), [FuzzTarget.Text($$"""{"algorithm":"sha-256","digest":"{{Hex}}","reference":"r","type":"t","validFrom":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00.5+08:00"}""" + "\n"), FuzzTarget.Text($$"""{"algorithm":"sm3","digest":"{{Hex}}"}""")], bytes => Lines(bytes, line => ManifestLine.Parse(line, new Terms(null, null, null, null))))
        {
            Regressions = [HalfASurrogate],
        },
        new("digest list", RoundTrip.None, typeof(LineException), [FuzzTarget.Text($"{Hex}  a file\n\\{Hex} *b\\nc\r\n{Hex}  文件"), FuzzTarget.Text($"# list\n\nSHA256 (a) = {Hex}\nSHA2-256(b)= {Hex}\n\\SHA256 (a\\nb) = {Hex}\n {Hex} c\n{Hex}")], bytes => Names(bytes, line => DigestListLine.Parse(line, DigestAlgorithm.Sha256))),
        new("digest list in UTF-16", RoundTrip.None, typeof(LineException), [[.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes($"{Hex}  文件\r\n{Hex}\r\n")], [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes($"SHA256 (a) = {Hex}\n")]], bytes => Names(bytes, line => DigestListLine.Parse(line, DigestAlgorithm.Sha256))),
        new("list of acts", RoundTrip.None, typeof(LineException), [FuzzTarget.Text("""{"act":"revoke","reference":"loan-4711","reason":"issuedInError","note":"n"}""" + "\n" + $$"""{"act":"supersede","algorithm":"sha-256","digest":"{{Hex}}","successorReference":"s"}""")], bytes => Lines(bytes, ActLine.Parse)) { Regressions = [HalfASurrogate] },
        new("table of acts", RoundTrip.None, typeof(LineException), [FuzzTarget.Text($"act;digest;reason;note\r\nrevoke;{Hex};issuedInError;\"a; \"\"b\"\"\"\r\n;;;\r\n"), FuzzTarget.Text("sep=,\nAct,Reference,successorReference\nsupersede,r,s\n"), [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("act\treference\nsuspend\tr\n")]], Table)
        {
            // Columns without end, each nearly one of ours.
            Regressions = [FuzzTarget.Text($"act;digest;{string.Concat(Enumerable.Repeat("succecesor;n;", 400))}note\n")],
        },
        new("event", RoundTrip.None, typeof(LogFormatException), [InMemoryWorld.EventOf(Act.Source), FuzzTarget.Text("""[{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/issuer-a/blobs/b","data":{"eTag":"0x1"}}]""")], bytes => BlobEvent.Parse(bytes) is null ? null : bytes),
        new("upload metadata", RoundTrip.None, typeof(UploadRejectedException), [FuzzTarget.Text("reference=loan%204711\ntype=t\nvalidfrom=2026-01-01T00:00:00Z\nexpires=2027-01-01T00:00:00Z")], bytes => UploadMetadata.Parse(Metadata(bytes)) is null ? null : bytes),
        new("registry metadata", RoundTrip.None, typeof(NotAnIssuerException), [FuzzTarget.Text("legalname=%E9%93%B6\njurisdiction=CN-GD\ndomain=a.example\nretention=delete\nalgorithms=sm3, sha-512")], bytes => IssuerMetadata.Parse("issuer-a", Metadata(bytes)) is null ? null : bytes),
        new("upload name", RoundTrip.None, null, [Bytes("a/SHA256SUMS"), Bytes("x.acts.jsonl"), Bytes("deep/er/file.pdf")], CheckName),
        new("staged message", RoundTrip.Stable, typeof(LogFormatException), [StagedBody.Encode(new RegistryChange(Samples.Bank)), StagedBody.Encode(new ReceiverChange(Samples.Lender)), StagedBody.Encode(Samples.Handover), StagedBody.Encode(new RegistryChange(Samples.Bank, new DomainOutcome("bank.hk", DomainWord.Confirmed, Samples.Upload("a").At))), StagedBody.Encode(Samples.Upload("a")), StagedBody.Encode(Samples.Upload("b") with { Answer = new AnswerForm(UploadKind.Manifest, 3, 9), Acts = [new RequestedAct(ActKind.Revoke, 0) { Reference = "r", Note = "n" }] })], bytes => StagedBody.Encode(StagedBody.Decode(bytes)))
        {
            Regressions = [Without("also"), Without("digests")],
        },
        new("pending answer", RoundTrip.Stable, typeof(LogFormatException), [.. PendingAnswers().Select(PendingAnswerBody.Encode)], bytes => PendingAnswerBody.Encode(PendingAnswerBody.Decode(bytes)))
        {
            Regressions = [HalfASurrogate],
        },
        new("journal", RoundTrip.Stable, typeof(LogFormatException), [Journal()], bytes => JournalFormat.Encode(JournalFormat.Decode(bytes)).ToArray())
        {
            Reseal = bytes => bytes.Length < 32 ? bytes : [.. bytes[..^32], .. SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32))],
        },
        new("journal's beginning", RoundTrip.None, typeof(LogFormatException), [Journal()], bytes => Bytes(JournalFormat.ReadPrevious(bytes.AsMemory(0, Math.Min(bytes.Length, JournalFormat.MaxBeginning))))),
        new("audit memory", RoundTrip.Stable, typeof(LogFormatException), [Memory()], bytes => AuditMemory.Decode(bytes).Encode()),
        new("answer", RoundTrip.None, typeof(JsonException), [Answer()], bytes => ForeignJson.Read(bytes.AsSpan(), DocumentJson.Instance.VerdictDocument) is null ? null : bytes),
        new("verify body", RoundTrip.None, null, [FuzzTarget.Text($$"""{"digests":[{"algorithm":"sha-256","digest":"{{Hex}}"},{"algorithm":"sm3","digest":"{{Hex}}"}]}""")], Verify) { IsMeasured = false },
    ];

    public static FuzzTarget Of(string name) => All.Single(target => target.Name == name);

    // One character a byte, so that what text parsers accept can be compared byte for byte.
    private static string Chars(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    // A member of another name is none.
    private static byte[] Without(string member) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(StagedBody.Encode(Samples.Upload("a"))).Replace($"\"{member}\":", $"\"x{member}\":", StringComparison.Ordinal));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static Consent ConsentTo(string key) => new(
        1, Hex, Hex, InMemoryWorld.Origin, new ConsentReceiver("lender", "The Lender", key, 4), HandoverPurpose.Other, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), "en", [new ConsentDocument("a.pdf", 5, $"sha-256:{Hex}", "verified", true)])
    {
        PurposeText = "p",
        Scope = "s\nt",
    };

    private static MerkleHash Leaf(byte value) => TreeHasher.Leaf([value]);

    private static byte[] TextOf(byte[] note) => FuzzTarget.Text(SignedNote.Parse(note).Text);

    private static byte[] SignatureOf(int signer) => SignedNote.Parse(Note).Signatures[signer].Value.ToArray();

    private static byte[] Bundle(params byte[][] entries)
    {
        var bundle = new ArrayBufferWriter<byte>();
        foreach (var entry in entries)
            EntryBundle.Append(bundle, entry);
        return bundle.WrittenSpan.ToArray();
    }

    private static byte[] ProvenReceipt()
    {
        var root = TreeHasher.Node(TreeHasher.Leaf(EntryBytes), Leaf(1));
        var note = SignedCheckpoint.SignAsync(new Checkpoint(InMemoryWorld.Origin, 2, root), Signers, CancellationToken.None).GetAwaiter().GetResult().Note;
        return Prover.Of(IndexedAct with { LogIndex = 0 }, [Leaf(1)], note).Encode();
    }

    // What a receipt is read as, without the exception of its format, which is a target of its own.
    private static byte[]? CheckReceipt(byte[] bytes)
    {
        Receipt receipt;
        try
        {
            receipt = Receipt.Parse(bytes);
        }
        catch (LogFormatException)
        {
            return null;
        }

        return ReceiptCheck.Run(receipt, Act.Digest, Verifiers).Index == 0 ? bytes : null;
    }

    private static byte[] Table(byte[] bytes)
    {
        _ = ActTable.IsOne(bytes);
        foreach (var row in ActTable.ReadAsync(new MemoryStream(bytes), act: null, CancellationToken.None).GetAwaiter().GetResult())
            ActLine.Read(row);
        return bytes;
    }

    private static byte[] Lines<T>(byte[] bytes, Func<Line, T> parse) => Each(bytes, LineReader.ReadAsync(new MemoryStream(bytes), CancellationToken.None), parse);

    private static byte[] Names<T>(byte[] bytes, Func<Line, T> parse) => Each(bytes, LineReader.ReadNamesAsync(new MemoryStream(bytes), CancellationToken.None), parse);

    private static byte[] Each<T>(byte[] bytes, IAsyncEnumerable<Line> all, Func<Line, T> parse)
    {
        var lines = all.GetAsyncEnumerator();
        while (lines.MoveNextAsync().AsTask().GetAwaiter().GetResult())
            parse(lines.Current);
        lines.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return bytes;
    }

    // As storage hands it over: a dictionary that does not tell upper from lower case.
    private static Dictionary<string, string> Metadata(byte[] bytes)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Chars(bytes).Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                metadata[line[..equals]] = line[(equals + 1)..];
        }

        return metadata;
    }

    private static byte[]? CheckName(byte[] bytes)
    {
        var path = Chars(bytes);
        _ = UploadName.Of(path);
        var answers = new[] { AnswerPath.Lines(path), AnswerPath.Rejection(path), AnswerPath.Receipt(path, DigestAlgorithm.Sm3) };
        Assert.All(answers, answer => Assert.InRange(answer.Length, 1, 1024));
        Assert.All(answers, answer => Assert.Null(UploadName.CheckPath(answer)));
        Assert.All(answers, answer => Assert.True(AnswerPath.TryParse(answer, out var name, out _) && AnswerPath.NamesFor(path).Contains(name)));
        _ = AnswerPath.TryParse(path, out _, out _);
        return UploadName.CheckPath(path) is null ? bytes : null;
    }

    private static IEnumerable<PendingAnswer> PendingAnswers() =>
    [
        new BatchAnswers(new string('1', 84), DateTimeOffset.UnixEpoch),
        new DocumentAnswer("0-00", Act.Source, [Act.Digest, Samples.DigestOf([2])], true, DateTimeOffset.UnixEpoch) { Tries = 3 },
        new ManifestPartAnswer(new string('1', 84), Act.Source, 7, DateTimeOffset.UnixEpoch),
        new ActListAnswer(Act.Source, DateTimeOffset.UnixEpoch, 2, [new DoneLine(1, ActKind.Revoke, Act.Digest)], [new RefusedLine(2, "not yours")], 0, 1, DateTimeOffset.UnixEpoch),
        new RepeatAnswer(Act.Source, DateTimeOffset.UnixEpoch, UploadKind.Manifest, false, [new RepeatedLine(1, "a.pdf", Act.Digest)], DateTimeOffset.UnixEpoch),
        new RefusalAnswer(Act.Source, Rejection.UnsafeName("because"), DateTimeOffset.UnixEpoch),
    ];

    private static byte[] Journal()
    {
        var edge = new RightEdge();
        edge.Append(EntryBytes);
        edge.Append([1]);
        return JournalFormat.Encode(new JournalBatch(new string('1', 84), 0, edge.Root(), [new JournalRecord(EntryBytes, Act, Opening), new JournalRecord(new byte[] { 1 }, null, null)], edge.TakeTiles())).ToArray();
    }

    private static byte[] Memory() => new AuditMemory(
        [Verifiers[0].ToString()],
        [Verifiers[1].ToString()],
        Note,
        1000,
        new AuditPoint(new TransparencyLog.Auditing.AuditedPrefix(768, [Leaf(1), Leaf(2)]), new KeyAnnouncement(0, [Verifiers[0].ToString()])),
        null).Encode();

    private static InMemoryService StartService()
    {
        var world = new InMemoryWorld();
        var service = world.Start();
        service.Intake.HandleAsync(world.Upload("bank", "a", [1]), CancellationToken.None).GetAwaiter().GetResult();
        return service;
    }

    private static byte[] Answer() => JsonSerializer.SerializeToUtf8Bytes(
        Service.Verifier.VerifyAsync(Samples.DigestOf([1]), CancellationToken.None).GetAwaiter().GetResult().ToDocument(),
        DocumentJson.Instance.VerdictDocument);

    private static byte[]? Verify(byte[] body)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(body);
        context.Response.Body = Stream.Null;
        Api.VerifyManyAsync(context.Request, CancellationToken.None).GetAwaiter().GetResult().ExecuteAsync(context).GetAwaiter().GetResult();
        Assert.InRange(context.Response.StatusCode, 200, 499);
        return context.Response.StatusCode == StatusCodes.Status200OK ? body : null;
    }
}
