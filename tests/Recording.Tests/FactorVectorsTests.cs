using KernelFlow.Numerics;

namespace KernelFlow.Recording.Tests;

/// <summary>J and Jᵀ times vectors from factors, against the Jacobian written out.</summary>
public sealed class FactorVectorsTests
{
    private const int Examples = 7, Outputs = 3, Rows = Examples * Outputs;

    // u: half the distance from 1 to the next number.
    private const double Unit = 1.1102230246251565e-16;

    private static readonly JacobianLayer[] s_layers =
    [
        JacobianLayer.AtPositions("conv.1", 4, 5, 2, bias: true), JacobianLayer.Plain("norm", 3), JacobianLayer.Dense("wide", 6, 40, bias: true),
        JacobianLayer.AtPositions("sequence", 3, 2, 7, bias: false), JacobianLayer.Dense("last", 2, 3, bias: false),
    ];

    private static FactoredJacobian Make(bool magnitudes)
    {
        var random = new Random(11);
        return new FactoredJacobian(TensorName.J_S, "memory", Examples, Outputs, [.. s_layers.Select(l => LayerFactors.Of(TensorName.J_S, l, Examples, Outputs,
            name =>
            {
                long[] shape = name[0] == 'J' ? [Examples, Outputs, l.Columns] : name[0] == 'A' ? [Examples, l.Inputs] : [Examples, Outputs, l.Outputs];
                if (l.Kind == JacobianLayerKind.Positions) shape = [.. shape[..^1], l.Positions, shape[^1]];
                var values = Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextDouble() - 0.5).ToArray();
                return new MemoryTensor(name, magnitudes ? Array.ConvertAll(values, Math.Abs) : values, shape);
            }))]);
    }

    private static double[] Normal(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
    }

    private static IEnumerable<(int First, int Count)> Ranges(int D)
    {
        yield return (0, D);
        for (int count = 1; count < D; count = 2 * count + 1)
            for (int first = 0; first + count <= D; first += 1 + count / 2) yield return (first, count);
    }

    // A sum of m products has a relative error of at most m·u of the sum of the magnitudes. Expanded: T products for a number of J, then one for each column.
    // From factors: inputs, then outputs and positions, then one sum for each of the layers' parts, of which there are at most five each.
    private static double Bound(double magnitude, int summed) =>
        (summed + s_layers.Max(l => l.Positions) + s_layers.Max(l => Math.Max(l.Inputs + l.Outputs * l.Positions, l.Columns)) + 5 * s_layers.Length)
        * Unit * magnitude;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ProductsAreThoseOfTheWrittenOutJacobian(int vectors)
    {
        FactoredJacobian jacobian = Make(magnitudes: false);
        double[] J = jacobian.ReadAll(), size = Make(magnitudes: true).ReadAll();
        int D = (int)jacobian.Shape[2];
        var products = new FactorVectors(Backend.Managed(1));
        foreach (var (first, count) in Ranges(D))
        {
            double[] v = Normal(count * vectors, count), y = Normal(Rows * vectors, 5), b = Normal(Rows * vectors, 6), z = Normal(count * vectors, 7);
            double[] expectedY = [.. y], expectedZ = [.. z], magnitudeY = Array.ConvertAll(y, Math.Abs), magnitudeZ = Array.ConvertAll(z, Math.Abs);
            for (int j = 0; j < vectors; j++)
                for (int r = 0; r < Rows; r++)
                    for (int d = 0; d < count; d++)
                    {
                        double x = J[r * D + first + d], m = size[r * D + first + d];
                        expectedY[j * Rows + r] += -1.5 * x * v[j * count + d];
                        expectedZ[j * count + d] += -1.5 * x * b[j * Rows + r];
                        magnitudeY[j * Rows + r] += 1.5 * m * Math.Abs(v[j * count + d]);
                        magnitudeZ[j * count + d] += 1.5 * m * Math.Abs(b[j * Rows + r]);
                    }
            products.Multiply(jacobian, first, new MatrixView(v, count, vectors), -1.5, new MatrixView(y, Rows, vectors));
            products.MultiplyTransposed(jacobian, first, new MatrixView(b, Rows, vectors), -1.5, new MatrixView(z, count, vectors));
            Check.Small(VectorRoutines.Distance(expectedY, y), Bound(VectorRoutines.Norm(magnitudeY), count), $"J V, columns {first} to {first + count}");
            Check.Small(VectorRoutines.Distance(expectedZ, z), Bound(VectorRoutines.Norm(magnitudeZ), Rows), $"JᵀB, columns {first} to {first + count}");
        }
    }

    [Fact]
    public void EachExampleHasItsOwnSum()
    {
        FactoredJacobian jacobian = Make(magnitudes: false);
        double[] J = jacobian.ReadAll(), size = Make(magnitudes: true).ReadAll(), b = Normal(Rows, 3);
        int D = (int)jacobian.Shape[2];
        foreach (var (first, count) in Ranges(D))
        {
            double[] found = new double[Examples * count], expected = new double[Examples * count], magnitude = new double[Examples * count];
            new FactorVectors(Backend.Managed(1)).EachExample(jacobian, first, count, b, (i, at, values) => values.CopyTo(found.AsSpan(i * count + at)));
            for (int r = 0; r < Rows; r++)
                for (int d = 0; d < count; d++)
                {
                    expected[r / Outputs * count + d] += b[r] * J[r * D + first + d];
                    magnitude[r / Outputs * count + d] += Math.Abs(b[r]) * size[r * D + first + d];
                }
            Check.Small(VectorRoutines.Distance(expected, found), Bound(VectorRoutines.Norm(magnitude), Outputs), $"columns {first} to {first + count}");
        }
    }

    [Fact]
    public void VectorsOfAnotherLengthAreRefused()
    {
        var jacobian = Make(magnitudes: false);
        int D = (int)jacobian.Shape[2];
        var products = new FactorVectors(Backend.Managed(1));
        MatrixView Zeros(int rows) => new(new double[rows], rows, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => products.Multiply(jacobian, 1, Zeros(D), 1, Zeros(Rows)));
        Assert.Throws<ArgumentException>(() => products.Multiply(jacobian, 0, Zeros(D), 1, Zeros(Rows - 1)));
        Assert.Throws<ArgumentException>(() => products.EachExample(jacobian, 0, D, new double[Rows + 1], (_, _, _) => { }));
    }
}
