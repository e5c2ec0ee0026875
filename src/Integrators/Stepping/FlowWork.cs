namespace KernelFlow.Integrators;

/// <summary>What the parts of a pass work on together.</summary>
/// <param name="Problem">What is integrated, and how.</param>
/// <param name="Steps">The method at work.</param>
/// <param name="State">Where the integration stands.</param>
/// <param name="Taker">Takes steps of the full X.</param>
/// <param name="Log">The steps taken.</param>
/// <param name="Failure">Explains values that are not finite.</param>
/// <param name="Cancellation">Honoured within one step.</param>
internal sealed record FlowWork(FlowProblem Problem, StepMethod Steps, FlowState State, StepTaker Taker, StepLog Log, FlowFailure Failure,
    CancellationToken Cancellation);
