using System.Collections.Concurrent;
using System.Globalization;

namespace TrueCopy.Verification.Recovery;

/// <summary>Collects what is wrong: what is wrong many times over in the same way is one finding with a count.</summary>
internal sealed class Findings(bool apply)
{
    private const int MaxExamples = 5;

    private readonly ConcurrentDictionary<(FindingKind Kind, string What, string Repair, bool Repaired), (long Count, string[] Examples)> _found = new();
    private readonly ConcurrentQueue<(FindingKind, string, string, bool)> _order = new();

    /// <summary>Whether what can be repaired is.</summary>
    public bool Apply => apply;

    /// <summary>Notes something that happens once, and that nothing here repairs.</summary>
    public void Note(FindingKind kind, string what, string repair) => Add(kind, what, repair, repaired: false, example: null);

    /// <summary>Notes one of many; repairs it if that was asked for.</summary>
    /// <param name="kind">With what something is wrong.</param>
    /// <param name="what">What, in the plural, as it goes on after a count.</param>
    /// <param name="repair">What repairs it, as it is done here.</param>
    /// <param name="example">Which one, if that may be told to anyone; null if not.</param>
    /// <param name="action">Repairs it.</param>
    public async Task RepairAsync(FindingKind kind, string what, string repair, string? example, Func<Task> action)
    {
        if (apply)
            await action();
        Add(kind, what, repair, apply, example);
    }

    /// <summary>How often something was found.</summary>
    public long CountOf(FindingKind kind, string what) => _found.Where(found => found.Key.Kind == kind && found.Key.What == what).Sum(found => found.Value.Count);

    /// <summary>Everything so far, in the order in which each was first found.</summary>
    public IReadOnlyList<Finding> ToList() =>
    [
        .. _order.Select(key =>
        {
            var (count, examples) = _found[key];
            var (kind, what, repair, repaired) = key;
            var which = examples.Length == 0 ? "" : $": {string.Join(", ", examples)}{(count > examples.Length ? ", …" : "")}";
            return new Finding(kind, what.Replace("#", count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) + which, repair, repaired);
        }),
    ];

    private void Add(FindingKind kind, string what, string repair, bool repaired, string? example)
    {
        var key = (kind, what, repair, repaired);
        string[] examples = example is null ? [] : [example];
        _found.AddOrUpdate(
            key,
            _ =>
            {
                _order.Enqueue(key);
                return (1, examples);
            },
            (_, known) => (known.Count + 1, known.Examples.Length < MaxExamples ? [.. known.Examples, .. examples] : known.Examples));
    }
}
