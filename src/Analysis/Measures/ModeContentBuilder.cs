using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Measures;

/// <summary>Energy of g(s) per mode, and the loadings of the examples: N operations for each mode.</summary>
internal static class ModeContentBuilder
{
    /// <summary>Measures the modes that are reported.</summary>
    public static ModeContent Build(StudiedWindow window, Known<ExampleClasses> classes)
    {
        var (input, vectors) = (window.Input, (MatrixView)window.Solution.Reported.Vectors);
        int n = input.Checkpoints.Train, p = input.Checkpoints.Outputs, modes = vectors.Columns;
        double[] g = input.StartGradient, energy = new double[modes];
        var loadings = new double[modes][];
        for (int j = 0; j < modes; j++)
        {
            var mode = vectors.Column(j);
            double along = VectorRoutines.Dot(mode, g);
            energy[j] = along * along;
            loadings[j] = new double[n];
            for (int i = 0; i < n; i++) loadings[j][i] = VectorRoutines.Dot(mode.Slice(i * p, p), mode.Slice(i * p, p));
        }
        var order = classes.Map(c => c.Order()).OrDefault([.. Enumerable.Range(0, n)]);
        return new ModeContent
        {
            Energy = energy,
            GradientEnergy = VectorRoutines.Dot(g, g),
            ByExample = MatrixPicture.Of(n, modes, (i, j) => loadings[j][order[i]]),
            ByClass = classes.Map(c => MatrixPicture.Of(c.Names.Count, modes, (row, j) =>
            {
                double sum = 0;
                for (int i = 0; i < n; i++) if (c.Of[i] == row) sum += loadings[j][i];
                return sum;
            })),
        };
    }
}
