namespace Muster.Api.Registrations;

/// <summary>Who reads a registration state; the two APIs differ in small things.</summary>
public enum RegistrationAudience
{
    /// <summary>A device: timestamps with seven decimals, no etag while assigning, a mechanism object first.</summary>
    Device,

    /// <summary>A back end: timestamps trimmed, always an etag, never a mechanism object.</summary>
    Service,
}
