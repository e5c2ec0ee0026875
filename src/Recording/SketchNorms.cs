using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>A sketch keeps the norms of rows: ‖J_i R‖² is ‖J_i‖² within what k random columns allow.</summary>
/// <remarks>With independent entries of R of kurtosis 3 or less the relative variance of ‖J_i R‖² is at most 2/k. Ten standard deviations above, and below the
/// same but never less than a fiftieth, are reached once in 10⁹ rows at k = 16 and more seldom above: what lies outside was not made by such an R.</remarks>
public static class SketchNorms
{
    private const double Deviations = 10, Least = 0.02;

    /// <summary>Compares every row of a sketched Jacobian with the exact diagonal of its kernel.</summary>
    /// <param name="diagonal">‖J_i‖² of every row.</param>
    /// <param name="sketched">J R, one row for each.</param>
    /// <param name="location">Of the checkpoint, for the message.</param>
    /// <exception cref="InvalidRunException">A row has another norm; the message names it.</exception>
    public static void Require(TensorSource diagonal, TensorSource sketched, string location)
    {
        ArgumentNullException.ThrowIfNull(diagonal);
        ArgumentNullException.ThrowIfNull(sketched);
        ArgumentNullException.ThrowIfNull(location);
        double[] exact = diagonal.ReadAll();
        long columns = sketched.Shape[^1];
        double spread = Deviations * Math.Sqrt(2.0 / columns), least = Math.Max(1 - spread, Least);
        var row = new double[columns];
        for (int i = 0; i < exact.Length; i++)
        {
            sketched.Read(i * columns, row);
            double found = VectorRoutines.Dot(row, row);
            if (found <= exact[i] * (1 + spread) && found >= exact[i] * least) continue;
            throw new InvalidRunException(FormattableString.Invariant($"{location}: {sketched.Name}: row {i} of the sketch has the square {found:G4}, ")
                + FormattableString.Invariant($"expected {exact[i] * least:G4} to {exact[i] * (1 + spread):G4}: {diagonal.Name} is {exact[i]:G4}."));
        }
    }

    /// <summary>Compares where a checkpoint has what is needed.</summary>
    /// <param name="checkpoint">One with sketched Jacobians; others are passed over.</param>
    /// <exception cref="InvalidRunException">A row has another norm.</exception>
    public static void Require(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.Find(TensorName.Sketch) is null) return;
        Compare(TensorName.K_SS_diagonal, TensorName.J_S);
        Compare(TensorName.K_QQ_diagonal, TensorName.J_Q);

        void Compare(TensorName diagonal, TensorName jacobian)
        {
            if (checkpoint.Find(diagonal) is { } exact && checkpoint.Find(jacobian) is { } sketched) Require(exact, sketched, checkpoint.Location);
        }
    }
}
