using KernelFlow.Numerics;

namespace KernelFlow.Cli.Tests;

public sealed class ErrorTests
{
    public static TheoryData<Exception, int, string> Failures() => new()
    {
        { new InvalidRunException("run.json: train: found 0, expected more."), 2, "run.json: train: found 0, expected more." },
        { new ArgumentException("threshold: found 2, expected less than 1.", "options"), 2, "threshold: found 2, expected less than 1." },
        { new ArgumentOutOfRangeException("width", -1, "Not positive."), 2, "Not positive." },
        { new BackendException("openblas: not found"), 2, "openblas: not found" },
        { new DirectoryNotFoundException("Could not find a part of the path 'x/y'."), 2, "'x/y'" },
        { new UnauthorizedAccessException("Access to the path 'z' is denied."), 2, "'z'" },
        { new NumericalException("gauss-6: the step size fell to 1e-20"), 3, "numerical failure: gauss-6: the step size fell to 1e-20" },
        { new OutOfMemoryException(), 3, "out of memory" },
        { new InvalidOperationException("surprise"), 3, "unexpected InvalidOperationException: surprise" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void EveryFailureIsOneLineAndACode(Exception exception, int code, string contains)
    {
        var (message, exitCode, _) = Errors.Describe(exception);
        Assert.Equal(code, exitCode);
        Assert.Contains(contains, message);
        Assert.DoesNotContain("Parameter", message);
        Assert.DoesNotContain("\n", message);
    }
}
