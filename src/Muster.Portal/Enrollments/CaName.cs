namespace Muster.Portal.Enrollments;

/// <summary>A CA certificate of the instance as the form offers it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsVerified">Whether possession of its key was proved; only then can it be chosen.</param>
/// <param name="Subject">Its subject, to tell whether it signs an intermediate.</param>
public sealed record CaName(string Name, bool IsVerified, string Subject);
