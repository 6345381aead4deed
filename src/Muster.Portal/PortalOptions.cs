namespace Muster.Portal;

/// <summary>The portal's door.</summary>
/// <param name="Port">Its port. Cookies ignore ports, so their names carry it.</param>
public sealed record PortalOptions(int Port);
