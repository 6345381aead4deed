using System.Globalization;
using System.Text;

namespace Muster.Metrics;

/// <summary>The Prometheus text format 0.0.4.</summary>
internal static class MetricText
{
    /// <summary>Content type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>
    /// The name of a metric: <c>muster.mqtt.packets.sent</c> is <c>muster_mqtt_packets_sent_total</c>. Seconds and bytes stand in the name,
    /// annotations such as <c>{packet}</c> do not.
    /// </summary>
    public static string NameOf(string instrument, string? unit, MetricKind kind)
    {
        var name = new StringBuilder(instrument.Length + 16);
        foreach (var character in instrument) name.Append(char.IsAsciiLetterOrDigit(character) ? character : '_');
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) name.Insert(0, '_');
        name.Append(unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", _ => "" });
        if (kind == MetricKind.Counter) name.Append("_total");
        return name.ToString();
    }

    /// <summary>Tags as labels without braces: <c>type="Connect",transport="tcp"</c>. False when the buffer is too short.</summary>
    public static bool TryWriteLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags, Span<char> buffer, out int length)
    {
        length = 0;
        var isFirst = true;
        foreach (var (key, value) in tags)
        {
            if (!isFirst && !Append(",", buffer, ref length)) return false;
            isFirst = false;
            if (!AppendName(key, buffer, ref length) || !Append("=\"", buffer, ref length)) return false;
            var text = value as string ?? Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            foreach (var character in text)
            {
                var isWritten = character switch
                {
                    '\\' => Append("\\\\", buffer, ref length),
                    '"' => Append("\\\"", buffer, ref length),
                    '\n' => Append("\\n", buffer, ref length),
                    _ => Append(character, buffer, ref length),
                };
                if (!isWritten) return false;
            }

            if (!Append('"', buffer, ref length)) return false;
        }

        return true;
    }

    /// <summary>The same, however long.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        for (var size = 2048; ; size *= 2)
        {
            var buffer = new char[size];
            if (TryWriteLabels(tags, buffer, out var length)) return new string(buffer, 0, length);
        }
    }

    /// <summary>Writes the families; those of one name stand together, under one head.</summary>
    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder(4096);
        foreach (var same in families.GroupBy(family => family.Name, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var first = same.First();
            text.Append("# HELP ").Append(same.Key).Append(' ').Append(EscapeHelp(first.Description)).Append('\n');
            text.Append("# TYPE ").Append(same.Key).Append(' ').Append(TypeOf(first.Kind)).Append('\n');
            foreach (var family in same.Where(family => family.Kind == first.Kind))
            {
                foreach (var (labels, series) in family.Series) Write(text, family, labels, series);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, MetricFamily family, string labels, MetricSeries series)
    {
        var (value, counts) = series.Read();
        if (family.Kind != MetricKind.Histogram)
        {
            Line(text, family.Name, labels, value);
            return;
        }

        var sum = 0L;
        var separator = labels.Length == 0 ? "" : ",";
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            sum += counts[bucket];
            var bound = bucket < family.Bounds.Length ? Number(family.Bounds[bucket]) : "+Inf";
            Line(text, family.Name + "_bucket", $"{labels}{separator}le=\"{bound}\"", sum);
        }

        Line(text, family.Name + "_sum", labels, value);
        Line(text, family.Name + "_count", labels, sum);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static bool AppendName(string name, Span<char> buffer, ref int length)
    {
        if ((name.Length == 0 || char.IsAsciiDigit(name[0])) && !Append('_', buffer, ref length)) return false;
        foreach (var character in name)
        {
            if (!Append(char.IsAsciiLetterOrDigit(character) ? character : '_', buffer, ref length)) return false;
        }

        return true;
    }

    private static bool Append(char character, Span<char> buffer, ref int length)
    {
        if (length == buffer.Length) return false;
        buffer[length++] = character;
        return true;
    }

    private static bool Append(string text, Span<char> buffer, ref int length)
    {
        if (!text.TryCopyTo(buffer[length..])) return false;
        length += text.Length;
        return true;
    }
}
