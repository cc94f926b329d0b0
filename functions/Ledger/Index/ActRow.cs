using System.Globalization;
using System.Text;

namespace TrueCopy.Ledger.Index;

/// <summary>The row of an act as it is written: of its texts, which are most of it, there are none until somebody asks.</summary>
/// <param name="act">The act.</param>
/// <param name="isFirstIssue">Whether its key is that of its issuer's first issue of the document.</param>
internal sealed class ActRow(IndexedAct act, bool isFirstIssue) : ITableRow
{
    private const string FirstIssue = "@";

    // As many as two hexadecimal digits tell apart.
    private static readonly string[] Partitions = [.. Enumerable.Range(0, 256).Select(first => first.ToString("x2", CultureInfo.InvariantCulture))];

    public string Partition => PartitionOf(act.Digest);

    public string Key => isFirstIssue ? $"{act.Digest}:{FirstIssue}{act.Entry.Issuer}" : $"{act.Digest}:{act.ActId.Value}";

    public long? LogIndex => act.LogIndex;

    public string? Act => act.ActId.Value;

    public string? Entry => Encoding.UTF8.GetString(act.EntryBytes.Span);

    public string? Opening => act.Opening.Hex;

    public string? Confidential => act.Unpublished.IsEmpty ? null : Encoding.UTF8.GetString(UnpublishedJson.Encode(act.Unpublished));

    public bool TryFormatKey(Span<char> destination, out int length) => isFirstIssue
        ? destination.TryWrite(CultureInfo.InvariantCulture, $"{act.Digest}:{FirstIssue}{act.Entry.Issuer}", out length)
        : destination.TryWrite(CultureInfo.InvariantCulture, $"{act.Digest}:{act.ActId.Value}", out length);

    /// <summary>The partition of a document's rows.</summary>
    public static string PartitionOf(Digest document) => Partitions[document.Bytes[0]];
}
