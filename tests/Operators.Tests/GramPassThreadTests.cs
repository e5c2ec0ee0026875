using System.Collections.Concurrent;
using KernelFlow.Numerics;

namespace KernelFlow.Operators.Tests;

/// <summary>Regression: kernels of checkpoint pairs were formed on as many threads as the machine has, whatever the dense linear algebra was allowed.</summary>
public class GramPassThreadTests
{
    /// <summary>Runs on the managed routines, says that it may use so many threads, and counts how many it is called from at once.</summary>
    private sealed class Watched(int threads) : Backend
    {
        private readonly Backend _inner = Managed(threads: 1);
        private int _inside;
        private int _most;

        public ConcurrentDictionary<int, bool> Callers { get; } = [];

        public int Most => _most;

        public override string Name => "watched";

        public override string Core => "none";

        public override int Threads => threads;

        protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
        {
            Enter();
            _inner.Gemm(opA, opB, alpha, a, b, beta, c);
            Interlocked.Decrement(ref _inside);
        }

        protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c)
        {
            Enter();
            _inner.Syrk(op, alpha, a, beta, c);
            Interlocked.Decrement(ref _inside);
        }

        private void Enter()
        {
            Callers[Environment.CurrentManagedThreadId] = true;
            int inside = Interlocked.Increment(ref _inside), most;
            while (inside > (most = _most) && Interlocked.CompareExchange(ref _most, inside, most) != most) { }
            Thread.Sleep(1);
        }

        protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) =>
            throw new NotSupportedException();

        protected override int CholeskyCore(in MatrixView a) => throw new NotSupportedException();

        protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x) => throw new NotSupportedException();

        protected override void CholeskyInverseCore(in MatrixView factor) => throw new NotSupportedException();

        protected override int LuCore(in MatrixView a, int[] pivots) => throw new NotSupportedException();

        protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x) => throw new NotSupportedException();

        protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors) => throw new NotSupportedException();

        protected override void QrCore(in MatrixView a, in MatrixView r) => throw new NotSupportedException();

        protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt) => throw new NotSupportedException();
    }

    private static Watched Form(int threads)
    {
        const int n = 3, m = 2, D = 500, count = 6;
        var random = new Random(1);
        MemoryTensor Jacobian(string name, int rows) => new(name, [.. Enumerable.Range(0, rows * D).Select(_ => random.NextDouble() - 0.5)], rows, D);
        var run = new CheckpointSequence(Enumerable.Range(0, count).Select(k =>
            new Checkpoint(k, k, Jacobian("J_S", n), Jacobian("J_Q", m), new MemoryTensor("U_S", new double[n], n), new MemoryTensor("U_Q", new double[m], m))),
            LossModel.Squared(new double[n], 1));
        var watched = new Watched(threads);
        GramPass.Form(run, [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)], _ => false, watched);
        return watched;
    }

    [Fact]
    public void WithOneThreadNothingRunsBesideTheCaller()
    {
        var watched = Form(threads: 1);
        Assert.Equal([Environment.CurrentManagedThreadId], watched.Callers.Keys);
        Assert.Equal(1, watched.Most);
    }

    [Fact]
    public void NoMoreRunAtOnceThanAreAllowed()
    {
        int most = Form(threads: 2).Most;
        Assert.True(most <= 2, $"{most} products ran at once, 2 are allowed");
    }
}
