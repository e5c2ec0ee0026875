using System.Globalization;
using System.Text.RegularExpressions;

namespace KernelFlow.Networks;

/// <summary>The steps that are recorded and, of an adaptive schedule, what fired at them.</summary>
/// <param name="Steps">Increasing, from 0 to the last step.</param>
/// <param name="Fired">As the manifest has it; null where nothing fired.</param>
internal sealed partial record ChosenMarks(IReadOnlyList<int> Steps, string? Fired)
{
    /// <summary>The marks of a manifest's text.</summary>
    /// <returns>Null when it is not one.</returns>
    public static ChosenMarks? Parse(string? fired, int steps)
    {
        var marks = new List<int> { 0 };
        foreach (string text in fired?.Split("; ") ?? [])
        {
            if (FiredStep().Match(text) is not { Success: true } match
                || !int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int step)
                || step <= marks[^1] || step > steps)
                return null;
            marks.Add(step);
        }
        if (marks[^1] != steps) marks.Add(steps);
        return new ChosenMarks(marks, fired);
    }

    [GeneratedRegex("^step ([0-9]+): ")]
    private static partial Regex FiredStep();
}
