using System.Text.Json;
using System.Text.Json.Serialization;
using Muster.DataFolders;
using Muster.Portal.SignIn;

namespace Muster.PortalDoor;

/// <summary>Portal accounts in a file of the data folder that only its owner can read. It holds password hashes, never passwords.</summary>
/// <param name="path">The file; made with the first account.</param>
public sealed partial class PortalUserFile(string path) : IPortalUserStore
{
    /// <inheritdoc/>
    public IReadOnlyList<PortalUser> Load() =>
        File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), Json.Default.ListPortalUser) ?? [] : [];

    /// <inheritdoc/>
    public void Save(IReadOnlyList<PortalUser> users) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes([.. users], Json.Default.ListPortalUser), AtomicFile.Private);

    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
    [JsonSerializable(typeof(List<PortalUser>))]
    private sealed partial class Json : JsonSerializerContext;
}
