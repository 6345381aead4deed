namespace Muster.Composition;

/// <summary>An embedded hub as users see it.</summary>
/// <param name="HostName">Its host name, without port.</param>
/// <param name="ConnectionString">The connection string of its owner policy; secret.</param>
public sealed record ServedHub(string HostName, string ConnectionString);
