using KernelFlow.Cli.Doctor;
using KernelFlow.Numerics;

namespace KernelFlow.Cli.Tests;

public sealed class DoctorTests
{
    [Fact]
    public void DoctorNamesTheBackendAndMeasuresIt()
    {
        var result = Cli.Run("doctor", "--backend", "managed", "--threads", "1");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches(@"(?m)^backend +managed.*1 thread", result.Out);
        Assert.Matches(@"(?m)^peak +[\d.]+ Gflop/s", result.Out);
        Assert.Matches(@"(?m)^product +[\d.]+ Gflop/s", result.Out);
        Assert.Matches(@"(?m)^found +managed: ", result.Out);
        Assert.DoesNotMatch(@"(?m)^found +(mkl|openblas|system): (?!.*\d+ checks of its routines passed$)", result.Out);
        Assert.Matches(@"(?m)^choice +by name, or the first that is usable: nothing is measured or remembered \(KERNELFLOW_CACHE\)", result.Out);
        Assert.Matches(@"(?m)^advice +\S", result.Out);
    }

    [Fact]
    public void TheChoiceIsToldWithItsReason()
    {
        var choice = new BackendChoice("managed", "openblas", "openblas", new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero),
            [new LibraryRates("openblas", "OpenBLAS 0.3.21", 51e9, 30e9, 12e9), new LibraryRates("managed", "managed", 98e9, 25e9, 1e9)], []);
        var lines = ChoiceText.Lines(new Chosen(choice)).ToArray();
        Assert.Equal(["choice", "why", "measured", "measured"], lines.Select(line => line.Name));
        Assert.Equal("products by managed (98 Gflop/s), factorizations by OpenBLAS 0.3.21 (30 Gflop/s), eigenvalues by OpenBLAS 0.3.21 (12 Gflop/s)",
            lines[0].Text);
        Assert.Contains("measured on 2026-02-03", lines[1].Text);
        Assert.Contains("doctor --forget", lines[1].Text);
        Assert.Equal("openblas: products 51 Gflop/s, factorizations 30 Gflop/s, eigenvalues 12 Gflop/s", lines[2].Text);
    }

    /// <summary>A backend that computes nothing and was chosen.</summary>
    private sealed class Chosen(BackendChoice choice) : Backend
    {
        public override string Name => "chosen";
        public override string Core => "none";
        public override int Threads => 1;
        public override BackendChoice? Choice => choice;

        protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) { }
        protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c) { }
        protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) { }
        protected override int CholeskyCore(in MatrixView a) => 0;
        protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x) { }
        protected override void CholeskyInverseCore(in MatrixView factor) { }
        protected override int LuCore(in MatrixView a, int[] pivots) => 0;
        protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x) { }
        protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors) { }
        protected override void QrCore(in MatrixView a, in MatrixView r) { }
        protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt) { }
    }
}
