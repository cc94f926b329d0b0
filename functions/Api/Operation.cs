namespace TrueCopy.Api;

/// <summary>
/// What the OpenAPI document says of an operation beyond the signature and the comments of its method. The document is made
/// from these when the tests run and compared with <c>openapi.json</c>, which is what is served; no host reads them.
/// </summary>
/// <param name="route">The route that the method answers: one of <see cref="Routes"/>.</param>
/// <param name="id">Its name in generated clients.</param>
/// <param name="tag">The chapter that it belongs to.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OperationAttribute(string route, string id, string tag) : Attribute
{
    /// <summary>The route that the method answers.</summary>
    public string Route => route;

    /// <summary>Its name in generated clients.</summary>
    public string Id => id;

    /// <summary>The chapter that it belongs to.</summary>
    public string Tag => tag;

    /// <summary>The status of an answer.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Whether what is asked for may take longer than whoever asks waits: 202, and where it will be told.</summary>
    public bool MayTakeLonger { get; init; }

    /// <summary>The record that the body is read as, if it takes one; <see cref="string"/> for text.</summary>
    public Type? Body { get; init; }

    /// <summary>Whether answers have an entity tag, and who names it again is told that nothing changed.</summary>
    public bool HasTag { get; init; }

    /// <summary>How long an answer may be kept; null where that is not the same for all.</summary>
    public string? CacheControl { get; init; }

    /// <summary>The failures that it answers, by the names of the document's responses.</summary>
    public string[] Failures { get; init; } = [];

    /// <summary>Programs that do it, by their paths below <c>samples/</c>: shown as they are.</summary>
    public string[] Samples { get; init; } = [];
}

/// <summary>A media type in which an operation answers, and the record that it is then written from; none for text and bytes.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class AnswersAttribute(string mediaType, Type? record = null) : Attribute
{
    /// <summary>The media type.</summary>
    public string MediaType => mediaType;

    /// <summary>The record.</summary>
    public Type? Record => record;
}

/// <summary>A part of the query that an operation reads.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class QueryAttribute(string name, string description) : Attribute
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>What it is for, in Markdown.</summary>
    public string Description => description;

    /// <summary>Whether it may not be left out.</summary>
    public bool Required { get; init; }

    /// <summary>A whole number has this or more; null for text.</summary>
    public string? Minimum { get; init; }

    /// <summary>The words that it may be; empty for any.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>An example.</summary>
    public required string Example { get; init; }
}
