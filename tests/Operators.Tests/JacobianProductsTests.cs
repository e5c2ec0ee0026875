using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>Products from Jacobians and their factors against formed kernels and expanded Jacobians.</summary>
public sealed class JacobianProductsTests
{
    private static readonly int[] s_all = [0, 1, 2, 3], s_thinned = [0, 2, 3];

    private static ProductsBuilder Builder(CheckpointSequence run, long ceiling = long.MaxValue, Backend? backend = null) =>
        ProductsBuilder.Read(run, OutputRecord.Read(run), new MemoryAccount(new MemoryCeiling(ceiling)), backend ?? Backends.Managed);

    private static DenseMatrix Apply(int rows, DenseMatrix x, Action<DenseMatrix, DenseMatrix> product)
    {
        var y = DenseMatrix.Create(rows, x.ColumnCount, double.NaN);
        product(x, y);
        return y;
    }

    private static DenseMatrix Train(KernelProducts p, int i, double t, DenseMatrix x) => Apply(p.TrainSize, x, (a, b) => p.ApplyTrain(i, t, a, b));

    private static DenseMatrix Test(KernelProducts p, int i, double t, DenseMatrix x) => Apply(p.TestSize, x, (a, b) => p.ApplyTest(i, t, a, b));

    private static DenseMatrix Back(KernelProducts p, int i, double t, DenseMatrix y) => Apply(p.TrainSize, y, (a, b) => p.ApplyTestTransposed(i, t, a, b));

    private static double Time(KernelProducts p, int interval, double theta) =>
        theta == 1 ? p.Knots[interval + 1] : p.Knots[interval] + theta * (p.Knots[interval + 1] - p.Knots[interval]);

    private static void AgreesWith(KernelTrajectory trajectory, KernelProducts products, int vectors, double tolerance, string what)
    {
        int N = trajectory.TrainSize, M = trajectory.TestSize;
        Assert.Equal(trajectory.Knots, products.Knots);
        var random = new Random(5);
        DenseMatrix x = RandomMatrices.Uniform(random, N, vectors), z = RandomMatrices.Uniform(random, M, vectors), kernels = new(N + M, N);
        var (expected, found) = (new OutputHessian(N / trajectory.Outputs, trajectory.Outputs), new OutputHessian(N / trajectory.Outputs, trajectory.Outputs));
        for (int k = 0; k < trajectory.Intervals; k++)
            foreach (double theta in (double[])[0, 0.3, 1])
            {
                double t = Time(products, k, theta);
                trajectory.Kernels(k, t, kernels);
                var (K_SS, K_QS) = (kernels.SubMatrix(0, N, 0, N), kernels.SubMatrix(N, M, 0, N));
                double size = kernels.FrobeniusNorm() * Math.Sqrt(vectors);
                void Close(DenseMatrix y, MathNet.Numerics.LinearAlgebra.Matrix<double> kernel, DenseMatrix from, string product) =>
                    Check.Small((y - kernel * from).FrobeniusNorm(), tolerance * size, $"{what}, {product}, interval {k}, θ = {theta}");
                Close(Train(products, k, t, x), K_SS, x, "K_SS X");
                Close(Test(products, k, t, x), K_QS, x, "K_QS X");
                Close(Back(products, k, t, z), K_QS.Transpose(), z, "K_SQ Y");
                DenseMatrix train = new(N, vectors), test = new(M, vectors);
                products.ApplyBoth(k, t, x, train, test);
                Assert.Equal(Train(products, k, t, x), train);
                Assert.Equal(Test(products, k, t, x), test);
                double largest = K_SS.Evd().EigenValues.Max(e => e.Real), bound = products.TrainBound(k);
                Assert.True(largest <= bound, FormattableString.Invariant($"{what}: λ_max = {largest} is above its bound {bound} in interval {k}."));
                trajectory.Hessian(k, t, expected);
                products.Hessian(k, t, found);
                Assert.Equal(expected.Blocks, found.Blocks);
            }
    }

