namespace KernelFlow.Integrators.Tests;

/// <summary>The coefficients against the published ones and the order conditions they must satisfy.</summary>
public class TableauTests
{
    private static readonly double r3 = Math.Sqrt(3), r15 = Math.Sqrt(15);

    public static TheoryData<string> Names => ["gauss-4", "gauss-6"];

    private static CollocationTableau Get(string name) => name == "gauss-4" ? CollocationTableau.Gauss4 : CollocationTableau.Gauss6;

    /// <summary>Hairer &amp; Wanner, Solving ODEs II, tables IV.5.1 and IV.5.2.</summary>
    [Fact]
    public void CoefficientsAreThePublishedOnes()
    {
        Compare(CollocationTableau.Gauss4, [0.5 - r3 / 6, 0.5 + r3 / 6], [0.5, 0.5], new[,] { { 0.25, 0.25 - r3 / 6 }, { 0.25 + r3 / 6, 0.25 } });
        Compare(CollocationTableau.Gauss6, [0.5 - r15 / 10, 0.5, 0.5 + r15 / 10], [5.0 / 18, 4.0 / 9, 5.0 / 18], new[,]
        {
            { 5.0 / 36, 2.0 / 9 - r15 / 15, 5.0 / 36 - r15 / 30 },
            { 5.0 / 36 + r15 / 24, 2.0 / 9, 5.0 / 36 - r15 / 24 },
            { 5.0 / 36 + r15 / 30, 2.0 / 9 + r15 / 15, 5.0 / 36 },
        });

        static void Compare(CollocationTableau t, double[] c, double[] b, double[,] a)
        {
            for (int i = 0; i < c.Length; i++)
            {
                Check.Small(Math.Abs(t.C[i] - c[i]), 2e-16, $"{t.Name}: c_{i}");
                Check.Small(Math.Abs(t.B[i] - b[i]), 4e-16, $"{t.Name}: b_{i}");
                for (int j = 0; j < c.Length; j++) Check.Small(Math.Abs(t.A[i][j] - a[i, j]), 1e-15, $"{t.Name}: a_{i}{j}");
            }
        }
    }

    /// <summary>B(2s): Σ b_i c_i^{k−1} = 1/k to k = 2s and not beyond; C(s): Σ a_ij c_j^{k−1} = c_i^k/k; D(s): Σ b_i c_i^{k−1} a_ij = b_j(1 −
    /// c_j^k)/k.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void OrderConditions(string name)
    {
        var t = Get(name);
        int s = t.Stages;
        Assert.Equal(2 * s, t.Order);
        for (int k = 1; k <= 2 * s + 1; k++)
        {
            double defect = Math.Abs(Enumerable.Range(0, s).Sum(i => t.B[i] * Math.Pow(t.C[i], k - 1)) - 1.0 / k);
            if (k <= 2 * s) Check.Small(defect, 1e-15, $"B({k})");
            else Check.AtLeast(defect, 1e-5, $"B({k}), whose order would be higher than stated");
        }
        for (int k = 1; k <= s; k++)
            for (int i = 0; i < s; i++)
            {
                Check.Small(Math.Abs(Enumerable.Range(0, s).Sum(j => t.A[i][j] * Math.Pow(t.C[j], k - 1)) - Math.Pow(t.C[i], k) / k), 1e-15,
                    $"C({k}), row {i}");
                Check.Small(Math.Abs(Enumerable.Range(0, s).Sum(j => t.B[j] * Math.Pow(t.C[j], k - 1) * t.A[j][i]) - t.B[i] * (1 - Math.Pow(t.C[i], k)) / k),
                    1e-15, $"D({k}), column {i}");
            }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WeightsArePositiveAndTheMethodIsSymplectic(string name)
    {
        var t = Get(name);
        Check.Positive(t.B.Min(), $"{name}: smallest weight");
        for (int i = 0; i < t.Stages; i++)
            for (int j = 0; j < t.Stages; j++)
                Check.Small(Math.Abs(t.B[i] * t.A[i][j] + t.B[j] * t.A[j][i] - t.B[i] * t.B[j]), 1e-15, $"b_{i} a_{i}{j} + b_{j} a_{j}{i} − b_{i} b_{j}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DerivedCoefficients(string name)
    {
        var t = Get(name);
        Matrix<double> A = Matrix<double>.Build.Dense(t.Stages, t.Stages, (i, j) => t.A[i][j]);
        var inverse = Matrix<double>.Build.Dense(t.Stages, t.Stages, (i, j) => t.Inverse[i][j]);
        int s = t.Stages;
        Check.Small((A * inverse - Matrix<double>.Build.DenseIdentity(s)).FrobeniusNorm(), 1e-14, "A α − I");
        for (int i = 0; i < s; i++)
        {
            Check.Small(Math.Abs(inverse.Row(i).Sum() - t.InverseRowSums[i]), 64 * Check.Eps, $"row sum {i} of α");
            Check.Small(Math.Abs((Vector<double>.Build.DenseOfEnumerable(t.B) * inverse)[i] - t.StageWeights[i]), 64 * Check.Eps, $"d_{i}");
        }
        // (−1)^s = R(∞) = 1 − Σd
        Check.Small(Math.Abs(1 - t.StageWeights.Sum() - (s % 2 == 0 ? 1 : -1)), 1e-13, "R(∞)");
    }

    /// <summary>R is the diagonal Padé approximation of e^{−z}.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1e-8)]
    [InlineData(0.3)]
    [InlineData(2.5)]
    [InlineData(40)]
    [InlineData(1e3)]
    [InlineData(1e6)]
    [InlineData(1e12)]
    public void StabilityFunctionsArePade(double z)
    {
        double four = (1 - z / 2 + z * z / 12) / (1 + z / 2 + z * z / 12),
            six = (1 - z / 2 + z * z / 10 - z * z * z / 120) / (1 + z / 2 + z * z / 10 + z * z * z / 120);
        Check.Small(Math.Abs(CollocationTableau.Gauss4.Stability(z) - four), 2e-14, "gauss-4");
        Check.Small(Math.Abs(CollocationTableau.Gauss6.Stability(z) - six), 1e-13, "gauss-6");
    }

    /// <summary>Regression: the arrays of the tableaus that everybody shares could be written to.</summary>
    [Fact]
    public void TableausHandOutNoArray()
    {
        foreach (var type in (Type[])[typeof(CollocationTableau), typeof(ExplicitTableau)])
            foreach (var property in type.GetProperties())
                Assert.False(property.PropertyType.IsArray, $"{type.Name}.{property.Name} is an array");
    }
}
