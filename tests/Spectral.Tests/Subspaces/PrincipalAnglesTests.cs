namespace KernelFlow.Spectral.Tests;

/// <summary>Angles planted from 1e-12 to π/2, and angles of integer matrices computed with 60 digits.</summary>
public class PrincipalAnglesTests
{
    private static readonly double[] s_planted = [1e-12, 1e-10, 3e-9, 1.5e-8, 1e-6, 1e-3, 0.3, Math.PI / 4, 0.9, 1.4, Math.PI / 2 - 1e-4,
        Math.PI / 2 - 1e-9, Math.PI / 2];

    public static TheoryData<string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string backend in Backends.Labels)
                foreach (int seed in (int[])[1, 2, 3]) data.Add(backend, seed);
            return data;
        }
    }

    /// <summary>a_j = e_j, b_j = cos θ_j e_j + sin θ_j e_{l+j} in a random rotation, and bases mixed at random: every angle to 20 ε.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void PlantedAnglesAreFound(string label, int seed)
    {
        var random = new Random(seed);
        int l = s_planted.Length, N = 40;
        var Q = RandomMatrices.Orthogonal(random, N);
        Matrix<double> A = Q.SubMatrix(0, N, 0, l), B = Matrix<double>.Build.Dense(N, l);
        for (int j = 0; j < l; j++) B.SetColumn(j, Math.Cos(s_planted[j]) * Q.Column(j) + Math.Sin(s_planted[j]) * Q.Column(l + j));
        A *= RandomMatrices.Orthogonal(random, l);
        B *= RandomMatrices.Orthogonal(random, l);
        var found = PrincipalAngles.Between(DenseMatrix.OfMatrix(A), DenseMatrix.OfMatrix(B), Backends.Get(label));
        for (int j = 0; j < l; j++)
            Check.Small(Math.Abs(found.Radians[j] - s_planted[j]), 20 * Check.Eps, $"angle {s_planted[j]:G3}, found {found.Radians[j]:R}");
        // The smallest to a part in a hundred of 1e-12, which arccos of a rounded cosine would give as 0 or 1.5e-8.
        Check.Small(Math.Abs(found.Smallest / 1e-12 - 1), 0.01, "relative error of the angle 1e-12");
    }

    private static readonly DenseMatrix s_a = Integers(4, (i, j) => (7 * i + 3 * j * j + 5) % 13 - 6),
        s_d = Integers(3, (i, j) => (5 * i * i + 11 * j + 2) % 17 - 8);
    private static readonly DenseMatrix s_c = DenseMatrix.OfArray(new double[,] { { 1, 0, 2 }, { -1, 1, 0 }, { 0, 3, 1 }, { 2, -1, 1 } });

    /// <summary>Angles between A and AC + 2⁻ᵏD, all exact in double, by mpmath with 60 digits.</summary>
    [Theory]
    [InlineData(0, 0.15621366487800273144, 0.30191468223036100122, 0.89796047707780754741)]
    [InlineData(10, 0.00015353229817506837687, 0.00037415703655644324728, 0.0021512370363932413378)]
    [InlineData(20, 1.4993334075165782587e-7, 3.6542033230285489859e-7, 2.1002332777451866018e-6)]
    [InlineData(30, 1.4641927755743119929e-10, 3.5685582430001418433e-10, 2.0510084956332548076e-9)]
    [InlineData(40, 1.4298757573918265064e-13, 3.4849201594758031653e-13, 2.0029379834783370414e-12)]
    public void AgreesWithSixtyDigits(int k, double first, double second, double third)
    {
        var B = DenseMatrix.OfMatrix(s_a * s_c + Math.ScaleB(1, -k) * s_d);
        foreach (string label in Backends.Labels)
        {
            var found = PrincipalAngles.Between(s_a, B, Backends.Get(label));
            foreach (var (angle, expected) in found.Radians.Zip([first, second, third]))
                Check.Small(Math.Abs(angle - expected), 30 * Check.Eps,
                    FormattableString.Invariant($"{label}, k = {k}: angle {angle:R}, expected {expected:R}"));
            // The larger space first or second: the same angles.
            var swapped = PrincipalAngles.Between(B, s_a, Backends.Get(label));
            for (int j = 0; j < 3; j++) Check.Small(Math.Abs(swapped.Radians[j] - found.Radians[j]), 30 * Check.Eps, "the other way round");
        }
    }

    /// <summary>scipy.linalg.subspace_angles(A, D) (1.10).</summary>
    [Fact]
    public void AgreesWithScipy()
    {
        double[] scipy = [0.5400179279912758, 1.1768217376769767, 1.4943998163121588];
        var found = PrincipalAngles.Between(s_a, s_d, Backends.Managed);
        for (int j = 0; j < 3; j++) Check.Small(Math.Abs(found.Radians[j] - scipy[j]), 1e-14, $"angle {j}");
    }

    /// <summary>Gaps against the projectors themselves.</summary>
    [Fact]
    public void GapsAreNormsOfProjectorDifferences()
    {
        var random = new Random(5);
        foreach (var (k, l) in ((int, int)[])[(3, 3), (5, 2), (2, 6)])
        {
            DenseMatrix A = RandomMatrices.Uniform(random, 9, k), B = RandomMatrices.Uniform(random, 9, l);
            var angles = PrincipalAngles.Between(A, B, Backends.Managed);
            Matrix<double> P(Matrix<double> m) => m * (m.Transpose() * m).Inverse() * m.Transpose();
            var difference = P(A) - P(B);
            Check.Small(Math.Abs(angles.Gap - difference.L2Norm()), 1e-14, $"‖Π_A − Π_B‖₂, {k} and {l}");
            Check.Small(Math.Abs(angles.ChordalDistance - difference.FrobeniusNorm()), 1e-14, $"‖Π_A − Π_B‖_F, {k} and {l}");
            Matrix<double> small = k <= l ? A : B, large = k <= l ? B : A;
            var q = small.QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q;
            Check.Small(Math.Abs(angles.ContainmentGap - (q - P(large) * q).L2Norm()), 1e-14, "distance of the smaller space from the larger");
            Assert.Equal((9, k, l), (angles.AmbientDimension, angles.FirstDimension, angles.SecondDimension));
        }
    }

    /// <summary>Columns of very different lengths span what they span.</summary>
    [Fact]
    public void UnitsOfColumnsDoNotMatter()
    {
        var random = new Random(6);
        DenseMatrix A = RandomMatrices.Uniform(random, 10, 3), B = RandomMatrices.Uniform(random, 10, 3), scaled = DenseMatrix.OfMatrix(A);
        scaled.SetColumn(1, 1e-200 * A.Column(1));
        scaled.SetColumn(2, 1e+180 * A.Column(2));
        var plain = PrincipalAngles.Between(A, B, Backends.Managed).Radians;
        foreach (var (x, y) in PrincipalAngles.Between(scaled, B, Backends.Managed).Radians.Zip(plain))
            Check.Small(Math.Abs(x - y), 1e-14, "angle with scaled columns");
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void WhatSpansNoSubspaceIsRefused(string label)
    {
        var backend = Backends.Get(label);
        var good = DenseMatrix.CreateIdentity(5);
        MatrixView two = ((MatrixView)good).ColumnRange(0, 2);
        void Refused(DenseMatrix bad, string message)
        {
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => PrincipalAngles.Between(bad, two, backend)).Message);
            Assert.Contains(message.Replace("A:", "B:", StringComparison.Ordinal),
                Assert.Throws<ArgumentException>(() => PrincipalAngles.Between(two, bad, backend)).Message);
        }
        var dependent = DenseMatrix.OfArray(new double[,] { { 1, 2, 3 }, { 4, 5, 9 }, { 7, 8, 15 }, { 1, 0, 1 }, { 2, 2, 4 } });
        Refused(dependent, "A: the columns are dependent to rounding");
        Refused(new DenseMatrix(5, 1), "A: column 0 is zero");
        var nan = DenseMatrix.CreateIdentity(5);
        nan[3, 2] = double.NaN;
        Refused(nan, "A: column 2 has an element NaN");
        Assert.Contains("more columns than rows", Assert.Throws<ArgumentException>(() => PrincipalAngles.Between(new DenseMatrix(5, 6), two, backend)).Message);
        Assert.Contains("has no column", Assert.Throws<ArgumentException>(() => PrincipalAngles.Between(two.ColumnRange(0, 0), two, backend)).Message);
        Assert.Contains("A has 4 rows, B has 5", Assert.Throws<ArgumentException>(() => PrincipalAngles.Between(new DenseMatrix(4, 2), two, backend)).Message);
    }

    private static DenseMatrix Integers(int columns, Func<int, int, int> value) => DenseMatrix.Create(12, columns, (i, j) => value(i, j));
}
