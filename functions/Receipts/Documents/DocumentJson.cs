using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Documents;

/// <summary>JSON of everything that the HTTP API answers, for servers and clients alike.</summary>
[JsonSerializable(typeof(BatchAnswerDocument))]
[JsonSerializable(typeof(BatchRequestDocument))]
[JsonSerializable(typeof(DocumentsDocument))]
[JsonSerializable(typeof(DownloadGrantDocument))]
[JsonSerializable(typeof(HandoverActDocument))]
[JsonSerializable(typeof(HandoverEventDocument))]
[JsonSerializable(typeof(HandoverRequestDocument))]
[JsonSerializable(typeof(HandoversDocument))]
[JsonSerializable(typeof(IssuerHistoryDocument))]
[JsonSerializable(typeof(IssuersDocument))]
[JsonSerializable(typeof(KeysDocument))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(ReceiversDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(TraceDocument))]
[JsonSerializable(typeof(UploadGrantDocument))]
[JsonSerializable(typeof(UploadsDocument))]
[JsonSerializable(typeof(VerdictDocument))]
[JsonSerializable(typeof(WithdrawDocument))]
public sealed partial class DocumentJson : JsonSerializerContext
{
    internal const int MaxDepth = 16;

    /// <summary>The one instance: camel case, absent rather than null, instants in UTC, strict about what it reads (<see cref="ForeignJson"/>).</summary>
    public static DocumentJson Instance { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,

        // Answers are served as JSON with nosniff and never inside HTML, so names and keys stay as people write them.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
        Converters = { new UtcTimeConverter() },
    });
}
