using Microsoft.AspNetCore.Components.Web;
using Radzen.Blazor;

namespace Muster.Portal.Frame;

/// <summary>
/// The library's grid without its keys: it would answer an arrow on the server and swallow the next key, be it Tab or the space that
/// ticks a box. The portal's script moves the real focus from row to row instead (portal 10).
/// </summary>
/// <typeparam name="TItem">What a row holds.</typeparam>
public sealed class PlainGrid<TItem> : RadzenDataGrid<TItem>
    where TItem : notnull
{
    /// <inheritdoc/>
    protected override Task OnKeyDown(KeyboardEventArgs args) => Task.CompletedTask;
}
