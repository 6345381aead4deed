namespace Muster.Storage.Tests.Sqlite;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("muster-storage-");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Everything in the folder's files.</summary>
    public IEnumerable<byte[]> Contents() => _folder.EnumerateFiles().Select(file =>
    {
        using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    });

    public void Dispose() => _folder.Delete(recursive: true);
}
