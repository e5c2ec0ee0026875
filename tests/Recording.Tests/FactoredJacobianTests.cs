using KernelFlow.Numerics;

namespace KernelFlow.Recording.Tests;

/// <summary>A Jacobian that is expanded from factors, against the sum of products written out.</summary>
public sealed class FactoredJacobianTests
{
    private const int Examples = 7, Outputs = 3;

    private static readonly JacobianLayer[] s_layers =
    [
        JacobianLayer.AtPositions("conv.1", 4, 5, 2, bias: true), JacobianLayer.Plain("norm", 3), JacobianLayer.Dense("wide", 6, 40, bias: true),
        JacobianLayer.Dense("last", 2, 3, bias: false),
    ];

    private static MemoryTensor Random(string name, params long[] shape)
    {
        var random = new Random(name.Length * 31 + name[^1]);
        return new MemoryTensor(name, Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextDouble() - 0.5).ToArray(), shape);
    }

    private static FactoredJacobian Make(Func<string, TensorSource, TensorSource>? change = null)
    {
        TensorSource Find(JacobianLayer layer, string name)
        {
            long[] shape = name[0] == 'J' ? [Examples, Outputs, layer.Columns] : name[0] == 'A' ? [Examples, layer.Inputs] : [Examples, Outputs, layer.Outputs];
            if (layer.Kind == JacobianLayerKind.Positions) shape = [.. shape[..^1], layer.Positions, shape[^1]];
            var tensor = Random(name, shape);
            return change?.Invoke(name, tensor) ?? tensor;
        }
        return new FactoredJacobian(TensorName.J_S, "memory", Examples, Outputs,
            [.. s_layers.Select(l => LayerFactors.Of(TensorName.J_S, l, Examples, Outputs, name => Find(l, name)))]);
    }

    private static double[] WrittenOut(FactoredJacobian jacobian)
    {
        var rows = new List<double>();
        for (int i = 0; i < Examples; i++)
            for (int c = 0; c < Outputs; c++)
                foreach (var f in jacobian.Layers)
                {
                    var layer = f.Layer;
                    int row = i * Outputs + c, T = (int)layer.Positions, k = (int)layer.Inputs, q = (int)layer.Outputs;
                    if (f.Columns is { } columns)
                    {
                        rows.AddRange(columns.ReadAll().AsSpan(row * (int)layer.Columns, (int)layer.Columns));
                        continue;
                    }
                    double[] a = f.Inputs!.ReadAll(), d = f.Deltas!.ReadAll();
                    for (int o = 0; o < q; o++)
                        for (int j = 0; j < k; j++)
                            rows.Add(Enumerable.Range(0, T).Sum(t => d[(row * T + t) * q + o] * a[(i * T + t) * k + j]));
                    if (layer.HasBias) rows.AddRange(Enumerable.Range(0, q).Select(o => Enumerable.Range(0, T).Sum(t => d[(row * T + t) * q + o])));
                }
        return [.. rows];
    }

    [Fact]
    public void EveryPieceOfItIsTheSumOfProducts()
    {
        var jacobian = Make();
        double[] expected = WrittenOut(jacobian);
        Assert.Equal([Examples, Outputs, 12 + 3 + 280 + 6], jacobian.Shape);
        Check(expected, jacobian.ReadAll(), "all of it");
        for (int length = 1; length < 700; length = 2 * length + 1)
            for (int first = 0; first + length <= expected.Length; first += 1 + length / 2)
            {
                var piece = new double[length];
                jacobian.Read(first, piece);
                Check(expected.AsSpan(first, length).ToArray(), piece, $"elements {first} to {first + length}");
            }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(301)]
    public void BlocksOfColumnsAreTheSameTransposed(int width)
    {
        var jacobian = Make();
        double[] expected = WrittenOut(jacobian);
        const int Rows = Examples * Outputs;
        int D = (int)jacobian.Shape[^1];
        for (int first = 0; first < D; first += width)
        {
            int count = Math.Min(width, D - first);
            var storage = new MatrixView(new double[(count + 2) * Rows], 1, count, Rows, count + 2);
            jacobian.ReadTransposed(first, storage);
            for (int r = 0; r < Rows; r++)
                Check(expected.AsSpan(r * D + first, count).ToArray(), storage.Column(r).ToArray(), $"columns {first} to {first + count} of row {r}");
        }
    }

    [Fact]
    public void ItsTypeIsTheCoarsestOfTheFactors()
    {
        var jacobian = Make((name, tensor) => name == "D_S/wide"
            ? new MemoryTensor(name, Array.ConvertAll(tensor.ReadAll(), v => (float)v), [.. tensor.Shape]) : tensor);
        Assert.Equal(StorageType.Float32, jacobian.Type);
        Assert.Equal(StorageType.Float64, Make().Type);
    }

    [Fact]
    public void ANumberThatIsNotFiniteIsToldByTheFactor()
    {
        var jacobian = Make((name, tensor) =>
        {
            if (name != "A_S/wide") return tensor;
            double[] values = tensor.ReadAll();
            values[6 * 4 + 2] = double.NaN;
            return new MemoryTensor(name, values, [.. tensor.Shape]);
        });
        var e = Assert.Throws<InvalidRunException>(jacobian.ReadAll);
        Assert.Equal("memory: A_S/wide: found NaN at index [4, 2], expected finite numbers.", e.Message);
    }

    [Fact]
    public void AProductThatOverflowsIsToldByTheJacobian()
    {
        var jacobian = Make((name, tensor) => name.EndsWith("/last", StringComparison.Ordinal)
            ? new MemoryTensor(name, Enumerable.Repeat(1e200, (int)tensor.Count).ToArray(), [.. tensor.Shape]) : tensor);
        string expected = "memory: J_S: found infinity at index [0, 0, 295], expected finite numbers.";
        Assert.Equal(expected, Assert.Throws<InvalidRunException>(jacobian.ReadAll).Message);
        var block = new MatrixView(new double[301 * 21], 301, 21);
        Assert.Equal(expected, Assert.Throws<InvalidRunException>(() => jacobian.ReadTransposed(0, block)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("größe")]
    public void WhatCannotNameALayerIsRefused(string name) => Assert.Throws<ArgumentException>(() => JacobianLayer.Plain(name, 1));

    private static void Check(double[] expected, double[] found, string what)
    {
        double worst = expected.Zip(found).Max(p => Math.Abs(p.First - p.Second));
        Assert.True(worst <= 1e-15, $"{what}: off by {worst}");
    }
}
