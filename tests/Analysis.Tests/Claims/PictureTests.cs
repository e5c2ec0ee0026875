using KernelFlow.Analysis.Measures;
using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>What figures show of training, modes and kernels, against definitions written out on the recorded tensors.</summary>
public sealed class PictureTests
{
    private static readonly CheckpointSequence s_parity = SmallNetworks.Record(SmallNetworks.Parity with { Steps = 200, Checkpoints = 8 });
    private static readonly Lazy<ReservoirAnalysis> s_analysis = new(() => Analyze.Reservoir(s_parity, TestRuns.Options));
    private static readonly CheckpointSequence s_classes = SmallNetworks.Record(SmallNetworks.MildKernels with { Checkpoints = 6, Noise = 0.4 });
    private static readonly Lazy<ReservoirAnalysis> s_softmax = new(() => Analyze.Reservoir(s_classes, TestRuns.Options));

    private static Matrix<double> Kernel(CheckpointSequence run, int k)
    {
        int N = run.TrainSize;
        if (!run.HasJacobians) return DenseMatrix.Build.DenseOfRowMajor(N, N, run[k]["K_SS"].ReadAll());
        var jacobian = DenseMatrix.Build.DenseOfRowMajor(N, (int)run.Parameters!.Value, run[k]["J_S"].ReadAll());
        return jacobian * jacobian.Transpose();
    }

    /// <summary>Energies are (ψᵀg)²: they add up to ‖g‖², and weighted by the eigenvalues to gᵀW_S g, which needs no eigenvector.</summary>
    [Fact]
    public void EnergiesAddUpToTheGradient()
    {
        var (analysis, run) = (s_analysis.Value, s_parity);
        var g = Vector<double>.Build.DenseOfEnumerable(run[0]["U_S"].ReadAll().Zip(run.Loss.Targets.ToArray(), (u, y) => (u - y) / run.Train));
        var content = analysis.Modes.Value;
        Check.Close(content.GradientEnergy, g * g, 64 * Check.Eps, "‖g‖²");
        Check.Close(content.Energy.Sum(), g * g, 1e-12, "sum of the energies");
        Check.Close(content.Energy.Zip(analysis.Spectrum.Eigenvalues, (e, value) => e * value).Sum(), g * analysis.Operators.Value.W_S * g, 1e-11, "gᵀW_S g");
        Assert.True(content.Energy.Max() < 0.9 * content.GradientEnergy, "one mode holds everything: nothing was tested");
    }

    /// <summary>The loadings of a mode add up to 1, and Σ_j λ_j times the loading of example i is the trace of its block of W_S.</summary>
    [Theory]
    [InlineData("parity")]
    [InlineData("softmax")]
    public void LoadingsAreSharesOfModes(string name)
    {
        var (analysis, run) = name == "parity" ? (s_analysis.Value, s_parity) : (s_softmax.Value, s_classes);
        var (modes, classes) = (analysis.Modes.Value, analysis.Classes.Value);
        int n = run.Train, count = modes.Energy.Count;
        Assert.True(count <= MatrixPicture.MostBlocks, $"{count} modes: blocks would be means");
        foreach (var picture in new[] { modes.ByExample, modes.ByClass.Value })
            for (int j = 0; j < count; j++)
                Check.Small(Math.Abs(picture.Means.Sum(row => row[j]) - 1), 1e-5, $"sum of the shares of mode {j}"); // means are kept to six digits
        var order = classes.Order();
        for (int row = 0; row < n; row++)
        {
            double trace = analysis.Influence.Value.Examples[order[row]].SelfTrace; // from the block of W_S on the space, without eigenvectors
            Check.Close(Enumerable.Range(0, count).Sum(j => analysis.Spectrum.Eigenvalues[j] * modes.ByExample.Means[row][j]), trace, 1e-5, $"row {row}");
        }
        int[] sizes = [.. classes.Counts()];
        for (int c = 0, first = 0; c < sizes.Length; first += sizes[c++])
            for (int j = 0; j < count; j++)
                Check.Small(Math.Abs(modes.ByExample.Means.Skip(first).Take(sizes[c]).Sum(r => r[j]) - modes.ByClass.Value.Means[c][j]), 2e-6 * sizes[c] + 2e-6,
                    $"class {c}, mode {j}");
    }

