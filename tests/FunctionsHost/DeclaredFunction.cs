using System.Text.Json;
using TrueCopy.FunctionsHost.Protocol;

namespace TrueCopy.FunctionsHost;

/// <summary>A function as the worker declares it.</summary>
public sealed class DeclaredFunction
{
    internal DeclaredFunction(RpcFunctionMetadata metadata)
    {
        Metadata = metadata;
        Trigger = metadata.RawBindings
            .Select(binding => JsonSerializer.Deserialize<JsonElement>(binding))
            .Single(binding => TypeOf(binding).EndsWith("Trigger", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Its name.</summary>
    public string Name => Metadata.Name;

    /// <summary>The binding of its trigger, as <c>function.json</c> would have it.</summary>
    public JsonElement Trigger { get; }

    internal RpcFunctionMetadata Metadata { get; }

    /// <summary>Whether what starts it is of this type, such as <c>httpTrigger</c>.</summary>
    public bool IsTriggeredBy(string type) => TypeOf(Trigger).Equals(type, StringComparison.OrdinalIgnoreCase);

    /// <summary>A part of the trigger's binding; null where it has none.</summary>
    public string? TriggerPart(string name) => Trigger.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string TypeOf(JsonElement binding) => binding.GetProperty("type").GetString()!;
}
