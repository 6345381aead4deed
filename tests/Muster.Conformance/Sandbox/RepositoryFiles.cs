using System.Reflection;

namespace Muster.Conformance.Sandbox;

/// <summary>Files of this repository that the tests run; the build notes where they are.</summary>
public static class RepositoryFiles
{
    /// <summary>The server, built in the same configuration as the tests.</summary>
    public static string ServerAssembly { get; } = Metadata("ServerAssembly");

    /// <summary>The repository's own folder.</summary>
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The folder of the client scripts.</summary>
    public static string ClientScripts { get; } = Metadata("ClientScripts");

    private static string Metadata(string key) =>
        typeof(RepositoryFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!;
}