    public static TheoryData<string, int, bool, bool, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, int, bool, bool, bool>();
            foreach (string network in LayeredRun.Networks.Keys)
                foreach (int p in (int[])[1, 3])
                    foreach (bool factored in (bool[])[true, false])
                        foreach (bool float32 in (bool[])[false, true])
                            foreach (bool preconditioned in (bool[])[false, true]) data.Add(network, p, factored, float32, preconditioned);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ProductsAreThoseOfTheFormedKernels(string network, int p, bool factored, bool float32, bool preconditioned)
    {
        var loss = p == 1 ? null : LossModel.SoftmaxCrossEntropy([.. Enumerable.Range(0, 6).SelectMany(_ => (double[])[0.25, 0.25, 0.5])], p);
        var run = LayeredRun.Make(network, p, factored, float32, preconditioned, loss: loss);
        var formed = TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed, sparseCubic: true);
        foreach (long ceiling in (long[])[long.MaxValue, 1])
        {
            var builder = Builder(run, ceiling);
            AgreesWith(formed.Linear(s_all), builder.Linear(s_all), 5, 1e-14, "linear");
            AgreesWith(formed.Linear(s_thinned), builder.Linear(s_thinned), 1, 1e-14, "linear, thinned");
            AgreesWith(formed.Cubic(s_all), builder.Cubic(s_all), 17, 1e-13, "cubic");
            AgreesWith(formed.Parabolic(s_all), builder.Parabolic(s_all), 2, 1e-13, "parabolic");
            var applied = TrajectoryBuilder.ReadApplied(run, OutputRecord.Read(run), Backends.Managed,
                new MemoryAccount(new MemoryCeiling(ceiling)));
            EachAtATimeOfItsOwn(formed.Linear(s_all), applied.Linear(s_all), 1e-14, "linear");
            EachAtATimeOfItsOwn(formed.Cubic(s_all), applied.Cubic(s_all), 1e-13, "cubic");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void DiagonalsAndInnerProductsAreThoseOfTheFormedKernels(string network, int p, bool factored, bool float32, bool preconditioned)
    {
        var run = LayeredRun.Make(network, p, factored, float32, preconditioned);
        var outputs = OutputRecord.Read(run);
        var formed = TrajectoryBuilder.Read(run, outputs, Backends.Managed);
        var applied = TrajectoryBuilder.ReadApplied(run, outputs, Backends.Managed, new MemoryAccount(MemoryCeiling.None));
        for (int k = 0; k < run.Count; k++)
        {
            Check.Close(applied.At(k).TrainDiagonal, formed.At(k).TrainDiagonal, 1e-14, $"diagonal of K_SS, checkpoint {k}");
            Check.Close(applied.At(k).TestDiagonal!, formed.At(k).TestDiagonal!, 1e-14, $"diagonal of K_QQ, checkpoint {k}");
            for (int before = Math.Max(0, k - 2); before <= k; before++)
                Check.Close(applied.InnerProduct(before, k), formed.InnerProduct(before, k)!.Value, 1e-12, $"⟨J_{before}, J_{k}⟩");
        }
    }

    // Vectors at different times in one product, and steps of descent on paths of different speeds, beside formed kernels one by one.
    private static void EachAtATimeOfItsOwn(InterpolatedTrajectory formed, InterpolatedTrajectory applied, double tolerance, string what)
    {
        int N = formed.TrainSize, M = formed.TestSize;
        double[] thetas = [0.2, 0.9, 0.2, 1, 0];
        var x = RandomMatrices.Uniform(new Random(8), N, thetas.Length);
        DenseMatrix kernels = new(N + M, N), train = new(N, x.ColumnCount), test = new(M, x.ColumnCount), chords = new(N + M, 2), expected = new(N + M, 2);
        for (int k = 0; k < formed.Intervals; k++)
        {
            double start = formed.Knots[k], length = formed.Knots[k + 1] - start;
            double[] times = [.. thetas.Select(theta => Math.Min(formed.Knots[k + 1], start + theta * length))];
            applied.ApplyTrain(k, times, x, train);
            applied.ApplyTest(k, times, x, test);
            for (int c = 0; c < times.Length; c++)
            {
                formed.Kernels(k, times[c], kernels);
                var found = train.SubMatrix(0, N, c, 1).Stack(test.SubMatrix(0, M, c, 1));
                Check.Small((found - kernels * x.SubMatrix(0, N, c, 1)).FrobeniusNorm(), tolerance * kernels.FrobeniusNorm() * Math.Sqrt(N),
                    $"{what}, interval {k}, vector {c} at a time of its own");
            }
            double[] rates = [.. Enumerable.Repeat(2.0, formed.Intervals)];
            var pair = x.SubMatrix(0, N, 0, 2);
            void Step(InterpolatedTrajectory path, DenseMatrix y) => path.ApplyChords([path, path.AtSpeeds(rates)], k, start + 0.1 * length,
                start + 0.6 * length, (DenseMatrix)pair, y, Backends.Managed.Spare);
            Step(applied, chords);
            Step(formed, expected);
            // Of distant checkpoints, as a cubic has, the formed kernels know the symmetric half of the product alone.
            if (what.StartsWith("linear", StringComparison.Ordinal))
                Check.Small((chords - expected).FrobeniusNorm(), 10 * tolerance * kernels.FrobeniusNorm() * Math.Sqrt(N), $"{what}, interval {k}, steps");
        }
    }

    [Theory]
    [InlineData("dense", true)]
    [InlineData("positions", true)]
    [InlineData("columns", true)]
    [InlineData("dense", false)]
    public void NoCeilingAndNoNumberOfThreadsChangesABit(string network, bool factored)
    {
        const int Vectors = 19; // 16, and 3 that fill up a block of 4
        var run = LayeredRun.Make(network, 3, factored, float32: true, train: 300, test: 140);
        var x = RandomMatrices.Uniform(new Random(1), run.TrainSize, Vectors);
        var reference = Builder(run).Cubic(s_all);
        double t = Time(reference, 1, 0.4);
        DenseMatrix train = Train(reference, 1, t, x), test = Test(reference, 1, t, x);
        var kernels = new DenseMatrix(run.TrainSize + run.TestSize, run.TrainSize);
        TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed).Cubic(s_all).Kernels(1, t, kernels);
        Check.Small((train.Stack(test) - kernels * x).FrobeniusNorm(), 1e-13 * kernels.FrobeniusNorm() * x.FrobeniusNorm(), "products of many examples");
        foreach (long ceiling in (long[])[1, 200_000, 1_000_000])
            foreach (int threads in (int[])[1, 2])
            {
                var products = Builder(run, ceiling, Backend.Managed(threads)).Cubic(s_all);
                Assert.Equal(train, Train(products, 1, t, x));
                Assert.Equal(test, Test(products, 1, t, x));
            }
    }

