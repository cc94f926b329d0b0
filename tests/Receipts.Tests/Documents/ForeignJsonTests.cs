using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TrueCopy.Receipts.Tests.Documents;

/// <summary>Whatever a document lacks, or has in another's place, is told when it is read, and not when it is used.</summary>
public sealed class ForeignJsonTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Every document of the API.</summary>
    public static TheoryData<Type> Documents { get; } = [.. typeof(DocumentJson).CustomAttributes
        .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
        .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_with_anything_missing_null_or_of_another_kind_is_refused_or_whole(Type type)
    {
        var sample = JsonSerializer.SerializeToNode(Sample(type), DocumentJson.Instance.GetTypeInfo(type)!)!;
        Assert.NotNull(Read(type, sample.ToJsonString()));
        var tried = 0;
        JsonNode?[] others = [null, JsonValue.Create(7), JsonValue.Create("x"), JsonValue.Create(true), new JsonArray(), new JsonObject(), new JsonArray((JsonNode?)null)];
        foreach (var text in JsonChanges.Of(sample, others))
        {
            tried++;
            if (Read(type, text) is { } document)
                AssertWhole(document, text);
        }

        Assert.InRange(tried, 5, int.MaxValue);
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("[[null]]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"digests":[{"algorithm":"a","digest":"b"},null]}""")]
    [InlineData("""{"digests":[{"algorithm":"\ud800","digest":"b"}]}""")]
    [InlineData("""{"\ud800":1,"digests":[]}""")]
    [InlineData("""{"digests":[],"other":[null]}""")]
    public void Nothing_else_than_a_refusal_comes_of_what_is_no_document(string text) => Assert.Null(Read(typeof(BatchRequestDocument), text));

    [Fact]
    public void A_refusal_names_the_place()
    {
        var exception = Assert.Throws<JsonException>(() => ForeignJson.Read(Encoding.UTF8.GetBytes("{\"digests\":[\n  null]}"), DocumentJson.Instance.BatchRequestDocument));
        Assert.Equal((1L, 2L), (exception.LineNumber, exception.BytePositionInLine));
    }

    private static object? Read(Type type, string text)
    {
        try
        {
            return typeof(ForeignJsonTests).GetMethod(nameof(ReadAs), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(type)
                .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [text], null);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static T ReadAs<T>(string text)
        where T : class => ForeignJson.Read(Encoding.UTF8.GetBytes(text), (JsonTypeInfo<T>)DocumentJson.Instance.GetTypeInfo(typeof(T))!);

    // Everything present that may be, and lists with two elements.
    private static object Sample(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "x";
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
        if (type == typeof(ReadOnlyMemory<byte>))
            return new ReadOnlyMemory<byte>([1, 2]);
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(0)!;
        if (type.IsPrimitive)
            return type == typeof(bool) ? true : Convert.ChangeType(1, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var list = Array.CreateInstance(type.GetGenericArguments()[0], 2);
            for (var i = 0; i < list.Length; i++)
                list.SetValue(Sample(type.GetGenericArguments()[0]), i);
            return list;
        }

        var constructor = type.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Sample(parameter.ParameterType))]);
    }

    private static void AssertWhole(object document, string text)
    {
        foreach (var property in document.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(document);
            Assert.True(value is not null || Nullability.Create(property).ReadState != NullabilityState.NotNull, $"{document.GetType().Name}.{property.Name} is null in {text}");
            if (value is IEnumerable elements and not string)
            {
                foreach (var element in elements)
                {
                    Assert.True(element is not null, $"{document.GetType().Name}.{property.Name} holds a null in {text}");
                    AssertInner(element, text);
                }
            }
            else if (value is not null)
            {
                AssertInner(value, text);
            }
        }
    }

    private static void AssertInner(object value, string text)
    {
        if (value.GetType().Namespace!.StartsWith("TrueCopy", StringComparison.Ordinal) && !value.GetType().IsEnum)
            AssertWhole(value, text);
    }
}
