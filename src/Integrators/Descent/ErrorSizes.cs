namespace KernelFlow.Integrators;

/// <summary>Sizes of the errors of a prediction, in the units of what is predicted.</summary>
/// <param name="Loss">Of the change of the loss.</param>
/// <param name="Transport">Of the gradient, the largest over steps.</param>
/// <param name="Train">Of the displacement of the training outputs.</param>
/// <param name="Test">Of the displacement of the test outputs.</param>
internal readonly record struct ErrorSizes(double Loss, double Transport, double Train, double Test);
