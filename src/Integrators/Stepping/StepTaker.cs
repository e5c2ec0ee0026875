using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Takes steps of the full X with a method, whole or in two halves, and sums what they add to W_S and G.</summary>
internal sealed class StepTaker
{
    private readonly StepMethod _method;
    private readonly MatrixView _middle;
    private MatrixView _next;

    /// <param name="method">Takes the steps.</param>
    /// <param name="sums">Receives what they contribute.</param>
    /// <param name="rows">N = n·p, the number of stacked training outputs.</param>
    /// <param name="columns">Columns of X.</param>
    /// <param name="workspace">Gives the buffers.</param>
    public StepTaker(StepMethod method, StepContribution sums, int rows, int columns, Workspace workspace)
    {
        (_method, Sums) = (method, sums);
        _next = workspace.Take(rows, columns);
        if (!method.StepsInPlace) _middle = workspace.Take(rows, columns);
    }

    /// <summary>What the last step, or its two halves, adds to W_S and G.</summary>
    public StepContribution Sums { get; }

    /// <summary>The state moves on to where the halves that were taken last ended; their buffer and that of X change places.</summary>
    public void Accept(FlowState state) => _next = state.Exchange(_next);

    /// <summary>One step; X moves on.</summary>
    public void Whole(FlowStep step, in MatrixView x)
    {
        if (_method.StepsInPlace) _method.Step(step, x, x);
        else
        {
            _method.Step(step, x, _next);
            _next.CopyTo(x);
        }
        Sums.Begin();
        _method.Contribute(step, Sums);
        Sums.End();
    }

    /// <summary>Two half steps; returns X at the end, and X stays where it is.</summary>
    public MatrixView Halves(FlowStep step, in MatrixView x)
    {
        FlowStep first = step.FirstHalf, second = step.SecondHalf;
        var middle = _method.StepsInPlace ? _next : _middle;
        Sums.Begin();
        _method.Step(first, x, middle);
        _method.Contribute(first, Sums);
        _method.Step(second, middle, _next);
        _method.Contribute(second, Sums);
        Sums.End();
        return _next;
    }
}
