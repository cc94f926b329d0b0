using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace TrueCopy.Ledger.Answering;

/// <summary>What is noted on an answer (<see cref="AnswerMetadata"/>). Its texts are made when somebody asks for them.</summary>
/// <param name="source">The upload that is answered.</param>
/// <param name="at">The upload's last-modified time.</param>
internal sealed class AnswerFacts(BlobVersion source, DateTimeOffset at) : IReadOnlyDictionary<string, string>
{
    /// <summary>Whether the upload only repeats what stands.</summary>
    public bool IsRepeat { get; init; }

    /// <summary>Receipt of a document: index of the act's entry; null for another answer.</summary>
    public long? LogIndex { get; init; }

    /// <summary>Receipt of a document: the document; null for another answer.</summary>
    public Digest? Document { get; init; }

    /// <summary>How many lines were done, or <see cref="AnswerMetadata.Some"/>; null for an answer that does not say so.</summary>
    public string? Done { get; init; }

    /// <summary>How many lines were refused; null for an answer that does not say so.</summary>
    public int? Refused { get; init; }

    public int Count => Keys.Count();

    public IEnumerable<string> Keys => this.Select(fact => fact.Key);

    public IEnumerable<string> Values => this.Select(fact => fact.Value);

    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"The answer does not say {key}.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        value = this.FirstOrDefault(fact => fact.Key == key).Value;
        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        yield return new(AnswerMetadata.SourceETag, source.ETag);
        yield return new(AnswerMetadata.SourceAt, string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:s}Z"));
        if (IsRepeat)
            yield return new(AnswerMetadata.Repeat, "true");
        if (LogIndex is { } index)
            yield return new(AnswerMetadata.LogIndex, index.ToString(CultureInfo.InvariantCulture));
        if (Document is not null)
            yield return new(AnswerMetadata.Digest, Document.Hex);
        if (Done is not null)
            yield return new(AnswerMetadata.Done, Done);
        if (Refused is { } refused)
            yield return new(AnswerMetadata.Refused, refused.ToString(CultureInfo.InvariantCulture));
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
