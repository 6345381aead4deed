using System.Globalization;

namespace Muster.Portal.Activity;

/// <summary>Axes of counts: whole numbers, few lines, nothing cut off.</summary>
public static class ChartScale
{
    private const int MostLines = 5;

    /// <summary>Where an axis ends and how far its lines are apart.</summary>
    /// <param name="most">The largest count.</param>
    public static (double Top, double Step) Of(long most)
    {
        long step = 1;
        for (var power = 1L; step * MostLines < most; power *= 10)
        {
            foreach (var factor in (ReadOnlySpan<long>)[1, 2, 5])
            {
                step = factor * power;
                if (step * MostLines >= most) break;
            }
        }

        return (Math.Max(1, (most + step - 1) / step) * step, step);
    }

    /// <summary>A count on an axis or beside a bar.</summary>
    public static string Text(object? value) => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture);
}
