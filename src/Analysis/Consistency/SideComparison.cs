namespace KernelFlow.Analysis.Consistency;

/// <summary>One interval, training or test outputs: the recorded displacement beside what the recorded state and the kernels predict.</summary>
/// <param name="Recorded">‖d‖, d the recorded displacement.</param>
/// <param name="Error">‖d − p‖, p the prediction by the finer interpolant or quadrature.</param>
/// <param name="Second">‖p' − p‖, p' the prediction by the coarser interpolant or quadrature: the second difference of J.</param>
/// <param name="Third">2‖p'' − p‖, p'' the prediction by a parabola on one side: the third difference of J; 0 where it was not formed.</param>
/// <param name="Floor">What rounding, and steps that could not be replayed one by one, may change.</param>
/// <param name="Projection">dᵀp.</param>
/// <param name="PredictedSquare">‖p‖².</param>
internal readonly record struct SideComparison(double Recorded, double Error, double Second, double Third, double Floor, double Projection,
    double PredictedSquare)
{
    /// <summary>How many outputs were compared; 0 where nobody said.</summary>
    public int Outputs { get; init; }

    /// <summary>What the interpolant or the quadrature may be off by: where J jumps inside an interval the second difference does not see it, and the third
    /// does.</summary>
    public double Scale => Math.Max(Second, Third);

    /// <summary>The scale plus the floor: what the error is compared with.</summary>
    public double Budget => Scale + Floor;

    /// <summary>Whether all numbers are finite; predictions are not where the steps diverge on the interpolant.</summary>
    public bool IsFinite => double.IsFinite(Error) && double.IsFinite(Budget) && double.IsFinite(PredictedSquare);

    /// <summary>Compares a displacement with a prediction of it.</summary>
    public static SideComparison Of(ReadOnlySpan<double> recorded, ReadOnlySpan<double> fine, (double Second, double Third) differences,
        double floor)
    {
        double projection = 0, square = 0;
        for (int i = 0; i < recorded.Length; i++) (projection, square) = (projection + recorded[i] * fine[i], square + fine[i] * fine[i]);
        return new SideComparison(VectorMath.Norm(recorded), VectorMath.Distance(recorded, fine), differences.Second,
            differences.Third, floor, projection, square) { Outputs = recorded.Length };
    }
}

/// <summary>One interval, train and test apart.</summary>
/// <param name="Train">The training outputs.</param>
/// <param name="Test">The test outputs.</param>
internal sealed record IntervalComparison(SideComparison Train, SideComparison Test);
