namespace Muster.Portal.Snippets;

/// <summary>Device code for one language or tool, ready to paste.</summary>
/// <param name="Name">The language or tool.</param>
/// <param name="Before">Commands that install what it needs.</param>
/// <param name="Code">The code.</param>
public sealed record Snippet(string Name, string Before, string Code);
