using System.Runtime.InteropServices;
using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Backward passes that fail with an exception.</summary>
/// <remarks><c>torch.autograd.grad</c> ends the process where it fails (outputs that need no gradient, graphs that are gone, parameters that were not used);
/// <c>torch.autograd.backward</c> throws, so it is what is used here.</remarks>
internal static class BackwardPass
{
    /// <summary>Leaves the derivatives of a value in the gradients of these tensors.</summary>
    public static void Run(Tensor value, Tensor[] inputs, bool retain)
    {
        try
        {
            torch.autograd.backward([value], retain_graph: retain, inputs: inputs);
        }
        catch (ExternalException e)
        {
            throw new RecordingRefusedException($"The backward pass through the model failed: {e.Message.Split('\n')[0]} A forward pass that keeps tensors of "
                + "an earlier one, whose graph is gone, is one cause.", e);
        }
    }

    /// <summary>Refuses outputs without a graph.</summary>
    public static void RequireGradient(Tensor value)
    {
        if (!value.requires_grad)
            throw new RecordingRefusedException("The outputs do not depend on the parameters: forward detaches them or runs without gradients.");
    }
}
