namespace Muster.Portal.Instances;

/// <summary>Something about an instance that somebody should look at (portal P3).</summary>
/// <param name="Text">What is wrong, in a sentence.</param>
/// <param name="Link">The page where it is put right, relative to the portal.</param>
public sealed record AttentionLine(string Text, string Link);
