namespace KernelFlow.Integrators.Tests.Families;

/// <summary>Coefficients of midpoint and Radau IIA against the published ones, and the sign on which the choice of Cholesky rests.</summary>
public class CollocationFamilyTests
{
    private static readonly double r6 = Math.Sqrt(6);

    /// <summary>Hairer &amp; Wanner, Solving ODEs II, tables IV.5.5 and IV.5.6.</summary>
    [Fact]
    public void RadauCoefficientsAreThePublishedOnes()
    {
        Compare(CollocationTableau.Gauss2, 2, [1], new[,] { { 0.5 } });
        Compare(CollocationTableau.Radau3, 3, [0.75, 0.25], new[,] { { 5.0 / 12, -1.0 / 12 }, { 0.75, 0.25 } });
        Compare(CollocationTableau.Radau5, 5, [(16 - r6) / 36, (16 + r6) / 36, 1.0 / 9], new[,]
        {
            { (88 - 7 * r6) / 360, (296 - 169 * r6) / 1800, (-2 + 3 * r6) / 225 },
            { (296 + 169 * r6) / 1800, (88 + 7 * r6) / 360, (-2 - 3 * r6) / 225 },
            { (16 - r6) / 36, (16 + r6) / 36, 1.0 / 9 },
        });

        static void Compare(CollocationTableau t, int order, double[] b, double[,] a)
        {
            Assert.Equal(order, t.Order);
            for (int i = 0; i < b.Length; i++)
            {
                Check.Small(Math.Abs(t.B[i] - b[i]), 4e-16, $"{t.Name}: b_{i}");
                for (int j = 0; j < b.Length; j++) Check.Small(Math.Abs(t.A[i][j] - a[i, j]), 1e-15, $"{t.Name}: a_{i}{j}");
            }
        }
    }

    /// <summary>Radau IIA are the subdiagonal Padé approximations of e^{−z}: L-stable.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(2.5)]
    [InlineData(40)]
    [InlineData(1e6)]
    public void StabilityFunctions(double z)
    {
        Check.Small(Math.Abs(CollocationTableau.Gauss2.Stability(z) - (1 - z / 2) / (1 + z / 2)), 32 * Check.Eps, "gauss-2");
        Check.Small(Math.Abs(CollocationTableau.Radau3.Stability(z) - (1 - z / 3) / (1 + 2 * z / 3 + z * z / 6)), 32 * Check.Eps, "radau-3");
        Check.Small(Math.Abs(CollocationTableau.Radau5.Stability(z) - (1 - 2 * z / 5 + z * z / 20) / (1 + 3 * z / 5 + 3 * z * z / 20 + z * z * z / 60)),
            32 * Check.Eps, "radau-5");
    }

    [Fact]
    public void TheSecondBlockIsPositiveDefinite()
    {
        foreach (var t in (CollocationTableau[])[CollocationTableau.Gauss4, CollocationTableau.Gauss6, CollocationTableau.Radau3, CollocationTableau.Radau5])
        {
            Check.AtLeast(-t.Inverse[1][0] * t.Inverse[0][1], 0.1, $"{t.Name}: −α_10 α_01");
            Check.AtLeast(t.Inverse[0][0], 0.1, $"{t.Name}: α_00");
            Check.Positive(t.B.Min(), $"{t.Name}: smallest weight");
        }
    }
}
