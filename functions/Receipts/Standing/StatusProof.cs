using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Standing;

/// <summary>
/// What proves the status of an issue entry as of a receipt's checkpoint: the last entry of the log, which commits to the
/// status of all before it, and the page that the entry's status is in. Hashes are 32 bytes each, one after the other, from
/// the sibling upwards.
/// </summary>
/// <param name="Entry">The exact bytes of the last entry.</param>
/// <param name="Path">Its inclusion path under the receipt's checkpoint; its index is the size less 1.</param>
/// <param name="Page">The page, <see cref="StatusPage.Length"/> bytes.</param>
/// <param name="PagePath">The page's path in the status tree.</param>
public sealed record StatusProof(ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Path, ReadOnlyMemory<byte> Page, ReadOnlyMemory<byte> PagePath)
{
    private const int MaxPathLength = InclusionPath.MaxLength * MerkleHash.Size;

    // The names of the members, and what is around them.
    private const int FrameLength = 46;

    /// <summary>The most bytes that follow what <see cref="BeginJson"/> makes.</summary>
    public const int MaxEndLength = FrameLength + (4 * ((StatusPage.Length / 3) + 1)) + (4 * ((MaxPathLength / 3) + 1));

    /// <summary>Puts a proof together.</summary>
    public static StatusProof Create(ReadOnlyMemory<byte> entry, IEnumerable<MerkleHash> path, ReadOnlyMemory<byte> page, IEnumerable<MerkleHash> pagePath) =>
        new(entry, BytesOf(path), page, BytesOf(pagePath));

    /// <summary>The bytes of a path, as a proof holds it.</summary>
    public static byte[] BytesOf(IEnumerable<MerkleHash> path) => MerkleHash.AsBytes(path as MerkleHash[] ?? [.. path]).ToArray();

    /// <summary>The JSON that receipts bear of it, in UTF-8.</summary>
    public byte[] ToJson()
    {
        var bytes = new byte[FrameLength + JsonText.Base64Length(Entry.Length) + JsonText.Base64Length(Path.Length) + JsonText.Base64Length(Page.Length) + JsonText.Base64Length(PagePath.Length)];
        var json = new JsonText(bytes);
        AddBeginning(ref json, Entry.Span, Path.Span);
        AddEnd(ref json, Page.Span, PagePath.Span);
        return bytes;
    }

    /// <summary>The beginning of the JSON, which all proofs under a checkpoint have in common.</summary>
    /// <param name="entry">The exact bytes of the last entry.</param>
    /// <param name="path">Its inclusion path.</param>
    public static byte[] BeginJson(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> path)
    {
        var bytes = new byte[FrameLength + JsonText.Base64Length(entry.Length) + JsonText.Base64Length(path.Length)];
        var json = new JsonText(bytes);
        AddBeginning(ref json, entry, path);
        return bytes.AsSpan(0, json.Length).ToArray();
    }

    /// <summary>Writes the JSON of a proof of which <see cref="BeginJson"/> made the beginning.</summary>
    /// <param name="output">Where to, with room for <see cref="MaxEndLength"/> more than the beginning.</param>
    /// <param name="beginning">The beginning.</param>
    /// <param name="page">The page.</param>
    /// <param name="pagePath">Its path.</param>
    /// <returns>How many bytes.</returns>
    public static int WriteJson(Span<byte> output, ReadOnlySpan<byte> beginning, ReadOnlySpan<byte> page, ReadOnlySpan<byte> pagePath)
    {
        var json = new JsonText(output);
        json.Add(beginning);
        AddEnd(ref json, page, pagePath);
        return json.Length;
    }

    private static void AddBeginning(ref JsonText json, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> path)
    {
        json.Add("{\"entry\":\""u8);
        json.AddBase64(entry);
        json.Add("\",\"path\":\""u8);
        json.AddBase64(path);
        json.Add("\",\"page\":\""u8);
    }

