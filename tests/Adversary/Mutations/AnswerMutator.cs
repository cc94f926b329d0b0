using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrueCopy.Adversary.Tests.Mutations;

/// <summary>Changes answers at random: any member, any line of a note or a receipt, any byte.</summary>
/// <param name="random">Decides what.</param>
/// <param name="others">True answers about other documents, to take parts of.</param>
internal sealed class AnswerMutator(Random random, IReadOnlyList<byte[]> others)
{
    private static readonly JsonSerializerOptions AsServed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Strings =
    [
        "", " ", "verified", "revoked", "unknown", "conflicting", "expired", "issue", "bank", "registry", "A Better Bank", "US", "sha-256", "sm3",
        "0001-01-01T00:00:00Z", "2001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "not a time", "\u202e", "\e[2J", "\0", "issuedInError", new('x', 10_000),
    ];

    /// <summary>Another answer than the one given, and what was done to it.</summary>
    public (byte[] Answer, string What) Mutate(byte[] answer) => random.Next(8) switch
    {
        0 => MutateBytes(answer),
        1 => MutateText(answer),
        _ => MutateJson(answer),
    };

    private (byte[] Answer, string What) MutateBytes(byte[] answer)
    {
        byte[] changed = [.. answer];
        var at = random.Next(changed.Length);
        switch (random.Next(3))
        {
            case 0:
                changed[at] ^= (byte)(1 << random.Next(8));
                return (changed, $"bit of byte {at} flipped");
            case 1:
                return (changed[..at], $"cut off at {at}");
            default:
                return ([.. changed[..at], (byte)random.Next(256), .. changed[at..]], $"a byte more at {at}");
        }
    }

    // A number, a digit or a letter anywhere, so that the JSON most often stays one.
    private (byte[] Answer, string What) MutateText(byte[] answer)
    {
        byte[] changed = [.. answer];
        for (var tries = 0; tries < 1000; tries++)
        {
            var at = random.Next(changed.Length);
            if (!char.IsAsciiLetterOrDigit((char)changed[at]))
                continue;
            changed[at] = (byte)"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[random.Next(62)];
            return (changed, $"another character at {at}");
        }

        return (changed, "nothing");
    }

    private (byte[] Answer, string What) MutateJson(byte[] answer)
    {
        var root = JsonNode.Parse(answer)!;
        var all = Descendants(root).Where(node => node.Parent is not null).ToArray();
        var node = Pick(all);
        var (path, what) = (node.GetPath(), "");
        switch (random.Next(6))
        {
            case 0:
                what = "left out";
                if (node.Parent is JsonObject members)
                    members.Remove(node.GetPropertyName());
                else
                    node.Parent!.AsArray().RemoveAt(node.GetElementIndex());
                break;
            case 1 when node.Parent is JsonArray items:
                what = "said twice";
                items.Insert(random.Next(items.Count + 1), node.DeepClone());
                break;
            case 2 when node.Parent is JsonArray { Count: > 1 } items:
                what = "put elsewhere";
                items.RemoveAt(node.GetElementIndex());
                items.Insert(random.Next(items.Count + 1), node.DeepClone());
                break;
            case 3:
                var other = Pick([.. Descendants(JsonNode.Parse(Pick(others))!).Where(candidate => candidate.GetValueKind() == node.GetValueKind())]);
                what = $"taken from {other.GetPath()} of another answer";
                node.ReplaceWith(other.DeepClone());
                break;
            case 4 when node is JsonValue && node.GetValueKind() == JsonValueKind.String && node.GetValue<string>().Contains('\n', StringComparison.Ordinal):
                (var text, what) = MutateLines(node.GetValue<string>());
                node.ReplaceWith(JsonValue.Create(text));
                break;
            default:
                var value = random.Next(7) switch
                {
                    0 => JsonValue.Create(random.Next(-1, 40)),
                    1 => JsonValue.Create(random.NextInt64()),
                    2 => (JsonNode)new JsonArray(),
                    3 => new JsonObject(),
                    4 => null,
                    _ => JsonValue.Create(Pick(Strings)),
                };
                what = $"{value?.ToJsonString() ?? "null"} instead";
                node.ReplaceWith(value);
                break;
        }

        return (JsonSerializer.SerializeToUtf8Bytes(root, AsServed), $"{path}: {what}");
    }

    private (string Text, string What) MutateLines(string text)
    {
        var lines = text.Split('\n').ToList();
        var at = random.Next(lines.Count);
        var line = lines[at];
        switch (random.Next(7))
        {
            case 0:
                lines.RemoveAt(at);
                return (string.Join('\n', lines), $"line {at} left out");
            case 1:
                lines.Insert(at, line);
                return (string.Join('\n', lines), $"line {at} twice");
            case 2:
                var other = random.Next(lines.Count);
                (lines[at], lines[other]) = (lines[other], line);
                return (string.Join('\n', lines), $"lines {at} and {other} in each other's place");
            case 3:
                lines[at] = line[..random.Next(line.Length + 1)];
                return (string.Join('\n', lines), $"line {at} cut off");
            case 4:
                lines[at] = Pick(["", "index 0", "extra AAAA", "— log.example AAAAAAAAAAAA", "0", "\r", "more"]);
                return (string.Join('\n', lines), $"line {at} is {lines[at]}");
            case 5 when line.Length > 0:
                var index = random.Next(line.Length);
                lines[at] = line[..index] + (char)(line[index] ^ (1 << random.Next(7))) + line[(index + 1)..];
                return (string.Join('\n', lines), $"line {at}, character {index}");
            default:
                return (MutateBase64(lines, at), $"line {at}, a bit of what it encodes");
        }
    }

    private string MutateBase64(List<string> lines, int at)
    {
        var words = lines[at].Split(' ');
        var bytes = new byte[words[^1].Length];
        if (Convert.TryFromBase64String(words[^1], bytes, out var length) && length > 0)
        {
            bytes[random.Next(length)] ^= (byte)(1 << random.Next(8));
            words[^1] = Convert.ToBase64String(bytes.AsSpan(0, length));
            lines[at] = string.Join(' ', words);
        }

        return string.Join('\n', lines);
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private static IEnumerable<JsonNode> Descendants(JsonNode node)
    {
        yield return node;
        var inner = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in inner.OfType<JsonNode>().SelectMany(Descendants))
            yield return child;
    }
}
