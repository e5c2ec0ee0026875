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
        using (gate.Enter(1))
        {
            using (gate.Enter(2)) Assert.Equal([1], calls);
        }
        using (gate.Enter(1)) Assert.Equal([1], calls);
        using (gate.Enter(2)) Assert.Equal([1, 2], calls);
    }

    [Fact]
    public void A_library_without_a_setter_is_left_alone()
    {
        var gate = new ThreadGate(null);
        using (gate.Enter(2)) { }
        using (gate.Enter(1)) { }
    }
}
