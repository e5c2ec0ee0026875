using System.Collections;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The quadrature nodes of steps: t + c_i h with weights b_i h, in order of time. Formed when asked for; nothing is kept beside the steps.</summary>
/// <param name="steps">The steps.</param>
/// <param name="positions">c, the positions of the nodes in [0, 1].</param>
/// <param name="weights">b, the weights of the nodes.</param>
internal sealed class StepNodes(IReadOnlyList<FlowStep> steps, double[] positions, double[] weights) : IReadOnlyList<QuadratureNode>
{
    public int Count => steps.Count * positions.Length;

    public QuadratureNode this[int index]
    {
        get
        {
            var step = steps[index / positions.Length];
            int i = index % positions.Length;
            return new QuadratureNode(step.Interval, step.At(positions[i]), step.Length * weights[i]);
        }
    }

    public IEnumerator<QuadratureNode> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
