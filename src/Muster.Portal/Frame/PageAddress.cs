using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Muster.Portal.Frame;

/// <summary>
/// The query of the page's address, where lists keep their filters, order and page. The browser tells of a new address only after a
/// round trip; a change that comes sooner is built on the address that was asked for, so that none is lost.
/// </summary>
public sealed class PageAddress : IDisposable
{
    private readonly NavigationManager _navigation;
    private string? _asked;

    /// <summary>Listens for the addresses that the browser reaches.</summary>
    public PageAddress(NavigationManager navigation)
    {
        _navigation = navigation;
        navigation.LocationChanged += Reached;
    }

    private string Uri => _asked ?? _navigation.Uri;

    /// <summary>Changes one value; null or nothing takes it away. The browser's history keeps its one entry for the list.</summary>
    public void Set(string key, string? value) => Set([key], string.IsNullOrEmpty(value) ? null : value);

    /// <summary>Changes one value of a list, which then begins at its first page.</summary>
    public void SetOfList(string key, string? value) => Go(
        new Dictionary<string, object?> { [key] = string.IsNullOrEmpty(value) ? null : value, ["after"] = null });

    /// <summary>Takes these values away.</summary>
    public void Clear(IEnumerable<string> keys) => Set(keys, null);

    /// <inheritdoc/>
    public void Dispose() => _navigation.LocationChanged -= Reached;

    private void Set(IEnumerable<string> keys, string? value) => Go(keys.ToDictionary(key => key, object? (_) => value, StringComparer.Ordinal));

    private void Go(Dictionary<string, object?> values)
    {
        var next = _navigation.GetUriWithQueryParameters(Uri, values);
        if (next == Uri) return;
        _asked = next;
        _navigation.NavigateTo(next, replace: true);
    }

    // An address on the way to the one that was asked for changes nothing; another page ends the waiting.
    private void Reached(object? sender, LocationChangedEventArgs move)
    {
        if (_asked is null) return;
        if (move.Location == _asked || PathOf(move.Location) != PathOf(_asked)) _asked = null;
    }

    private static string PathOf(string address) => address.Split('?', '#')[0];
}
