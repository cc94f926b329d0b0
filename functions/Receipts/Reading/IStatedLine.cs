namespace TrueCopy.Receipts.Reading;

/// <summary>What one line of an upload states, by name, whatever its form.</summary>
public interface IStatedLine
{
    /// <summary>The line, from 1.</summary>
    long Number { get; }

    /// <summary>What is stated under a name; null if nothing is.</summary>
    /// <param name="name">One of the names of the upload's kind.</param>
    string? this[string name] { get; }

    /// <summary>What is stated under a name.</summary>
    /// <exception cref="LineException">Nothing is.</exception>
    string Required(string name) => this[name] ?? throw Fault(name, $"{name} is missing");

    /// <summary>A fault where a name's value stands; at the end of the line if there is none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="rule">The rule that is broken, in words for the issuer.</param>
    LineException Fault(string name, string rule);
}
