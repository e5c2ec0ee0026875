using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>The order of filling and late generalisation as tables.</summary>
internal static class OrderSections
{
    /// <summary>Those that are known.</summary>
    public static IEnumerable<TableSection> All(ReservoirAnalysis analysis)
    {
        if (analysis.OrderOfFilling.TryGet(out var order)) yield return Order(order);
        if (analysis.Grokking.TryGet(out var grokking)) yield return Late(grokking);
    }

    private static TableSection Order(OrderOfFilling order)
    {
        string correlation = order.RankCorrelation.TryGet(out double rank)
            ? $"The rank correlation of the filling time of a mode of the mean kernel with its κ is {Short(rank, 4)} over {Count(order.FillingTimes.Count)} of "
                + $"{Count(order.Modes)} modes; −1 is the larger κ first, always."
            : $"The rank correlation of filling time and κ is not known: {order.RankCorrelation.Reason}.";
        string overlap = order.Overlaps.Count == 0 ? $"In no window that was looked at some modes and not all are filled ({order.Filled})."
            : $"Overlap of the space of the r modes of W_S(s, t) that are filled ({order.Filled}) with the r leading modes of kernels; chance is r/N.";
        return new("Order of filling", [correlation, overlap], ["#t", "#r", "#with K(s)", "#with the mean kernel", "#with K(t)", "#chance"],
            [.. order.Overlaps.Select(o => (string[])[Short(o.Time, 5), Count(o.Dimension), Short(o.WithStart, 4), Short(o.WithMean, 4), Short(o.WithEnd, 4),
                Short(o.Chance)])]);
    }

    // What rounding leaves of a share is none.
    private static double Rest(double share) => 1 - share < 1e-12 ? 0 : 1 - share;

    private static TableSection Late(Grokking found)
    {
        string accuracy = found.TestAccuracyThen.TryGet(out double then) && found.TestAccuracyAtEnd.TryGet(out double end)
            ? $" Test accuracy is {Percent(then)} there and {Percent(end)} at the end." : "";
        string facts = $"Training accuracy reaches {Percent(Grokking.Level)} at step {Count(found.Fitted.Step)}, t = {Short(found.Fitted.Time, 5)}. The "
            + $"clean signal has moved the test outputs by {Short(found.MovementThen)} until then and by {Short(found.MovementAtEnd)} at the end; ‖(G_Q(T,s) − "
            + $"G_Q(t,s))g_clean‖ = {Short(found.Gained)} was gained after.{accuracy}";
        return new("The clean signal before and after fitting", [facts], ["#t", "#share in the channel", "#share in the reservoir", "#dissipated",
            "#‖G_Q(t,s)g_clean‖"],
            [.. found.Points.Select(p => (string[])[Short(p.Time, 5), Short(p.SignalShare, 4), Short(Rest(p.SignalShare)), Short(p.Dissipated, 4),
                Short(p.TestMovement, 4)])]);
    }
}
