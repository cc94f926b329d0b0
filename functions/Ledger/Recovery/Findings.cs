using System.Globalization;

namespace TrueCopy.Ledger.Recovery;

/// <summary>Collects what is wrong: what is wrong many times over in the same way is one finding with a count.</summary>
internal sealed class Findings(bool apply)
{
    private const int MaxExamples = 5;

    private readonly Lock _lock = new();
    private readonly OrderedDictionary<(FindingKind Kind, string What, string Repair, bool Repaired), (long Count, List<string> Examples)> _found = [];

    /// <summary>Whether what can be repaired is.</summary>
    public bool Apply => apply;

    /// <summary>Notes something that happens once, and that nothing here repairs.</summary>
    public void Note(FindingKind kind, string what, string repair) => Add(kind, what, repair, repaired: false, example: null);

    /// <summary>Notes one of many, that nothing here repairs.</summary>
    public void NoteOne(FindingKind kind, string what, string repair) => Add(kind, what, repair, repaired: false, example: null);

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

    /// <summary>How often something was found to be wrong with a kind of thing.</summary>
    public long CountOf(FindingKind kind, string? what = null)
    {
        lock (_lock)
            return _found.Where(found => found.Key.Kind == kind && (what is null || found.Key.What == what)).Sum(found => found.Value.Count);
    }

    /// <summary>Everything so far, in the order in which each was first found.</summary>
    public IReadOnlyList<Finding> ToList()
    {
        lock (_lock)
        {
            return
            [
                .. _found.Select(found =>
                {
                    var ((kind, what, repair, repaired), (count, examples)) = found;
                    var which = examples.Count == 0 ? "" : $": {string.Join(", ", examples)}{(count > examples.Count ? ", …" : "")}";
                    return new Finding(kind, what.Replace("#", count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) + which, repair, repaired);
                }),
            ];
        }
    }

    private void Add(FindingKind kind, string what, string repair, bool repaired, string? example)
    {
        lock (_lock)
        {
            var key = (kind, what, repair, repaired);
            var (count, examples) = _found.TryGetValue(key, out var known) ? known : (0, []);
            if (example is not null && examples.Count < MaxExamples)
                examples.Add(example);
            _found[key] = (count + 1, examples);
        }
    }
}
