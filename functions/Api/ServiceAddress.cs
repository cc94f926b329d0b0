namespace TrueCopy.Api;

/// <summary>
/// Under which address others find the service, where that is known. A request does not tell: whoever asks can write there what
/// it likes, and what stands before the service writes over it.
/// </summary>
/// <param name="Root">With a slash at the end; null where it is not known.</param>
public sealed record ServiceAddress(Uri? Root)
{
    /// <summary>None is known.</summary>
    public static ServiceAddress None { get; } = new((Uri?)null);

    /// <summary>The address of a route without variables; null where none is known.</summary>
    public Uri? Of(string route) => Root is null ? null : new Uri(Root, route);
}
