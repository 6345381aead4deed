using System.Collections.Frozen;
using Microsoft.AspNetCore.Components;

namespace Muster.Portal.Frame;

/// <summary>The portal's line icons, drawn on a grid of 24 by 24.</summary>
internal static class Icons
{
    private static readonly FrozenDictionary<string, string> Shapes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["add"] = Path("M12 5v14M5 12h14"),
        ["alert"] = Path("M12 8.5v4.5M12 16.5v.01") + Path("M10.3 3.9 2.4 17.6A2 2 0 0 0 4.1 20.6h15.8a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0z"),
        ["balance"] = Path("M12 3v18M7 21h10M5 6h14M5 6 2.5 13a3 3 0 0 0 5 0L5 6zM19 6l-2.5 7a3 3 0 0 0 5 0L19 6z"),
        ["bell"] = Path("M6 9a6 6 0 0 1 12 0c0 6 2.5 7.5 2.5 7.5h-17S6 15 6 9zM10 20a2.2 2.2 0 0 0 4 0"),
        ["certificate"] = Path("M14 3H6a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h4M14 3l5 5v2M14 3v5h5") + Circle(16, 15, 3) + Path("M14.5 17.5V22l1.5-1 1.5 1v-4.5"),
        ["check"] = Path("m5 12.5 4.5 4.5L19 7.5"),
        ["chevron"] = Path("m9 6 6 6-6 6"),
        ["close"] = Path("M6 6l12 12M18 6 6 18"),
        ["code"] = Path("m8 7-5 5 5 5M16 7l5 5-5 5"),
        ["copy"] = "<rect x=\"9\" y=\"9\" width=\"11\" height=\"11\" rx=\"2\"/>" + Path("M5 15H4.5A1.5 1.5 0 0 1 3 13.5v-9A1.5 1.5 0 0 1 4.5 3h9A1.5 1.5 0 0 1 15 4.5V5"),
        ["delete"] = Path("M4 7h16M9 7V4.5A.5.5 0 0 1 9.5 4h5a.5.5 0 0 1 .5.5V7M6.5 7l.8 12.1a1 1 0 0 0 1 .9h7.4a1 1 0 0 0 1-.9L17.5 7M10 11v5M14 11v5"),
        ["device"] = "<rect x=\"6\" y=\"6\" width=\"12\" height=\"12\" rx=\"2\"/>" + Path("M10 2.5V6M14 2.5V6M10 18v3.5M14 18v3.5M2.5 10H6M2.5 14H6M18 10h3.5M18 14h3.5"),
        ["download"] = Path("M12 4v11M7.5 11 12 15.5 16.5 11M4 19.5h16"),
        ["edit"] = Path("M4 20h4L19.5 8.5a2.1 2.1 0 0 0-3-3L5 17v3zM14.5 7.5l3 3"),
        ["enrollments"] = Path("M9 6h11M9 12h11M9 18h11M4 6l.8.8L6.5 5M4 12l.8.8L6.5 11M4 18l.8.8L6.5 17"),
        ["eye"] = Path("M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z") + Circle(12, 12, 2.8),
        ["eye-off"] = Path("M4 4l16 16M9.9 5.8A9.6 9.6 0 0 1 12 5.5c6 0 9.5 6.500 9.5 6.500a17 17 0 0 1-2.900 3.700M6.300 7.600C3.900 9.300 2.500 12 2.500 12S6 18.500 12 18.500a9.300 9.300 0 0 0 4.300-1"),
        ["filter"] = Path("M4 5h16l-6.300 7.500V18l-3.400 2v-7.500z"),
        ["gauge"] = Path("M4.500 18a9 9 0 1 1 15 0M12 14l4-4.500") + Circle(12, 14, 1.2),
        ["group"] = Circle(9, 8.5, 3.2) + Path("M3 19.500a6 6 0 0 1 12 0M16 5.700a3.200 3.200 0 0 1 0 5.900M17.500 14.500a6 6 0 0 1 3.500 5"),
        ["help"] = Circle(12, 12, 9) + Path("M9.300 9.300a2.800 2.800 0 1 1 4 2.500c-.9.5-1.300 1-1.300 2M12 17v.01"),
        ["history"] = Path("M3.500 12a8.500 8.500 0 1 0 2.700-6.200L3.500 8.300M3.500 3.800v4.500H8M12 7.500V12l3 2"),
        ["home"] = Path("M4 11 12 4l8 7M6 9.500V20h12V9.500M10 20v-5.500h4V20"),
        ["hub"] = Circle(12, 12, 2.6) + Circle(5, 5.5, 1.9) + Circle(19, 5.5, 1.9) + Circle(5, 18.5, 1.9) + Circle(19, 18.5, 1.9) + Path("m6.500 6.900 3.600 3.300M17.500 6.900l-3.600 3.300M6.500 17.100l3.600-3.300M17.500 17.100l-3.600-3.300"),
        ["info"] = Circle(12, 12, 9) + Path("M12 11v5.500M12 7.500v.01"),
        ["key"] = Circle(8, 15, 4.2) + Path("m11 12 9-9M16.500 6.500l3 3M14 9l2 2"),
        ["link"] = Path("M10 14a4 4 0 0 0 6 .4l3-3a4.200 4.200 0 0 0-6-6l-1.500 1.500M14 10a4 4 0 0 0-6-.4l-3 3a4.200 4.200 0 0 0 6 6l1.500-1.500"),
        ["lock"] = "<rect x=\"5\" y=\"11\" width=\"14\" height=\"9\" rx=\"2\"/>" + Path("M8 11V8a4 4 0 0 1 8 0v3"),
        ["menu"] = Path("M4 7h16M4 12h16M4 17h16"),
        ["network"] = Circle(12, 12, 9) + Path("M3 12h18M12 3c3 3 3.500 6 3.500 9s-.5 6-3.500 9c-3-3-3.500-6-3.500-9S9 6 12 3z"),
        ["overview"] = "<rect x=\"3.500\" y=\"3.500\" width=\"7\" height=\"8\" rx=\"1.500\"/><rect x=\"13.500\" y=\"3.500\" width=\"7\" height=\"5\" rx=\"1.500\"/><rect x=\"3.500\" y=\"14.500\" width=\"7\" height=\"6\" rx=\"1.500\"/><rect x=\"13.500\" y=\"11.500\" width=\"7\" height=\"9\" rx=\"1.500\"/>",
        ["pause"] = Path("M9 5v14M15 5v14"),
        ["refresh"] = Path("M20 11.500a8 8 0 1 0-2 6M20 5v6.500h-6"),
        ["records"] = "<rect x=\"4\" y=\"4\" width=\"16\" height=\"16\" rx=\"2\"/>" + Path("M4 9.500h16M4 14.700h16M9.500 9.500V20"),
        ["rocket"] = Path("M5 15c-1.500 1-2 5-2 5s4-.5 5-2M9 15l-3-3c1-4 4-8.500 13.500-9C19 12.500 14.500 16 10.500 17L9 15zM6 12l-3-.5L6 8h3M12 18l.5 3 3.500-3v-3") + Circle(14.5, 8.5, 1.4),
        ["save"] = Path("M5 4h11l4 4v11a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM8 4v5h7V4M8 20v-6h8v6"),
        ["search"] = Circle(10.5, 10.5, 6) + Path("m15 15 5 5"),
        ["shield"] = Path("M12 3 5 5.500v6c0 4.500 3 7.700 7 9.500 4-1.800 7-5 7-9.500v-6L12 3z"),
        ["swap"] = Path("M4 8h14M14.500 4.500 18 8l-3.500 3.500M20 16H6M9.500 12.500 6 16l3.500 3.500"),
        ["theme"] = Circle(12, 12, 8.5) + "<path d=\"M12 3.500a8.500 8.500 0 0 1 0 17z\" fill=\"currentColor\"/>",
        ["trace"] = Path("M3 12h4l3-8 4 16 3-8h4"),
        ["up"] = Path("M12 19V5M6 11l6-6 6 6"),
        ["down"] = Path("M12 5v14M6 13l6 6 6-6"),
        ["user"] = Circle(12, 8, 3.8) + Path("M4.500 20.500a7.500 7.500 0 0 1 15 0"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>
    /// An icon, which screen readers pass over; an unknown name is a bug. Markup and no component: a page has dozens, and each component
    /// would keep memory for as long as the page is open.
    /// </summary>
    public static MarkupString Draw(string name) => new($"<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">{Shapes[name]}</svg>");

    private static string Path(string data) => $"<path d=\"{data}\"/>";

    private static string Circle(double x, double y, double r) => FormattableString.Invariant($"<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>");
}
