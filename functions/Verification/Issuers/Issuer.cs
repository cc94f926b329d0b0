using System.Text.Json.Serialization;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Issuers;

/// <summary>What becomes of a document once its act is published.</summary>
[JsonConverter(typeof(ExactNameConverter<Retention>))]
public enum Retention
{
    /// <summary>The document stays in the issuer's container.</summary>
    [JsonStringEnumMemberName("keep")]
    Keep,

    /// <summary>The document is deleted after its receipt is written.</summary>
    [JsonStringEnumMemberName("delete")]
    Delete,
}

/// <summary>An institution that owns one blob container; its identity is that container.</summary>
/// <param name="Id">The container's name without <c>issuer-</c>.</param>
/// <param name="LegalName">Registered name, as a reader should see it.</param>
/// <param name="Jurisdiction">ISO 3166 code, such as <c>HK</c> or <c>CN-GD</c>.</param>
/// <param name="Domain">The institution's own domain name, if it gave one.</param>
/// <param name="Retention">What becomes of uploaded documents.</param>
/// <param name="Algorithms">Digests to compute: SHA-256 first, then those that the registry adds.</param>
public sealed record Issuer(
    string Id,
    string LegalName,
    string Jurisdiction,
    string? Domain,
    Retention Retention,
    IReadOnlyList<DigestAlgorithm> Algorithms)
{
    /// <summary>Since when the registry says this: the container's last-modified time. Tells a newer description from an older.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>What the names of issuers' containers begin with.</summary>
    public const string ContainerPrefix = "issuer-";

    /// <summary>What the names of the containers begin with in which the service answers.</summary>
    public const string AnswersPrefix = "answers-";

    /// <summary>The container in which uploads to an issuer's container are answered.</summary>
    public static string AnswersOf(string container) => AnswersPrefix + IdOf(container);

    /// <summary>The id of the issuer that owns a container.</summary>
    public static string IdOf(string container) => container[ContainerPrefix.Length..];

    /// <summary>Whether a text could be an issuer's id: what a container's name may hold after the prefix.</summary>
    public static bool IsId(string text) =>
        text.Length is > 0 and <= 55 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>The container that this issuer owns.</summary>
    public string Container => ContainerPrefix + Id;

    /// <summary>Whether <paramref name="other"/> says the same of the same institution, whenever it was said.</summary>
    public bool Describes(Issuer other) =>
        (Id, LegalName, Jurisdiction, Domain, Retention) == (other.Id, other.LegalName, other.Jurisdiction, other.Domain, other.Retention)
        && Algorithms.SequenceEqual(other.Algorithms);
}

/// <summary>Resolves containers to issuers; a container without valid registry metadata is not one.</summary>
public interface IIssuerRegistry
{
    /// <summary>The issuer that owns <paramref name="container"/>.</summary>
    /// <exception cref="NotAnIssuerException">The container does not exist or its metadata does not make it an issuer.</exception>
    Task<Issuer> GetAsync(string container, CancellationToken cancellationToken);

    /// <summary>Every issuer, by id.</summary>
    Task<IReadOnlyList<Issuer>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>A container is not an issuer's; the message says which rule of the registry it breaks.</summary>
public sealed class NotAnIssuerException(string message) : Exception(message);
