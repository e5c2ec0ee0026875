using KernelFlow.Numerics.Managed;
using KernelFlow.Numerics.Selection;

namespace KernelFlow.Numerics.Tests;

/// <summary>A backend whose operations move a clock instead of taking time: what each takes, from the first one on, is told by the test.</summary>
/// <param name="inner">What computes.</param>
/// <param name="clock">The clock that is moved.</param>
/// <param name="cost">The seconds that go by and that are spent computing, of the operation with this number.</param>
internal sealed class ScriptedBackend(ManagedBackend inner, ScriptedBackend.Clock clock, Func<int, (double Wall, double Computing)> cost) : Backend
{
    internal sealed class Clock : IMachineClock
    {
        public double Wall { get; set; }

        public double Computing { get; set; }
    }

    private int _operations;

    public override string Name => "scripted";

    public override string Core => inner.Core;

    public override int Threads => 1;

    private Backend Timed()
    {
        var (wall, computing) = cost(_operations++);
        clock.Wall += wall;
        clock.Computing += computing;
        return inner;
    }

    protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) =>
        Timed().Gemm(opA, opB, alpha, a, b, beta, c);

    protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c) => Timed().Syrk(op, alpha, a, beta, c);

    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) =>
        Timed().SymmetricProduct(alpha, a, b, beta, c);

    protected override int CholeskyCore(in MatrixView a) => Timed().Cholesky(a);

    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x) => Timed().CholeskySolve(factor, x);

    protected override void CholeskyInverseCore(in MatrixView factor) => Timed().CholeskyInverse(factor);

    protected override int LuCore(in MatrixView a, int[] pivots) => Timed().Lu(a, pivots);

    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x) => Timed().LuSolve(op, lu, pivots, x);

    protected override void QrCore(in MatrixView a, in MatrixView r) => Timed().Qr(a, r);

    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors) => Timed().SymmetricEigen(a, values, vectors);

    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt) => Timed().Svd(a, sigma, u, vt);
}
