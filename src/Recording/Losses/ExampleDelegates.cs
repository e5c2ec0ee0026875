namespace KernelFlow;

/// <summary>φ(u_i, y_i): the loss of one example.</summary>
/// <param name="u">Its p outputs.</param>
/// <param name="y">Its p targets.</param>
public delegate double ExampleValue(ReadOnlySpan<double> u, ReadOnlySpan<double> y);

/// <summary>Writes ∇φ(u_i, y_i), the derivatives by the outputs of one example.</summary>
/// <param name="u">Its p outputs.</param>
/// <param name="y">Its p targets.</param>
/// <param name="gradient">Takes p numbers; zero beforehand.</param>
public delegate void ExampleGradient(ReadOnlySpan<double> u, ReadOnlySpan<double> y, Span<double> gradient);

/// <summary>Writes ∇²φ(u_i, y_i), symmetric, positive semidefinite.</summary>
/// <param name="u">Its p outputs.</param>
/// <param name="y">Its p targets.</param>
/// <param name="hessian">Takes p×p numbers, row-major; zero beforehand.</param>
public delegate void ExampleHessian(ReadOnlySpan<double> u, ReadOnlySpan<double> y, Span<double> hessian);
