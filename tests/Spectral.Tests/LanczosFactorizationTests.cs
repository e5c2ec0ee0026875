namespace KernelFlow.Spectral.Tests;

/// <summary>The relation A·Q = Q·T + Q₊·C and the orthogonality of everything, at every step, by plain matrix products.</summary>
public class LanczosFactorizationTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string backend in Backends.Labels)
                foreach (int block in (int[])[1, 2, 5]) data.Add(backend, block);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheRelationHoldsWhileItGrowsRestartsAndLocks(string backend, int block)
    {
        double[] values = [.. Enumerable.Range(0, 60).Select(i => Math.Pow(0.7, i))];
        var (A, _) = Spectra.Make(values, 1);
        var state = new LanczosFactorization(new DenseOperator(A, true, Backends.Get(backend)), 30, block, Backends.Get(backend), seed: 4);
        for (int restart = 0; restart < 4; restart++)
        {
            while (!state.IsFull)
            {
                state.Extend();
                CheckRelation(state, A, 1e-13);
            }
            var (ritz, residuals) = state.Approximations();
            int m = ritz.Length;
            int[] kept = [.. Enumerable.Range(m - 12, 12)];
            var vectors = state.RitzVectors(kept);
            for (int j = 0; j < kept.Length; j++)
            {
                double residual = (A * vectors.Column(j) - ritz[kept[j]] * vectors.Column(j)).L2Norm();
                Check.Small(Math.Abs(residual - residuals[kept[j]]), 1e-13, $"estimate against residual {residual:g3} of pair {j}");
            }
            int[] locked = restart == 2 ? [m - 1, m - 2] : [];
            if (restart == 2) Check.Small(residuals[m - 1] + residuals[m - 2], 1e-17, "residuals of what is locked");
            state.Restart(locked, [.. kept.Except(locked)]);
            Assert.Equal(restart < 2 ? (0, 12) : restart == 2 ? (2, 10) : (2, 12), (state.LockedCount, state.Size));
            CheckRelation(state, A, 1e-12);
        }
        Assert.Equal(2, state.LockedCount);
        for (int j = 0; j < 2; j++) Check.Small(Math.Abs(state.LockedValues[j] - values[j]), 1e-13, $"locked value {j}");
    }

    private static void CheckRelation(LanczosFactorization state, DenseMatrix A, double bound)
    {
        DenseMatrix Q = state.Basis.ToMatrix(), next = state.Next.ToMatrix(), T = state.Projected, C = state.Coupling;
        Check.Small((A * Q - Q * T - next * C).L2Norm(), bound * A.L2Norm(), $"AQ − QT − Q₊C at size {state.Size}");
        Check.Small((T - T.Transpose()).L2Norm(), 0, "T − Tᵀ");
        var all = Matrix<double>.Build.DenseOfMatrixArray(state.LockedCount > 0 ? new Matrix<double>[,] { { state.Locked.ToMatrix(), Q, next } }
            : new Matrix<double>[,] { { Q, next } });
        double loss = (all.Transpose() * all - Matrix<double>.Build.DenseIdentity(all.ColumnCount)).Enumerate().Max(Math.Abs);
        Check.Small(loss, 4 * 30 * Check.Eps, "loss of orthogonality"); // ε a restart and vector
        Check.Small(Math.Abs(loss - state.OrthogonalityLoss()), 1e-15, "reported loss of orthogonality");
    }

    /// <summary>Whatever the operator lacks in rank, the basis fills the space, and then T has all eigenvalues.</summary>
    [Theory]
    [InlineData("identity", 1)]
    [InlineData("identity", 3)]
    [InlineData("zero", 1)]
    [InlineData("zero", 4)]
    [InlineData("rank two", 1)]
    [InlineData("rank two", 3)]
    [InlineData("diagonal", 2)]
    public void ACompleteBasisHasTheWholeSpectrum(string name, int block)
    {
        const int n = 23;
        double[] values = name switch
        {
            "identity" => [.. Enumerable.Repeat(1.0, n)],
            "zero" => new double[n],
            "rank two" => [2, 1, .. new double[n - 2]],
            _ => [.. Enumerable.Range(0, n).Select(i => (double)(i % 5))],
        };
        DenseMatrix A = DenseMatrix.OfDiagonalArray(values);
        var state = new LanczosFactorization(new DenseOperator(A, true, Backends.Managed), n, block, Backends.Managed);
        while (!state.IsComplete) state.Extend();
        Assert.Equal((n, 0), (state.Size, state.NextWidth));
        var (ritz, residuals) = state.Approximations();
        double[] expected = [.. values.Order()];
        for (int j = 0; j < n; j++) Check.Small(Math.Abs(ritz[j] - expected[j]), 1e-14 * 4, $"value {j}");
        Assert.All(residuals, r => Assert.Equal(0, r));
        Check.Small(state.OrthogonalityLoss(), 1e-14, "loss of orthogonality");
        Assert.Throws<InvalidOperationException>(state.Extend);
    }

    [Fact]
    public void MisuseIsRefused()
    {
        var a = new DenseOperator(DenseMatrix.CreateIdentity(6), true, Backends.Managed);
        Assert.Throws<ArgumentException>(() => new LanczosFactorization(a, 7, 1, Backends.Managed));
        Assert.Throws<ArgumentException>(() => new LanczosFactorization(a, 2, 3, Backends.Managed));
        Assert.Throws<ArgumentException>(() => new LanczosFactorization(a, 6, 7, Backends.Managed));
        Assert.Throws<ArgumentException>(() => new LanczosFactorization(a, 6, 0, Backends.Managed));
        var state = new LanczosFactorization(a, 4, 2, Backends.Managed);
        state.Extend();
        Assert.Throws<InvalidOperationException>(() => state.Restart([], [0]));
        Assert.Throws<InvalidOperationException>(() => state.KeepLocked([]));
        state.Extend();
        Assert.Throws<InvalidOperationException>(state.Extend);
    }
}
