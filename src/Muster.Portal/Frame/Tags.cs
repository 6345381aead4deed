using Microsoft.AspNetCore.Components;
using Muster.Core.Registration;

namespace Muster.Portal.Frame;

/// <summary>
/// States as coloured words. They are markup and no components, because a list has hundreds of them, and each component keeps some
/// kilobytes for as long as a page is open.
/// </summary>
internal static class Tags
{
    private static readonly MarkupString Enabled = Tag("ok", "check", "Enabled");
    private static readonly MarkupString Disabled = Tag("warn", "pause", "Disabled");

    /// <summary>Whether an enrollment admits its devices.</summary>
    public static MarkupString OfEnrollment(bool isEnabled) => isEnabled ? Enabled : Disabled;

    /// <summary>The state of a registration; null means that the device never registered.</summary>
    public static MarkupString OfRecord(RegistrationStatus? status)
    {
        var (look, icon) = status switch
        {
            RegistrationStatus.Assigned => ("ok", "check"),
            RegistrationStatus.Assigning => ("info", "refresh"),
            RegistrationStatus.Failed => ("bad", "alert"),
            RegistrationStatus.Disabled => ("warn", "pause"),
            _ => ("", "info"),
        };
        return Tag(look, icon, (status ?? RegistrationStatus.Unassigned).ToString().ToLowerInvariant());
    }

    // Constants only: nothing that a person typed is written here.
    private static MarkupString Tag(string look, string icon, string text) => new($"<span class=\"tag {look}\">{Icons.Draw(icon)} {text}</span>");
}
