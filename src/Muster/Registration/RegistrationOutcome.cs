namespace Muster.Registration;

/// <summary>How a registration ended: an exit code and what to tell the user.</summary>
/// <param name="ExitCode">One of <see cref="CommandLine.ExitCode"/>.</param>
/// <param name="Lines">What happened and, where it failed, what to do; line by line.</param>
public sealed record RegistrationOutcome(int ExitCode, IReadOnlyList<string> Lines);
