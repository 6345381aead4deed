using System.Text.Json;

namespace Muster.ManagementApi.Requests;

/// <summary>Reads members as management clients write them: names compare without case, null counts as absent (management-api A-2).</summary>
internal static class ManagementJson
{
    /// <summary>A member; null when it is absent or null.</summary>
    public static JsonElement? Find(JsonElement parent, string name)
    {
        foreach (var member in parent.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && member.NameEquals(name)) return member.Value;
        }

        foreach (var member in parent.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && IsName(member, name)) return member.Value;
        }

        return null;

        static bool IsName(JsonProperty member, string name)
        {
            try
            {
                return member.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
            }
            catch (InvalidOperationException)
            {
                // Half a surrogate pair is a JSON string, but no text.
                return false;
            }
        }
    }
}
