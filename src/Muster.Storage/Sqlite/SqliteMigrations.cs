using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging;

namespace Muster.Storage.Sqlite;

/// <summary>
/// The numbered scripts of this version and their application: each runs once, in order, all in one transaction, and is recorded with
/// the checksum of its text. A landed script never changes.
/// </summary>
internal static class SqliteMigrations
{
    private const string Prefix = "migrations/sqlite/";

    /// <summary>The scripts inside this assembly, in order.</summary>
    public static IReadOnlyList<MigrationScript> Embedded { get; } = Load();

    /// <summary>Brings the database to the newest of <paramref name="scripts"/> inside the open transaction.</summary>
    /// <returns>The schema version.</returns>
    /// <exception cref="StoreVersionException">The database has a script that is unknown here or differs.</exception>
    public static int Apply(SqliteSession session, IReadOnlyList<MigrationScript> scripts, DateTimeOffset now, ILogger logger)
    {
        session.Execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version  INTEGER NOT NULL PRIMARY KEY,
                name     TEXT    NOT NULL,
                checksum TEXT    NOT NULL,
                applied  INTEGER NOT NULL
            ) STRICT
            """);
        var landed = session.Connection
            .Query<(int Version, string Name, string Checksum)>("SELECT version, name, checksum FROM schema_migrations ORDER BY version")
            .AsList();
        if (landed.Count > scripts.Count)
        {
            throw new StoreVersionException(
                $"The database was made by a newer version of Muster: it has schema version {landed[^1].Version}, and this version " +
                $"knows {scripts[^1].Version}. Start the newer version, or give another data folder.");
        }

        for (var i = 0; i < landed.Count; i++)
        {
            if (landed[i].Version == scripts[i].Version && landed[i].Checksum == scripts[i].Checksum) continue;
            throw new StoreVersionException(
                $"The database was made with another migration script '{landed[i].Name}' than this version of Muster has. It comes from " +
                "a build that is not in this version's line; start that build, or give another data folder.");
        }

        foreach (var script in scripts.Skip(landed.Count))
        {
            session.Connection.Execute(script.Sql);
            session.Execute(
                "INSERT INTO schema_migrations (version, name, checksum, applied) VALUES (?1, ?2, ?3, ?4)",
                script.Version, script.Name, script.Checksum, now.UtcTicks);
            logger.MigrationApplied(script.Name);
        }

        return scripts[^1].Version;
    }

    private static List<MigrationScript> Load()
    {
        var assembly = typeof(SqliteMigrations).Assembly;
        var scripts = new List<MigrationScript>();
        var resources = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order();
        foreach (var resource in resources)
        {
            using var stream = assembly.GetManifestResourceStream(resource) ?? throw new UnreachableException();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var name = resource[Prefix.Length..];
            scripts.Add(MigrationScript.Create(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }

        for (var i = 1; i < scripts.Count; i++)
        {
            // Numbers may be left out, as long as the order is one.
            if (scripts[i].Version <= scripts[i - 1].Version) throw new InvalidOperationException($"Migration {scripts[i].Version} is doubled.");
        }

        return scripts;
    }
}