    private static void AddEnd(ref JsonText json, ReadOnlySpan<byte> page, ReadOnlySpan<byte> pagePath)
    {
        json.AddBase64(page);
        json.Add("\",\"pagePath\":\""u8);
        json.AddBase64(pagePath);
        json.Add("\"}"u8);
    }

    /// <summary>What it proves of the entry at <paramref name="index"/>.</summary>
    /// <param name="index">The index of an issue entry that is proven to be there.</param>
    /// <param name="checkpoint">The receipt's checkpoint, its signatures verified.</param>
    /// <exception cref="ReceiptException">It proves nothing: <see cref="ReceiptFault.Status"/>, in words for a person.</exception>
    public ProvenStatus Check(long index, Checkpoint checkpoint)
    {
        var status = OpenEntry(Entry, Path, checkpoint);
        var root = new MerkleHash(Convert.FromHexString(status.Root!));
        if (index < 0 || index >= status.Covers)
            throw Fault("the log's last entry says nothing of this one");
        if (!IsWellFormed)
            throw Fault("its page or a path is not of the right length");
        var pages = StatusPage.CountFor(status.Covers!.Value);
        if (!ProofVerifier.Includes(StatusHasher.Page(Page.Span), StatusPage.NumberOf(index), pages, MerkleHash.Cast(PagePath.Span), root))
            throw Fault("it is not the status that the log's last entry commits to");
        return ProvenStatus.Of(index, status, StatusPage.Read(Page.Span, index));
    }

    /// <summary>Proves that an entry is the last of a log, and that it is the status of all before it.</summary>
    /// <param name="bytes">The entry's exact bytes.</param>
    /// <param name="path">Its inclusion path.</param>
    /// <param name="checkpoint">The checkpoint, its signatures verified.</param>
    /// <returns>The entry; its <c>covers</c> is the size less 1, and its <c>root</c> well-formed.</returns>
    /// <exception cref="ReceiptException">It is not: <see cref="ReceiptFault.Status"/>.</exception>
    public static Entry OpenEntry(ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> path, Checkpoint checkpoint)
    {
        if (!IsPath(path) || !ProofVerifier.Includes(TreeHasher.Leaf(bytes.Span), checkpoint.Size - 1, checkpoint.Size, MerkleHash.Cast(path.Span), checkpoint.Root))
            throw Fault("what is shown as the log's last entry is not that");
        Entry entry;
        try
        {
            entry = Entries.Entry.Parse(bytes.Span);
        }
        catch (LogFormatException exception)
        {
            throw Fault(exception.Message, exception);
        }

        return Misstatement(entry, checkpoint.Size - 1) is { } wrong ? throw Fault(wrong) : entry;
    }

    /// <summary>What is wrong with an entry as the status of all before it, but for its root; null if nothing.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="index">Its index.</param>
    internal static string? Misstatement(Entry entry, long index) => entry switch
    {
        { Kind: not ActKind.Status } => "the log's last entry is not the status of those before it",
        { Covers: var covers } when covers != index => "a status covers the entries before it, all of them and no others",
        { Root: not { Length: 2 * MerkleHash.Size } } => "the root of a status is 64 lower-case hex digits",
        { Root: { } root } when root.Any(digit => !char.IsAsciiHexDigitLower(digit)) => "the root of a status is 64 lower-case hex digits",
        { From: { } from } when from <= 0 || from > index => "a status that is not kept from the beginning says from which entry, which is not after it",
        _ => null,
    };

    [JsonIgnore]
    internal bool IsWellFormed => !Entry.IsEmpty && Entry.Length <= EntryBundle.MaxEntryLength && Page.Length == StatusPage.Length && IsPath(Path) && IsPath(PagePath);

    private static bool IsPath(ReadOnlyMemory<byte> path) => path.Length <= MaxPathLength && path.Length % MerkleHash.Size == 0;

    private static ReceiptException Fault(string what, Exception? cause = null) =>
        new(ReceiptFault.Status, $"How the document stands now is not proven: {what.TrimEnd('.')}.", cause);
}
