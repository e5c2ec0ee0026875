using KernelFlow.Files;

namespace KernelFlow.Analysis.Measures;

/// <summary>Tells classes from targets, and which class an output is nearest to.</summary>
internal static class ClassBuilder
{
    /// <summary>The classes of the training examples, or why the targets are none.</summary>
    public static Known<ExampleClasses> Of(LossModel loss)
    {
        if (loss.Targets.IsEmpty) return Known.Unknown<ExampleClasses>("the loss has no targets");
        return loss.Outputs == 1 ? OfValues(loss.Targets) : OfLargest(loss.Targets, loss.Outputs);
    }

    /// <summary>The share of examples whose output is nearest to the same class as their target: by value for one output, otherwise by the largest.</summary>
    /// <param name="outputs">Stacked outputs.</param>
    /// <param name="targets">Stacked targets of the same examples.</param>
    /// <param name="width">p, the number of outputs per example.</param>
    /// <param name="values">With p = 1 the target of each class.</param>
    public static double Accuracy(double[] outputs, ReadOnlySpan<double> targets, int width, double[] values)
    {
        int examples = outputs.Length / width, right = 0;
        for (int i = 0; i < examples; i++)
            if (width == 1 ? Nearest(outputs[i], values) == Nearest(targets[i], values)
                : Largest(outputs.AsSpan(i * width, width)) == Largest(targets.Slice(i * width, width))) right++;
        return (double)right / examples;
    }

    /// <summary>The targets of the classes, ascending, for one output per example; none for several.</summary>
    public static double[] Values(LossModel loss) => loss.Outputs == 1 ? [.. loss.Targets.ToArray().Distinct().Order()] : [];

    private static Known<ExampleClasses> OfValues(ReadOnlySpan<double> targets)
    {
        double[] all = targets.ToArray(), values = [.. all.Distinct().Order()];
        // As many values as half of the examples are measurements, not classes.
        if (values.Length is < 2 or > ExampleClasses.Most || 2 * values.Length > all.Length)
            return Known.Unknown<ExampleClasses>($"the targets are {NumberText.Count(values.Length)} different numbers, not classes");
        return Known.Of(new ExampleClasses
        {
            Names = [.. values.Select(v => NumberText.Short(v, 6))], Of = [.. all.Select(v => Array.BinarySearch(values, v))],
        });
    }

    private static Known<ExampleClasses> OfLargest(ReadOnlySpan<double> targets, int width)
    {
        int examples = targets.Length / width;
        int[] largest = new int[examples];
        // Targets that share their largest entry and differ elsewhere are measurements or mixtures.
        var rows = new double[width][];
        for (int i = 0; i < examples; i++)
        {
            var row = targets.Slice(i * width, width);
            int at = largest[i] = Largest(row);
            if (rows[at] is null) rows[at] = row.ToArray();
            else if (!row.SequenceEqual(rows[at])) return Known.Unknown<ExampleClasses>("examples with the same largest target have different targets");
        }
        int[] used = [.. largest.Distinct().Order()];
        if (used.Length is < 2 or > ExampleClasses.Most)
            return Known.Unknown<ExampleClasses>($"the targets have {NumberText.Count(used.Length)} classes");
        return Known.Of(new ExampleClasses
        {
            Names = [.. used.Select(c => NumberText.Count(c))], Of = [.. largest.Select(c => Array.BinarySearch(used, c))],
        });
    }

    private static int Nearest(double value, double[] values)
    {
        int best = 0;
        for (int c = 1; c < values.Length; c++) if (Math.Abs(value - values[c]) < Math.Abs(value - values[best])) best = c;
        return best;
    }

    private static int Largest(ReadOnlySpan<double> row)
    {
        int best = 0;
        for (int c = 1; c < row.Length; c++) if (row[c] > row[best]) best = c;
        return best;
    }
}
