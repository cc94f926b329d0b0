using System.Globalization;
using System.Security;
using System.Text;

namespace TrueCopy.Benchmarks.Reporting;

/// <summary>A line of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Points">From left to right.</param>
internal sealed record Series(string Name, IReadOnlyList<Point> Points);

/// <summary>A point of a chart.</summary>
internal readonly record struct Point(double X, double Y);

/// <summary>A line chart with logarithmic axes, as SVG that reads on light and dark pages.</summary>
/// <param name="FileName">Where it goes.</param>
/// <param name="Title">What it shows.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Lines">What is drawn.</param>
internal sealed record Chart(string FileName, string Title, string X, string Y, IReadOnlyList<Series> Lines)
{
    private const int Width = 720;
    private const int Height = 400;
    private const int Left = 70;
    private const int Right = 20;
    private const int Top = 60;
    private const int Bottom = 50;
    private static readonly string[] Colours = ["#0969da", "#cf222e", "#1a7f37", "#9a6700", "#8250df"];

    public string ToSvg()
    {
        var points = Lines.SelectMany(line => line.Points).ToArray();
        var x = Decades(points.Select(point => point.X));
        var y = Decades(points.Select(point => point.Y));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"system-ui,sans-serif\" font-size=\"12\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        Text(svg, Left, 22, Title, "font-size=\"15\" font-weight=\"600\"");
        Text(svg, Left + ((Width - Left - Right) / 2.0), Height - 10, X, "text-anchor=\"middle\"");
        Text(svg, 14, Top + ((Height - Top - Bottom) / 2.0), Y, string.Create(CultureInfo.InvariantCulture, $"text-anchor=\"middle\" transform=\"rotate(-90 14 {Top + ((Height - Top - Bottom) / 2.0)})\""));
        for (var decade = x.Low; decade <= x.High; decade++)
        {
            var at = Across(x, Math.Pow(10, decade));
            Line(svg, at, Top, at, Height - Bottom);
            Text(svg, at, Height - Bottom + 18, Label(decade), "text-anchor=\"middle\"");
        }

        for (var decade = y.Low; decade <= y.High; decade++)
        {
            var at = Up(y, Math.Pow(10, decade));
            Line(svg, Left, at, Width - Right, at);
            Text(svg, Left - 6, at + 4, Label(decade), "text-anchor=\"end\"");
        }

        for (var i = 0; i < Lines.Count; i++)
            Draw(svg, i, x, y);
        return svg.Append("</svg>\n").ToString();
    }

    private void Draw(StringBuilder svg, int number, (int Low, int High) x, (int Low, int High) y)
    {
        var colour = Colours[number % Colours.Length];
        var places = Lines[number].Points.Where(point => point is { X: > 0, Y: > 0 }).Select(point => (X: Across(x, point.X), Y: Up(y, point.Y))).ToArray();
        var path = string.Join(' ', places.Select(place => string.Create(CultureInfo.InvariantCulture, $"{place.X:0.#},{place.Y:0.#}")));
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{path}\"/>\n");
        foreach (var place in places)
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{place.X:0.#}\" cy=\"{place.Y:0.#}\" r=\"3\" fill=\"{colour}\"/>\n");
        Text(svg, Left + (number * 150), 44, "● " + Lines[number].Name, $"style=\"fill:{colour}\"");
    }

    private static (int Low, int High) Decades(IEnumerable<double> values)
    {
        var positive = values.Where(value => value > 0).DefaultIfEmpty(1).ToArray();
        var (low, high) = ((int)Math.Floor(Math.Log10(positive.Min())), (int)Math.Ceiling(Math.Log10(positive.Max())));
        return (low, Math.Max(high, low + 1));
    }

    private static double Across((int Low, int High) axis, double value) =>
        Left + ((Math.Log10(value) - axis.Low) / (axis.High - axis.Low) * (Width - Left - Right));

    private static double Up((int Low, int High) axis, double value) =>
        Height - Bottom - ((Math.Log10(value) - axis.Low) / (axis.High - axis.Low) * (Height - Top - Bottom));

    private static string Label(int decade) => decade is >= -2 and <= 6
        ? Math.Pow(10, decade).ToString("#,0.##", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"1e{decade}");

    private static void Text(StringBuilder svg, double x, double y, string text, string attributes) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" fill=\"#1f2328\" {attributes}>{SecurityElement.Escape(text)}</text>\n");

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke=\"#d0d7de\"/>\n");
}
