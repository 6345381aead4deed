using Muster.Composition;
using Muster.DataFolders;

namespace Muster.Tests.DataFolders;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_folder_is_made_for_its_owner_only()
    {
        using var data = DataFolder.Open(_folder.Combine("data"));

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(data.Path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(data.Certificates));
    }

    [Fact]
    public void Two_servers_cannot_share_a_folder_and_the_second_is_told()
    {
        using (DataFolder.Open(_folder.Path))
        {
            var exception = Assert.Throws<CannotStartException>(() => DataFolder.Open(_folder.Path));
            Assert.Contains("is in use by another Muster", exception.Message);
            Assert.Contains("--data DIR", exception.Message);
        }

        DataFolder.Open(_folder.Path).Dispose();
    }

    [Fact]
    public void A_folder_that_is_a_file_is_told()
    {
        var file = _folder.Write("file", "");

        Assert.Contains("cannot be created", Assert.Throws<CannotStartException>(() => DataFolder.Open(file)).Message);
    }

    [Fact]
    public void The_secrets_key_is_made_once_and_found_again()
    {
        var path = _folder.Combine("secrets.key");

        var first = SecretsKeyFile.LoadOrCreate(path);

        Assert.Equal(32, first.Length);
        Assert.Equal(first, SecretsKeyFile.LoadOrCreate(path));
        Assert.Equal(first, Convert.FromBase64String(File.ReadAllText(path).Trim()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense!")]
    [InlineData("c2hvcnQ=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_broken_secrets_key_is_told_and_kept(string content)
    {
        var path = _folder.Write("secrets.key", content);

        var exception = Assert.Throws<CannotStartException>(() => SecretsKeyFile.LoadOrCreate(path));

        Assert.Contains("does not hold the key that encrypts secrets", exception.Message);
        Assert.Equal(content, File.ReadAllText(path));
    }

    [Fact]
    public void A_secrets_key_in_a_missing_folder_is_told() =>
        Assert.Contains("--secrets-key FILE",
            Assert.Throws<CannotStartException>(() => SecretsKeyFile.LoadOrCreate(_folder.Combine("no/secrets.key"))).Message);

    [Fact]
    public void An_atomic_write_replaces_content_and_mode_and_leaves_nothing_beside()
    {
        var path = _folder.Write("file", "old");
        _folder.Write("file.new", "left over by a crash");

        AtomicFile.Write(path, "new", AtomicFile.Private);

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }
}
