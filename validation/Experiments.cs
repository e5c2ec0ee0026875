using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Coupling;
using KernelFlow.Validation.DoubleDescent;
using KernelFlow.Validation.DriftDiffusion;
using KernelFlow.Validation.EdgeOfStability;
using KernelFlow.Validation.Gate;
using KernelFlow.Validation.Grokking;
using KernelFlow.Validation.ImplicitBias;
using KernelFlow.Validation.LeaveOneOut;
using KernelFlow.Validation.Power;
using KernelFlow.Validation.RandomLabels;
using KernelFlow.Validation.Relabelling;
using KernelFlow.Validation.Schedules;
using KernelFlow.Validation.Sequestering;
using KernelFlow.Validation.Sketches;

namespace KernelFlow;

/// <summary>The experiments there are.</summary>
public static class Experiments
{
    /// <summary>All of them, in the order of <c>kernelflow validate --list</c>.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        new CouplingExperiment(), new CalibrationExperiment(), new PowerExperiment(), new ScheduleExperiment(), new SketchExperiment(),
        new LeaveOneOutExperiment(), new DoubleDescentExperiment(), new RandomLabelsExperiment(), new ImplicitBiasExperiment(),
        new SequesteringExperiment(),
        new RelabellingExperiment(), new DriftDiffusionExperiment(), new EdgeExperiment(), new GateExperiment(), new GrokkingExperiment(),
    ];
}
