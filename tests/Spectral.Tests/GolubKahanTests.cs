namespace KernelFlow.Spectral.Tests;

/// <summary>Golub–Kahan–Lanczos against planted factors F = UΣVᵀ.</summary>
public class GolubKahanTests
{
    private static (DenseMatrix F, Matrix<double> U, Matrix<double> V) Factor(int rows, double[] sigma, int seed)
    {
        var random = new Random(seed);
        Matrix<double> U = RandomMatrices.Uniform(random, rows, sigma.Length).QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q,
            V = RandomMatrices.Orthogonal(random, sigma.Length);
        return (DenseMatrix.OfMatrix(U * Matrix<double>.Build.DenseOfDiagonalArray(sigma) * V.Transpose()), U, V);
    }

    private static DenseOperator Operator(DenseMatrix f, Backend? backend = null) => new(f, false, backend ?? Backends.Managed);

    private static void CheckTriples(SingularResult result, DenseMatrix F, double residual)
    {
        double norm = F.L2Norm(), rounding = 8 * Check.Eps * norm;
        for (int j = 0; j < result.Values.Count; j++)
        {
            var (v, u) = (result.Right.Column(j), result.Left!.Column(j));
            double right = (F * v - result.Values[j] * u).L2Norm(), left = (F.TransposeThisAndMultiply(u) - result.Values[j] * v).L2Norm();
            Check.Small(Math.Abs(right - result.RightResidualNorms[j]), rounding, $"reported ‖Fv − σu‖ of {j}");
            Check.Small(Math.Abs(left - result.LeftResidualNorms[j]), rounding, $"reported ‖Fᵀu − σv‖ of {j}");
            Check.Small(Math.Max(right, left), residual * norm + rounding, $"residual {j}");
            Assert.Equal(result.Values[j] * result.Values[j], result.Eigenvalues[j]);
        }
        double loss = (result.Right.Transpose() * result.Right - Matrix<double>.Build.DenseIdentity(result.Values.Count)).Enumerate().Max(Math.Abs);
        Check.Small(Math.Abs(loss - result.OrthogonalityLoss), 1e-14, "reported loss of orthogonality");
        Check.Small(loss, 1e-13, "loss of orthogonality");
        Check.Small(result.BasisOrthogonalityLoss, 1e-13, "loss of orthogonality of the bases");
    }

    /// <summary>Eigenvalues of FᵀF over twenty decades, where a solver for FᵀF is left with no digit below the sixteenth.</summary>
    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void TwentyDecadesOfEigenvaluesToSixDigits(string label)
    {
        var backend = Backends.Get(label);
        double[] sigma = [.. Enumerable.Range(0, 61).Select(j => Math.Pow(10, -j / 6.0))];
        foreach (var (rows, block, seed) in new[] { (300, 4, 1), (300, 1, 2), (120, 3, 3), (61, 2, 4) })
        {
            var (F, _, V) = Factor(rows, sigma, seed);
            var result = GolubKahanLanczos.Solve(Operator(F, backend), 61, new LanczosOptions { BlockSize = block, Seed = seed }, backend, leftVectors: true);
            Assert.Equal(MultiplicityEvidence.CompleteBasis, result.Multiplicity);
            for (int j = 0; j < 61; j++)
                Check.Small(Math.Abs(result.Eigenvalues[j] / (sigma[j] * sigma[j]) - 1), 1e-6,
                    FormattableString.Invariant($"L = {rows}, relative error at λ/λ_max = {sigma[j] * sigma[j]:e1}"));
            CheckTriples(result, F, 1e-14);
            double angle = Check.Sine(result.Right.SubMatrix(0, 61, 60, 1), V.SubMatrix(0, 61, 60, 1));
            Check.Small(angle, 3e-6, "sine of the last right vector"); // ε‖F‖ over the gap of 5e-11 to the next

            // The same by the eigenvalues of FᵀF: nothing left.
            var gram = new DenseMatrix(61, 61);
            backend.Syrk(Op.Transpose, 1, F, 0, gram);
            double squared = DenseEigen.Decompose(gram, backend).Values[60] / 1e-20 - 1;
            Assert.True(Math.Abs(squared) > 100, FormattableString.Invariant($"FᵀF gave the smallest eigenvalue to {squared:g3}: this test shows nothing"));
        }
    }

