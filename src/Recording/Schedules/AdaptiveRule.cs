namespace KernelFlow;

/// <summary>Decides step by step whether a training is at a checkpoint: the first state is one, later ones where a test of the
/// <see cref="AdaptiveSchedule"/> passes its tolerance. The last state is one too; that is up to the recorder, which knows when a training ends.</summary>
public sealed class AdaptiveRule
{
    private readonly AdaptiveSchedule _schedule;
    private readonly IScheduleProbes _probes;
    private readonly List<AdaptiveFiring> _fired = [];
    private double[] _outputs = [], _gradient = [], _products = [];
    private long _last = -1;

    /// <summary>Begins before the first checkpoint.</summary>
    /// <param name="schedule">Tolerances and budgets.</param>
    /// <param name="probes">What the tests look at.</param>
    /// <exception cref="ArgumentException">The schedule makes no rule.</exception>
    public AdaptiveRule(AdaptiveSchedule schedule, IScheduleProbes probes)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(probes);
        schedule.Validate();
        _schedule = schedule;
        _probes = probes;
    }

    /// <summary>What fired so far, in the order of the steps.</summary>
    public IReadOnlyList<AdaptiveFiring> Fired => _fired;

    /// <summary>How many checkpoints were recorded.</summary>
    public int Checkpoints { get; private set; }

    /// <summary>What fired, in one line, as a run's metadata has it; null where nothing did.</summary>
    public string? FiredText => _fired.Count == 0 ? null : string.Join("; ", _fired);

    /// <summary>Whether the present state is a checkpoint. Asked once for every step.</summary>
    /// <param name="step">Optimizer steps taken.</param>
    /// <param name="seconds">Time spent on tests and checkpoints so far.</param>
    /// <param name="bytes">Bytes on disk so far.</param>
    /// <param name="bytesPerCheckpoint">Bytes that a checkpoint takes; room for two is kept, for this one and the last.</param>
    public bool IsDue(long step, double seconds = 0, long bytes = 0, long bytesPerCheckpoint = 0)
    {
        if (Checkpoints == 0) return true;
        // One of the budget's checkpoints is the last state's.
        if (Checkpoints + 1 >= _schedule.MaxCheckpoints || seconds >= _schedule.MaxSeconds || bytes + 2 * bytesPerCheckpoint > _schedule.MaxBytes) return false;
        long gap = step - _last;
        if (gap >= _schedule.MaxGap)
        {
            _fired.Add(new AdaptiveFiring(step, AdaptiveTest.Gap, gap, _schedule.MaxGap.Value));
            return true;
        }
        if (gap % _schedule.Every != 0 || First(step) is not { } firing) return false;
        _fired.Add(firing);
        return true;
    }

    /// <summary>The present state is recorded: from here on tests compare with it.</summary>
    /// <param name="step">Optimizer steps taken.</param>
    public void Recorded(long step)
    {
        _probes.Refer();
        _outputs = _probes.Outputs();
        if (_schedule.Gradient is not null) _gradient = _probes.OutputGradient();
        if (_schedule.Kernel is not null) _products = _probes.KernelProducts();
        _last = step;
        Checkpoints++;
    }

    /// <summary>‖U(w) − U_k − J_k(w − w_k)‖ / ‖U(w) − U_k‖; 0 where the outputs did not move.</summary>
    /// <param name="outputs">U(w).</param>
    /// <param name="reference">U_k.</param>
    /// <param name="predicted">J_k(w − w_k).</param>
    public static double Nonlinearity(ReadOnlySpan<double> outputs, ReadOnlySpan<double> reference, ReadOnlySpan<double> predicted)
    {
        double error = 0, moved = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            double move = outputs[i] - reference[i], beside = move - predicted[i];
            error += beside * beside;
            moved += move * move;
        }
        return moved == 0 ? 0 : Math.Sqrt(error / moved);
    }

    /// <summary>‖now − reference‖ / ‖reference‖.</summary>
    /// <param name="now">The present vector.</param>
    /// <param name="reference">The vector of the last checkpoint.</param>
    public static double Change(ReadOnlySpan<double> now, ReadOnlySpan<double> reference)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < now.Length; i++)
        {
            difference += (now[i] - reference[i]) * (now[i] - reference[i]);
            size += reference[i] * reference[i];
        }
        return difference == 0 ? 0 : Math.Sqrt(difference) / Math.Max(Math.Sqrt(size), 1e-300);
    }

    // In the order of their cost; one that fires spares the others.
    private AdaptiveFiring? First(long step)
    {
        if (_schedule.Linearity is { } linearity && Nonlinearity(_probes.Outputs(), _outputs, _probes.Predicted()) is var bent && bent > linearity)
            return new AdaptiveFiring(step, AdaptiveTest.Linearity, bent, linearity);
        if (_schedule.Gradient is { } gradient && Change(_probes.OutputGradient(), _gradient) is var turned && turned > gradient)
            return new AdaptiveFiring(step, AdaptiveTest.Gradient, turned, gradient);
        if (_schedule.Kernel is { } kernel && Change(_probes.KernelProducts(), _products) is var changed && changed > kernel)
            return new AdaptiveFiring(step, AdaptiveTest.Kernel, changed, kernel);
        return null;
    }
}
