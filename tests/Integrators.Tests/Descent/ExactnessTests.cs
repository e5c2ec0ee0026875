namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>Where the quadratures are exact, descent mode has no error but rounding, although the learning rate is large and the kernel changes.</summary>
public class ExactnessTests
{
    [Theory]
    [InlineData("gradient-descent")]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void TrainingIsPredictedToRounding(string kind)
    {
        var c = Runs.Exact(kind).Record();
        var result = Runs.Run(c);
        var (C1, C2, C3, C4) = Runs.Errors(c, result);
        // Sums of a few hundred products for 6 or 3 outputs: a few ε. C4 is relative to a smaller displacement.
        Check.Small(C1, 64 * Check.Eps, "C1");
        Check.Small(C2, 64 * Check.Eps, "C2");
        Check.Small(C3, 64 * Check.Eps, "C3");
        Check.Small(C4, 1e-13, "C4");
        Assert.Equal((kind, ChordQuadratureKind.Trapezium), (result.Record.Optimizer, result.Record.Quadrature));
        // Not a trivial case: the kernel moves, and so do the outputs.
        Matrix<double> first = Runs.Jacobian(c[0], "J_S", 6), last = Runs.Jacobian(c[^1], "J_S", 6);
        Check.Between(Check.Relative(last * last.Transpose(), first * first.Transpose()), 0.02, 100, "kernel drift");
    }

    /// <summary>The definitions of section 8 in dense parameter space, with J̄, M and every H_i written out.</summary>
    [Theory]
    [InlineData("gradient-descent")]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void OperatorsAndBoundsAreThoseOfTheDefinitions(string kind)
    {
        const int N = 6, M = 3;
        var c = Runs.Exact(kind, 12).Record();
        var result = Runs.Run(c);
        int steps = c.Count - 1;
        var (mu, gain) = kind switch { "momentum" => (0.8, 1.0), "adam" => (0.9, 1 - 0.9), _ => (0.0, 1.0) };
        Matrix<double> P = Matrix<double>.Build.DenseIdentity(N), W = 0 * P, GS = 0 * P, GQ = Matrix<double>.Build.Dense(M, N),
            Z = Matrix<double>.Build.Dense(23, N);
        var (hs, hq, eta) = (new Matrix<double>[steps], new Matrix<double>[steps], new double[steps]);
        for (int k = 0; k < steps; k++)
        {
            eta[k] = c[k + 1].Time - c[k].Time;
            Matrix<double> J = Runs.Jacobian(c[k], "J_S", N), averageS = (J + Runs.Jacobian(c[k + 1], "J_S", N)) / 2;
            var averageQ = (Runs.Jacobian(c[k], "J_Q", M) + Runs.Jacobian(c[k + 1], "J_Q", M)) / 2;
            double f = kind == "adam" ? eta[k] / (1 - Math.Pow(0.9, k + 1)) : eta[k];
            var diagonal = Matrix<double>.Build.DenseOfDiagonalArray(kind == "adam" ? c[k]["preconditioner"].ReadAll() : Enumerable.Repeat(1.0, 23).ToArray());
            Z = mu * Z + gain * J.Transpose() * P;
            W += eta[k] * (J.Transpose() * P).TransposeThisAndMultiply(J.Transpose() * P);
            GS += f * averageS * diagonal * Z;
            GQ += f * averageQ * diagonal * Z;
            P -= f / N * averageS * diagonal * Z;
            (hs[k], hq[k]) = (gain * f / N * averageS * diagonal, gain * f * averageQ * diagonal);
        }
        Matrix<double> response = Matrix<double>.Build.Dense(M, M), motion = Matrix<double>.Build.Dense(N, N);
        for (int i = 0; i < steps; i++)
        {
            Matrix<double> HS = 0 * hs[0], HQ = 0 * hq[0];
            for (int k = i; k < steps; k++) (HS, HQ) = (HS + Math.Pow(mu, k - i) * hs[k], HQ + Math.Pow(mu, k - i) * hq[k]);
            response += HQ * HQ.Transpose() / eta[i];
            motion += HS * HS.Transpose() / eta[i];
        }
        Check.Close(result.Propagation.P, P, 64 * Check.Eps, "P");
        Check.Close(result.Propagation.W_S, W, 64 * Check.Eps, "W_d");
        Check.Close(result.Propagation.G_S, GS, 64 * Check.Eps, "G_S,d");
        Check.Close(result.Propagation.G_Q, GQ, 64 * Check.Eps, "G_d");
        double c5 = response.Evd(Symmetricity.Symmetric).EigenValues.Max(v => v.Real), c9 = motion.Evd(Symmetricity.Symmetric).EigenValues.Max(v => v.Real);
        Check.Small(Math.Abs(result.Record.ResponseBound / c5 - 1), 128 * Check.Eps, "c of the response");
        Check.Small(Math.Abs(result.Record.MotionBound / c9 - 1), 128 * Check.Eps, "c of the motion");
        // Both bounds in use, for every vector at once: W^{-1/2} on either side.
        var evd = W.Evd(Symmetricity.Symmetric);
        var inverseRoot = evd.EigenVectors * Matrix<double>.Build.DenseOfDiagonalArray(evd.EigenValues.Select(v => 1 / Math.Sqrt(v.Real)).ToArray());
        Check.Small((GQ * inverseRoot).L2Norm(), Math.Sqrt(result.Record.ResponseBound) * (1 + 1e-9), "‖G_d W_d^{-1/2}‖ against √c");
        Check.Small(((P - Matrix<double>.Build.DenseIdentity(N)) * inverseRoot).L2Norm(), Math.Sqrt(result.Record.MotionBound) * (1 + 1e-9),
            "‖(P − I)W_d^{-1/2}‖ against √c");
    }

