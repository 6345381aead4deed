using System.Security.Cryptography;
using System.Text;

namespace Muster.Storage.Sqlite;

/// <summary>A numbered migration.</summary>
/// <param name="Version">1, 2, ... without gaps.</param>
/// <param name="Name">File name.</param>
/// <param name="Sql">Its statements.</param>
/// <param name="Checksum">SHA-256 of the text with line feeds only, so that a checkout's line ends do not matter.</param>
internal sealed record MigrationScript(int Version, string Name, string Sql, string Checksum)
{
    public static MigrationScript Create(int version, string name, string sql) => new(
        version, name, sql,
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql.Replace("\r\n", "\n", StringComparison.Ordinal)))));
}
