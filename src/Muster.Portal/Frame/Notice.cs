namespace Muster.Portal.Frame;

/// <summary>One message to the person.</summary>
/// <param name="Id">Tells equal messages apart.</param>
/// <param name="Text">What happened.</param>
/// <param name="IsBad">Whether something failed.</param>
/// <param name="IsShowing">Whether it shows as a toast now.</param>
public sealed record Notice(Guid Id, string Text, bool IsBad, bool IsShowing);