    [Fact]
    public void PreconditionedGradientDescentIsPredictedToRounding()
    {
        var training = Runs.Exact("gradient-descent") with { Diagonal = [.. Enumerable.Range(0, 23).Select(d => 0.2 + 0.1 * d)] };
        var c = (training with { Rates = Training.Constant(0.1, 20) }).Record();
        var result = Runs.Run(c);
        var (C1, C2, C3, C4) = Runs.Errors(c, result);
        Check.Small(new[] { C1, C2, C3, C4 }.Max(), 1e-13, "largest of C1 to C4");
        var g = Vector<double>.Build.Random(6, 3);
        Check.Small((result.Propagation.G_Q * g).L2Norm(), Math.Sqrt(result.Record.ResponseBound * (g * (result.Propagation.W_S * g))),
            "‖G_d v‖ against its bound");
    }

    /// <summary>More parameters than one column block holds: the parts of the sums add up.</summary>
    [Theory]
    [InlineData("gradient-descent")]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void SeveralColumnBlocksAddUp(string kind)
    {
        const int D = 150_000;
        var c = new Training(new Quadratic(5, D, 0.3, 3), 3, LossModel.Squared(Runs.Targets(3, 5), 1))
        {
            Optimizer = Runs.Named(kind),
            Rates = Training.Constant(kind == "gradient-descent" ? 2e-5 : 4e-6, 4),
            Scale = 0.3,
        }.Record();
        Check.AtLeast(new ChordColumns(c, midpoints: false).Blocks, 2, "column blocks, without which nothing is tested");
        var result = Runs.Run(c);
        // The recorded outputs are sums of 150000 terms; a block lost or counted twice would be an error of order one.
        // Where a gradient happens to vanish, Adam's M is huge: G_d is then much larger than the displacement G_d g that is left, and rounding goes with the
        // former.
        var o = OutputRecord.Read(c);
        double g = Vector<double>.Build.DenseOfArray(o.Gradients[0]).L2Norm(),
            moved = (result.Propagation.G_Q * Vector<double>.Build.DenseOfArray(o.Gradients[0])).L2Norm();
        double conditioning = result.Propagation.G_Q.FrobeniusNorm() * g / moved;
        Check.Small(Runs.Errors(c, result).C4, 1e-11 + 100 * Check.Eps * conditioning,
            FormattableString.Invariant($"C4 (‖G_d‖‖g‖/‖G_d g‖ = {conditioning:g3})"));
    }

    /// <summary>Windows of plain gradient descent compose (C10), whatever step they start at.</summary>
    [Fact]
    public void WindowsCompose()
    {
        var c = Runs.Network("gradient-descent", 3, 0.8, 20).Record();
        Propagation first = Runs.Run(c.Subset(Enumerable.Range(0, 9))).Propagation, second = Runs.Run(c.Subset(Enumerable.Range(8, 13))).Propagation,
            whole = Runs.Run(c).Propagation;
        Check.Close(second.P * first.P, whole.P, 64 * Check.Eps, "P");
        Check.Close(first.W_S + first.P.Transpose() * second.W_S * first.P, whole.W_S, 64 * Check.Eps, "W_d");
        Check.Close(first.G_Q + second.G_Q * first.P, whole.G_Q, 64 * Check.Eps, "G_d");
    }

    /// <summary>Vectors carried agree with the operators, and the vector of a single step with that step alone.</summary>
    [Fact]
    public void CarriedVectorsAreThoseOfTheOperators()
    {
        var c = Runs.Network("gradient-descent", 3, 0.8, 12).Record();
        var o = OutputRecord.Read(c);
        var whole = Runs.Run(c).Propagation;
        Assert.Equal((13, 12), (whole.Transported.Count, whole.IntervalTransported.Count));
        var end = whole.P * Vector<double>.Build.DenseOfArray(o.Gradients[0]);
        Check.Small((Vector<double>.Build.DenseOfArray(whole.Transported[^1]) - end).L2Norm(), 1e-14 * end.L2Norm() + 1e-15, "P_K g(0)");
        var single = Runs.Run(c.Subset([5, 6])).Propagation.P * Vector<double>.Build.DenseOfArray(o.Gradients[5]);
        Check.Small((Vector<double>.Build.DenseOfArray(whole.IntervalTransported[5]) - single).L2Norm(), 1e-15, "one step from the recorded gradient");
    }
}
