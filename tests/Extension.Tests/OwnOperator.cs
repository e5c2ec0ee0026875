using KernelFlow;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;

namespace Extension.Tests;

/// <summary>The negative second difference of a sequence that is zero outside: 2x_i − x_{i−1} − x_{i+1}, never formed as a matrix.</summary>
public sealed class SecondDifference(int size) : LinearOperator(size, size, isSymmetric: true)
{
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        for (int column = 0; column < x.Columns; column++)
        {
            ReadOnlySpan<double> from = x.Column(column);
            Span<double> to = y.Column(column);
            for (int i = 0; i < from.Length; i++) to[i] = 2 * from[i] - (i > 0 ? from[i - 1] : 0) - (i + 1 < from.Length ? from[i + 1] : 0);
        }
    }
}

public class OwnOperator
{
    private const int Size = 60, Wanted = 10;
    private static readonly Backend s_backend = Backend.Managed(1);

    // The Krylov space is the whole space of 60 dimensions, so values and vectors come out to rounding, not to the tolerance of 1e-10.
    private const double Limit = 1e-14;

    [Fact]
    public void ItsLargestEigenvaluesAreThoseOfTheClosedFormAndOfTheDenseMatrix()
    {
        var found = ThickRestartLanczos.Solve(new SecondDifference(Size), Wanted, new LanczosOptions(), s_backend).Pairs;
        Assert.True(found.Converged);
        Check.CloseEntries(found.Values, Enumerable.Range(0, Wanted).Select(k => 2 + 2 * Math.Cos((k + 1) * Math.PI / (Size + 1))), Limit, "closed form");

        // The matrix is the operator's action on the identity.
        MatrixView identity = new(new double[Size * Size], Size, Size), matrix = new(new double[Size * Size], Size, Size);
        for (int i = 0; i < Size; i++) identity.Column(i)[i] = 1;
        new SecondDifference(Size).Apply(identity, matrix);
        var dense = DenseEigen.Decompose(matrix, s_backend);
        Check.CloseEntries(found.Values, dense.Values.Take(Wanted), Limit, "dense eigenvalues");
        Check.SameSubspace(found.Vectors, dense.Vectors.SubMatrix(0, Size, 0, Wanted), 2e-13, "eigenvectors");
    }

    [Fact]
    public void AShapeThatDoesNotFitIsRefused()
    {
        var five = new MatrixView(new double[5], 5, 1);
        string message = Assert.Throws<ArgumentException>(() => new SecondDifference(Size).Apply(five, five)).Message;
        Assert.Equal("The operator is 60x60; x is 5x1, y is 5x1.", message);
    }

    // x_0, …, x_{n−1} to their differences, with no transpose.
    private sealed class Difference() : LinearOperator(2, 3, isSymmetric: false)
    {
        protected override void ApplyCore(in MatrixView x, in MatrixView y)
        {
            for (int j = 0; j < x.Columns; j++)
                for (int i = 0; i < 2; i++) y.Column(j)[i] = x.Column(j)[i + 1] - x.Column(j)[i];
        }
    }

    [Fact]
    public void ATransposeThatIsNotThereIsRefusedByName()
    {
        MatrixView two = new(new double[2], 2, 1), three = new(new double[] { 1, 4, 9 }, 3, 1);
        new Difference().Apply(three, two);
        Assert.Equal([3.0, 5.0], two.Column(0).ToArray());
        string message = Assert.Throws<NotSupportedException>(() => new Difference().ApplyTranspose(two, three)).Message;
        Assert.Equal("Difference has no transpose: it does not override ApplyTransposeCore.", message);
    }
}
