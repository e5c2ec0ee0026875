using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>Changes one thing in a JSON text so that it stays JSON, or nearly: what a check of syntax alone would let through.</summary>
internal static class JsonMutation
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The changed text; the same bytes where they are no JSON.</summary>
    public static byte[] Apply(byte[] bytes, Dice dice)
    {
        JsonNode root;
        try
        {
            if (JsonNode.Parse(bytes) is not { } parsed) return bytes;
            root = parsed;
            var nodes = new List<JsonNode>();
            Collect(root, nodes);
            var marks = new Dictionary<string, string>(StringComparer.Ordinal);
            int changes = dice.OneIn(3) ? 2 : 1;
            for (int i = 0; i < changes; i++) Change(dice.Of(nodes), root, marks, dice);
            string text = root.ToJsonString(s_plain);
            foreach (var (mark, json) in marks) text = text.Replace($"\"{mark}\"", json, StringComparison.Ordinal);
            return Encoding.UTF8.GetBytes(text);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return bytes;
        }
    }

    private static void Collect(JsonNode node, List<JsonNode> nodes)
    {
        nodes.Add(node);
        if (node is JsonObject o)
        {
            foreach (var (_, child) in o) if (child is not null) Collect(child, nodes);
        }
        else if (node is JsonArray a)
        {
            foreach (var child in a) if (child is not null) Collect(child, nodes);
        }
    }

    // Values that the document model cannot hold (NaN, 1e400, keys that stand twice) are put in as marks and replaced in the text.
    private static JsonValue Mark(Dictionary<string, string> marks, string json)
    {
        string mark = FormattableString.Invariant($"mark-{marks.Count}-here");
        marks[mark] = json;
        return JsonValue.Create(mark);
    }

    private static void Change(JsonNode node, JsonNode root, Dictionary<string, string> marks, Dice dice)
    {
        if (node.Parent is JsonObject parent && node.GetPropertyName() is var key)
            switch (dice.Below(7))
            {
                case 0:
                    parent.Remove(key);
                    return;
                case 1:
                    parent.Remove(key);
                    parent[dice.Of(HostileTexts.Names)] = node;
                    return;
                case 2:
                    parent[key] = Mark(marks, $"{node.ToJsonString(s_plain)},{JsonSerializer.Serialize(key)}:{dice.Of(HostileTexts.Values)}");
                    return;
                case 3:
                    parent[dice.Of(HostileTexts.Names)] = Mark(marks, dice.Of(HostileTexts.Values));
                    return;
                case 4 when Number(node) is { } number:
                    parent[key] = number + dice.Below(5) - 2;
                    return;
                default:
                    parent[key] = Mark(marks, dice.Of(HostileTexts.Values));
                    return;
            }
        if (node.Parent is JsonArray list)
        {
            int at = node.GetElementIndex();
            switch (dice.Below(6))
            {
                case 0:
                    list.RemoveAt(at);
                    return;
                case 1:
                    list.Insert(at, node.DeepClone());
                    return;
                case 2:
                    var other = list[dice.Below(list.Count)]?.DeepClone();
                    list[at] = other;
                    return;
                case 3 when Number(node) is { } number:
                    list[at] = number + dice.Below(5) - 2;
                    return;
                default:
                    list[at] = Mark(marks, dice.Of(HostileTexts.Values));
                    return;
            }
        }
        if (root is JsonObject whole) whole[dice.Of(HostileTexts.Names)] = Mark(marks, dice.Of(HostileTexts.Values));
    }

    private static long? Number(JsonNode node) => node is JsonValue value && value.TryGetValue(out long number) ? number : null;
}