    [Fact]
    public void WhatIsKeptStaysUnderTheCeiling()
    {
        var run = LayeredRun.Make("dense", 3, factored: true, train: 300, test: 140);
        const long Room = 1_500_000;
        var account = new MemoryAccount(new MemoryCeiling(Room));
        var products = ProductsBuilder.Read(run, OutputRecord.Read(run), account, Backends.Managed).Linear(s_all);
        var x = RandomMatrices.Uniform(new Random(1), run.TrainSize, 4);
        for (int k = 0; k < products.Intervals; k++)
        {
            Train(products, k, Time(products, k, 0.5), x);
            Test(products, k, Time(products, k, 0.5), x);
        }
        Assert.True(account.Largest <= Room, $"{account.Largest} bytes were held, the ceiling is {Room}.");
        Assert.True(account.Held > 500_000, $"Only {account.Held} bytes are kept, though there is room for {Room}.");
    }

    [Fact]
    public void TrajectoriesAndProductsOfARunKeepTheSameNumbers()
    {
        var run = LayeredRun.Make("dense", 3, factored: true, train: 300, test: 140);
        var account = new MemoryAccount(MemoryCeiling.None);
        var applied = TrajectoryBuilder.ReadApplied(run, OutputRecord.Read(run), Backends.Managed, account);
        long numbers = run.Sum(c => c.Tensors.Values.OfType<FactoredJacobian>().SelectMany(j => j.Tensors).Sum(t => t.Count * t.Type.Size()));
        DenseMatrix x = RandomMatrices.Uniform(new Random(1), run.TrainSize, 4), y = new(run.TrainSize, 4);
        var trajectory = applied.Linear(s_all);
        var products = applied.Products.Linear(s_all);
        for (int k = 0; k < products.Intervals; k++)
        {
            double t = Time(products, k, 0.5);
            trajectory.ApplyTrain(k, [t, t, t, t], x, y);
            Check.Close(Train(products, k, t, x), y, 1e-13, $"the same product, interval {k}");
        }
        // Buffers and what is combined for a product are beside the numbers; twice the numbers would be more.
        Check.Between(account.Held, 0.5 * numbers, 1.5 * numbers, "bytes that are kept");
    }