    public static TheoryData<string, int, int, int> Restarted
    {
        get
        {
            var data = new TheoryData<string, int, int, int>();
            foreach (int block in (int[])[1, 3])
            {
                data.Add("decaying", 400, 8, block);
                data.Add("copies", 400, 9, block);
                data.Add("rank four", 150, 6, block);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Restarted))]
    public void LeadingTriplesFromABoundedBasis(string name, int rows, int count, int block)
    {
        double[] sigma = name switch
        {
            "decaying" => [.. Enumerable.Range(0, 120).Select(j => Math.Exp(-0.05 * j))],
            "copies" => [2, .. Enumerable.Repeat(1.0, 6), .. Enumerable.Range(0, 113).Select(j => 0.9 * Math.Exp(-0.05 * j))],
            _ => [4, 3, 2, 1, .. new double[116]],
        };
        var (F, _, _) = Factor(rows, sigma, 7);
        var result = GolubKahanLanczos.Solve(Operator(F), count, new LanczosOptions { BlockSize = block, MaximumBasis = 30 },
            Backends.Managed, leftVectors: true);
        Assert.True(result.Converged, result.MultiplicityText);
        // A residual of r leaves an error of r²/gap in the value: at r = 1e-10‖F‖ nothing but rounding.
        double rounding = 64 * Check.Eps * sigma[0];
        for (int j = 0; j < count; j++)
        {
            Check.Small(Math.Abs(result.Values[j] - sigma[j]), rounding, $"value {j}");
            Check.Small(Math.Abs(result.Values[j] - sigma[j]), result.ErrorBounds[j] + rounding, $"value {j} against its bound");
        }
        CheckTriples(result, F, 1e-10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void SmallestTriples(int block)
    {
        double[] sigma = [.. Enumerable.Range(0, 80).Select(j => 2 - 0.02 * j)];
        var (F, _, _) = Factor(100, sigma, 8);
        var result = GolubKahanLanczos.Solve(Operator(F), 5, new LanczosOptions { End = SpectrumEnd.Smallest, BlockSize = block, MaximumBasis = 40 },
            Backends.Managed, leftVectors: true);
        Assert.True(result.Converged, result.MultiplicityText);
        for (int j = 0; j < 5; j++) Check.Small(Math.Abs(result.Values[j] - sigma[75 + j]), 64 * Check.Eps, $"value {j}");
        CheckTriples(result, F, 1e-10);
    }

    /// <summary>A wide factor has N − L zeros, and its right vectors are still all there.</summary>
    [Fact]
    public void AWideFactorIsPadded()
    {
        var F = RandomMatrices.Uniform(new Random(9), 12, 20);
        double[] expected = [.. F.Svd(false).S, .. new double[8]];
        var result = GolubKahanLanczos.Solve(Operator(F), 20, new LanczosOptions(), Backends.Managed, leftVectors: true);
        for (int j = 0; j < 20; j++) Check.Small(Math.Abs(result.Values[j] - expected[j]), 1e-14 * expected[0], $"value {j}");
        Assert.Equal((12, 20), (result.Left!.RowCount, result.Left.ColumnCount));
        double loss = (result.Right.Transpose() * result.Right - Matrix<double>.Build.DenseIdentity(20)).L2Norm();
        Check.Small(loss, 1e-13, "loss of orthogonality");
        for (int j = 12; j < 20; j++) Check.Small((F * result.Right.Column(j)).L2Norm(), 1e-14 * expected[0], $"null vector {j}");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(7, 3)]
    public void ZeroAndIdentityAndASingleColumn(int n, int block)
    {
        var options = new LanczosOptions { BlockSize = block };
        var zero = GolubKahanLanczos.Solve(Operator(new DenseMatrix(9, n)), n, options, Backends.Managed);
        Assert.All(zero.Values, v => Assert.Equal(0, v));
        Assert.True(zero.Converged);
        var one = GolubKahanLanczos.Solve(Operator(DenseMatrix.CreateIdentity(n)), n, options, Backends.Managed);
        Assert.All(one.Values, v => Check.Small(Math.Abs(v - 1), 1e-15 * 4, "value"));
        var column = GolubKahanLanczos.Solve(Operator(DenseMatrix.Create(9, 1, 2)), 1, new LanczosOptions(), Backends.Managed);
        Check.Small(Math.Abs(column.Values[0] - 6), 1e-14, "norm of a column");
    }

    /// <summary>The relations F·V = U·B and Fᵀ·U = V·Bᵀ + V₊·C at every step, by plain products.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void TheRelationsHoldWhileItGrowsAndRestarts(int block)
    {
        var (F, _, _) = Factor(90, [.. Enumerable.Range(0, 50).Select(j => Math.Pow(0.75, j))], 10);
        var state = new GolubKahanFactorization(Operator(F), 24, block, Backends.Managed);
        for (int restart = 0; restart < 3; restart++)
        {
            while (!state.IsFull)
            {
                state.Extend();
                CheckRelations(state, F);
            }
            int m = state.Approximations().Values.Length;
            state.Restart(restart == 1 ? [m - 1] : [], [.. Enumerable.Range(m - 9, 8)]);
            CheckRelations(state, F);
        }
        Assert.Equal(1, state.LockedCount);
    }

    private static void CheckRelations(GolubKahanFactorization state, DenseMatrix F)
    {
        DenseMatrix V = state.RightBasis.ToMatrix(), U = state.LeftBasis.ToMatrix(), B = state.Projected;
        // Locked vectors enter with what was their residual when they were locked.
        Check.Small((F * V - U * B).L2Norm(), 1e-13, $"FV − UB at size {state.Size}");
        Check.Small((F.Transpose() * U - V * B.Transpose() - state.Next.ToMatrix() * state.Coupling).L2Norm(), 1e-13, $"FᵀU − VBᵀ − V₊C at size {state.Size}");
        Check.Small(state.OrthogonalityLoss(), 4 * 24 * Check.Eps, "loss of orthogonality");
        Check.Small((U.Transpose() * U - Matrix<double>.Build.DenseIdentity(state.Size)).L2Norm(), 1e-13, "UᵀU − I");
        Check.Small((V.Transpose() * V - Matrix<double>.Build.DenseIdentity(state.Size)).L2Norm(), 1e-13, "VᵀV − I");
    }

    [Fact]
    public void ArgumentsAndBadValuesAreChecked()
    {
        var F = RandomMatrices.Uniform(new Random(11), 20, 10);
        Assert.Equal("count is 11, expected 1 to 10, the order of the operator.",
            Assert.Throws<ArgumentException>(() => GolubKahanLanczos.Solve(Operator(F), 11, new LanczosOptions(), Backends.Managed)).Message);
        Assert.Throws<ArgumentException>(() => GolubKahanLanczos.Solve(Operator(F), 0, new LanczosOptions(), Backends.Managed));
        Assert.Throws<ArgumentException>(() => new GolubKahanFactorization(Operator(RandomMatrices.Uniform(new Random(1), 3, 4)), 2, 1, Backends.Managed));
        F[3, 3] = double.NaN;
        Assert.Contains("the factor returned a value that is not finite",
            Assert.Throws<NumericalException>(() => GolubKahanLanczos.Solve(Operator(F), 2, new LanczosOptions(), Backends.Managed)).Message);
    }
}
