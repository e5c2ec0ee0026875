using KernelFlow.Numerics.Native;

namespace KernelFlow.Numerics.Tests;

/// <summary>The rule for the process-wide thread count.</summary>
public class ThreadGateTests
{
    [Fact]
    public void The_count_changes_only_while_no_call_is_inside()
    {
        var calls = new List<int>();
        var gate = new ThreadGate(calls.Add);
        gate.Enter(1);
        gate.Enter(2);
        gate.Exit();
        gate.Exit();
        Assert.Equal([1], calls);
        gate.Enter(1);
        gate.Exit();
        Assert.Equal([1], calls);
        gate.Enter(2);
        gate.Exit();
        Assert.Equal([1, 2], calls);
    }

    [Fact]
    public void A_library_without_a_setter_is_left_alone()
    {
        var gate = new ThreadGate(null);
        gate.Enter(2);
        gate.Exit();
    }
}