    [Theory]
    [InlineData("dense", true)]
    [InlineData("positions", true)]
    [InlineData("columns", true)]
    [InlineData("positions", false)]
    public void JacobiansAreAppliedInTheOrderOfTheirColumns(string network, bool factored)
    {
        var run = LayeredRun.Make(network, 3, factored);
        var products = Builder(run).Cubic(s_all);
        int D = products.Parameters, N = products.TrainSize, M = products.TestSize;
        double theta = 0.7, t = Time(products, 1, theta);
        DenseMatrix S = new(D, N), Q = new(D, M);
        var interpolant = products.Interpolants[1];
        for (int a = 0; a < interpolant.Checkpoints.Count; a++)
        {
            DenseMatrix s = new(D, N), q = new(D, M);
            run[interpolant.Checkpoints[a]][TensorName.J_S].ReadTransposed(0, s);
            run[interpolant.Checkpoints[a]][TensorName.J_Q].ReadTransposed(0, q);
            S += interpolant.At(a, theta) * s;
            Q += interpolant.At(a, theta) * q;
        }
        DenseMatrix found = new(D, N);
        products.TrainJacobian(1, t, found);
        Check.Small((found - S).FrobeniusNorm(), 1e-14 * S.FrobeniusNorm(), "J_Sᵀ");
        var random = new Random(8);
        foreach (int c in (int[])[1, 4, 18])
        {
            DenseMatrix x = RandomMatrices.Uniform(random, N, c), y = RandomMatrices.Uniform(random, M, c), v = RandomMatrices.Uniform(random, D, c);
            double size = S.FrobeniusNorm() * Math.Sqrt(c * D);
            void Close(DenseMatrix from, int rows, Action<DenseMatrix, DenseMatrix> product, MathNet.Numerics.LinearAlgebra.Matrix<double> expected,
                string what) =>
                Check.Small((Apply(rows, from, product) - expected).FrobeniusNorm(), 1e-14 * size, $"{what}, {c} vectors");
            Close(x, D, (a, b) => products.TrainTransposed(1, t, a, b), S * x, "J_Sᵀ X");
            Close(y, D, (a, b) => products.TestTransposed(1, t, a, b), Q * y, "J_Qᵀ Y");
            Close(v, N, (a, b) => products.Train(1, t, a, b), S.Transpose() * v, "J_S V");
            Close(v, M, (a, b) => products.Test(1, t, a, b), Q.Transpose() * v, "J_Q V");
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void ProductsOfKernelBlocksAreThoseOfTheFormedKernels(bool cross, bool float32)
    {
        var run = new SyntheticRun(n: 7, m: 4, p: 2, D: 40, count: 4, seed: 3, float32: float32).Blocks(testKernel: true, cross);
        var formed = TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed);
        foreach (long ceiling in (long[])[long.MaxValue, 1])
        {
            var builder = Builder(run, ceiling);
            Assert.Equal(cross, ((BlockProducts)builder.Linear(s_all)).InterpolatesJacobian);
            AgreesWith(formed.Linear(s_all), builder.Linear(s_all), 5, 1e-14, "linear");
            AgreesWith(formed.Linear(s_thinned), builder.Linear(s_thinned), 5, 1e-14, "thinned");
            Assert.Throws<InvalidOperationException>(() => builder.Cubic(s_all));
        }
    }

    [Fact]
    public void AKernelThatIsNotSymmetricIsRefused()
    {
        var run = new SyntheticRun(n: 7, m: 4, p: 2, D: 40, count: 2, seed: 3);
        var K = run.J_S[0] * run.J_S[0].Transpose();
        K[9, 4] += 0.5;
        var blocks = run.Sequence(k => [run.Tensor("K_SS", K), run.Tensor("K_QS", run.J_Q[k] * run.J_S[k].Transpose())]);
        var products = Builder(blocks).Linear([0, 1]);
        var error = Assert.Throws<InvalidRunException>(() => Train(products, 0, run.Times[0], new DenseMatrix(run.N, 1)));
        Assert.Contains("[9, 4]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FlopsAreThoseOfTheProductsOfTheLayers()
    {
        var run = LayeredRun.Make("dense", 3, factored: true);
        var products = Builder(run).Linear(s_all);
        // J and Jᵀ: inputs and bias times outputs for each example, and the p outputs combined; once where inputs are the same, else for both checkpoints.
        double expected = 2 * 2 * 6 * ((10 + 3) * 21 + 2 * ((21 + 3) * 7) + 2 * ((8 + 3) * 3));
        Assert.Equal(expected, products.TrainFlops(0));
    }

    [Fact]
    public void BoundsOfPolynomialsHoldAndAreSharpForStraightLines()
    {
        Assert.Equal(1, Polynomial.LargestMagnitude([1, -1]), 15);
        Assert.Equal(1, Polynomial.LargestMagnitude([0, 1]), 15);
        var random = new Random(2);
        for (int i = 0; i < 50; i++)
        {
            double[] p = RandomMatrices.Vector(random, 4);
            double bound = Polynomial.LargestMagnitude(p), largest = Enumerable.Range(0, 101).Max(j => Math.Abs(Polynomial.At(p, j / 100.0)));
            Assert.True(largest <= bound * (1 + 1e-14), $"|p| reaches {largest}, its bound is {bound}.");
        }
    }
}