    /// <summary>Eigenvalues at both ends are those of MathNet on the recorded Jacobians or blocks.</summary>
    [Theory]
    [InlineData("parity")]
    [InlineData("softmax")]
    public void KernelSpectraAreThoseOfTheRecordedKernels(string name)
    {
        var (analysis, run) = name == "parity" ? (s_analysis.Value, s_parity) : (s_softmax.Value, s_classes);
        foreach (var (portrait, k) in new[] { (analysis.KernelEvolution.Start.Value, 0), (analysis.KernelEvolution.End.Value, run.Count - 1) })
        {
            double[] expected = [.. Kernel(run, k).Evd(Symmetricity.Symmetric).EigenValues.Select(z => z.Real).OrderDescending()];
            var found = portrait.Eigenvalues.Value;
            Assert.Equal((run[k].Time, expected.Length), (portrait.Time, found.Count));
            for (int j = 0; j < expected.Length; j++)
                Check.Small(Math.Abs(found[j] - expected[j]), 64 * expected.Length * Check.Eps * expected[0], $"checkpoint {k}, eigenvalue {j}");
            Check.Close(found[0], analysis.KernelEvolution.Points[k].LargestEigenvalue, 1e-9, "the largest, by Lanczos");
        }
    }

    /// <summary>The picture is HkH divided by its diagonal, in the order of the classes, with k the traces of the blocks.</summary>
    [Theory]
    [InlineData("parity")]
    [InlineData("softmax")]
    public void GramPicturesAreCentredAndNormalised(string name)
    {
        var (analysis, run) = name == "parity" ? (s_analysis.Value, s_parity) : (s_softmax.Value, s_classes);
        var (kernel, gram) = (Kernel(run, run.Count - 1), analysis.KernelEvolution.End.Value.Gram);
        int n = run.Train, p = run.Outputs;
        var examples = DenseMatrix.Create(n, n, (i, j) => Enumerable.Range(0, p).Sum(a => kernel[i * p + a, j * p + a]));
        var centre = DenseMatrix.CreateIdentity(n) - DenseMatrix.Create(n, n, 1.0 / n);
        var centred = centre * examples * centre;
        double[] labels = [.. Enumerable.Range(0, n).Select(i => p == 1 ? run.Loss.Targets[i] : Largest(run.Loss.Targets.Slice(i * p, p)))];
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => labels[i])];
        for (int a = 0; a < n; a++)
            for (int b = 0; b < n; b++)
            {
                var (i, j) = (order[a], order[b]);
                Check.Small(Math.Abs(gram.Means[a][b] - centred[i, j] / Math.Sqrt(centred[i, i] * centred[j, j])), 2e-6, $"element {a}, {b}");
            }
        static int Largest(ReadOnlySpan<double> row) => row.IndexOf(row.ToArray().Max());
    }

    /// <summary>Losses and accuracies by their definitions.</summary>
    [Fact]
    public void CurvesFollowTheRecordedOutputs()
    {
        var (training, run) = (s_analysis.Value.Training.Value, s_parity);
        double[] y = run.Loss.Targets.ToArray(), test = run.RunTensors["y_Q"].ReadAll();
        Assert.Equal(run.Select(c => c.Time), training.Times);
        for (int k = 0; k < run.Count; k++)
        {
            double[] us = run[k]["U_S"].ReadAll(), uq = run[k]["U_Q"].ReadAll();
            Check.Close(training.TrainLoss.Value[k], us.Zip(y, (u, t) => (u - t) * (u - t)).Sum() / (2 * y.Length), 1e-6, $"training loss {k}");
            Check.Close(training.TestLoss.Value[k], uq.Zip(test, (u, t) => (u - t) * (u - t)).Sum() / (2 * test.Length), 1e-12, $"test loss {k}");
            Assert.Equal(us.Zip(y).Count(x => x.First > 0 == x.Second > 0) / (double)y.Length, training.TrainAccuracy.Value[k]);
            Assert.Equal(uq.Zip(test).Count(x => x.First > 0 == x.Second > 0) / (double)test.Length, training.TestAccuracy.Value[k]);
        }
        Assert.Equal(["-1", "1"], s_analysis.Value.Classes.Value.Names);
        var (softmax, classes) = (s_softmax.Value.Training.Value, s_classes);
        double[] targets = classes.Loss.Targets.ToArray(), last = classes[^1]["U_S"].ReadAll();
        int right = Enumerable.Range(0, classes.Train).Count(i =>
            last.Skip(4 * i).Take(4).ToList().IndexOf(last.Skip(4 * i).Take(4).Max()) == Array.IndexOf(targets[(4 * i)..(4 * i + 4)], 1));
        Assert.Equal(right / (double)classes.Train, softmax.TrainAccuracy.Value[^1]);
    }

    /// <summary>Changed labels are told where the run has the clean ones or a mask, and unknown elsewhere.</summary>
    [Fact]
    public void ChangedLabelsAreTold()
    {
        double[] clean = s_parity.RunTensors["clean_S"].ReadAll(), y = s_parity.Loss.Targets.ToArray();
        int[] expected = [.. Enumerable.Range(0, y.Length).Where(i => clean[i] != y[i])];
        Assert.NotEmpty(expected);
        Assert.Equal(expected, s_analysis.Value.Influence.Value.Changed.Value);
        CheckpointSequence With(params string[] names) =>
            new(s_parity, s_parity.Loss) { RunTensors = s_parity.RunTensors.Where(t => names.Contains(t.Key)).ToDictionary() };
        Assert.Equal(expected, ChangedLabels.Of(With("noise_mask_S")).Value);
        Assert.Contains("neither clean_S nor noise_mask_S", ChangedLabels.Of(With()).Reason);
        Assert.Contains("no y_Q", Analyze.Reservoir(With("clean_S"), TestRuns.Options).Training.Value.TestLoss.Reason);
    }

    /// <summary>Above the largest order there is no spectrum, and the picture is in blocks; measurements are no classes.</summary>
    [Fact]
    public void LargeKernelsHaveNoSpectrum()
    {
        int n = KernelPortrait.LargestOrder + 1;
        var portrait = KernelPortraits.Of(2, DenseMatrix.CreateIdentity(n), 1, [.. Enumerable.Range(0, n)], TestRuns.Managed);
        Assert.Contains($"N = {n} is above {n - 1}", portrait.Eigenvalues.Reason);
        Assert.Equal((n, 48), (portrait.Gram.Rows, portrait.Gram.Means.Count));
        // Every row of the normalised I − 11ᵀ/n has 1 and n − 1 times −1/(n − 1).
        double all = portrait.Gram.Means.Select((row, a) => row.Select((x, b) => x * Size(a) * Size(b)).Sum()).Sum();
        // Six digits of means of −1/512 and, on the diagonal, of about 0.1: half a unit of the last of them for each of the n² elements.
        Check.Small(Math.Abs(all), n * n * 5e-9 + 48 * 121 * 5e-8, "sum of all elements");
        Assert.Contains("not classes", ClassBuilder.Of(LossModel.Squared([0.1, 0.2, 0.3, 0.4], 1)).Reason);
        Assert.Contains("different targets", ClassBuilder.Of(LossModel.Squared([1, 0, 2, 0, 0, 1, 0, 1], 2)).Reason);
        Assert.Contains("no targets", ClassBuilder.Of(LossModel.Custom(3, 1)).Reason);
        int Size(int block) => Enumerable.Range(0, n).Count(i => i * 48 / n == block);
    }
}
