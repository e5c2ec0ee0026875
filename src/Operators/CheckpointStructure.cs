namespace KernelFlow;

/// <summary>The structural checks that every sequence passes before anything large is read.</summary>
internal static class CheckpointStructure
{
    /// <summary>Returns m and D (null for kernel blocks).</summary>
    public static (int Test, long? Parameters) Check(Checkpoint[] checkpoints, LossModel loss)
    {
        if (checkpoints.Length < 2)
            throw new InvalidRunException($"{(checkpoints.Length == 0 ? "The run" : checkpoints[0].Location)}: found {checkpoints.Length} checkpoint(s), expected at least two.");
        for (int k = 0; k < checkpoints.Length; k++)
        {
            var c = checkpoints[k];
            if (!double.IsFinite(c.Time)) throw new InvalidRunException($"{c.Location}: time of checkpoint {k} is {c.Time}, expected a finite number.");
            if (k > 0 && !(c.Time > checkpoints[k - 1].Time))
                throw new InvalidRunException(FormattableString.Invariant(
                    $"{c.Location}: time of checkpoint {k} is {c.Time}, expected more than {checkpoints[k - 1].Time}, the time of the one before it."));
        }

        int n = loss.Examples, p = loss.Outputs;
        bool jacobians = checkpoints[0].HasJacobians;
        long testCount = checkpoints[0]["U_Q"].Count;
        if (testCount % p != 0) throw Shape(checkpoints[0]["U_Q"], $"[m, {p}] (outputs is {p})");
        int m = checked((int)(testCount / p));
        long N = (long)n * p, M = testCount;
        long? parameters = jacobians ? checkpoints[0]["J_S"].Shape[^1] : null;
        foreach (var c in checkpoints)
        {
            Expect(c["U_S"], [n, p], [N]);
            Expect(c["U_Q"], [m, p], [M]);
            if (jacobians)
            {
                foreach (string s in (string[])["J_S", "J_S_mid"])
                    if (s == "J_S" || c.Find(s) is not null) Expect(c[s], [N, parameters!.Value], [n, p, parameters.Value]);
                foreach (string s in (string[])["J_Q", "J_Q_mid"])
                    if (s == "J_Q" || c.Find(s) is not null) Expect(c[s], [M, parameters!.Value], [m, p, parameters.Value]);
                if (c.Find("preconditioner") is { } preconditioner && c.Find("sketch") is null) Expect(preconditioner, [parameters!.Value]);
            }
            else
            {
                Expect(c["K_SS"], [N, N]);
                Expect(c["K_QS"], [M, N]);
                foreach (string s in (string[])["K_SS_next", "K_SS_mid"]) if (c.Find(s) is { } t) Expect(t, [N, N]);
                foreach (string s in (string[])["K_QS_next", "K_QS_mid"]) if (c.Find(s) is { } t) Expect(t, [M, N]);
                foreach (string s in (string[])["K_QQ", "K_QQ_next"]) if (c.Find(s) is { } t) Expect(t, [M, M]);
                if (c.Find("K_SQ_next") is { } sq) Expect(sq, [N, M]);
            }
            if (c.Find("g") is { } g) Expect(g, [n, p], [N]);
            if (c.Find("B") is { } b) Expect(b, [n, p, p]);
            if (loss.IsCustom) { _ = c["g"]; _ = c["B"]; }
        }
        return (m, parameters);
    }

    private static void Expect(TensorSource tensor, params long[][] shapes)
    {
        foreach (long[] shape in shapes)
            if (tensor.Shape.SequenceEqual(shape)) return;
        throw Shape(tensor, string.Join(" or ", shapes.Select(s => "[" + string.Join(", ", s) + "]")));
    }

    private static InvalidRunException Shape(TensorSource tensor, string expected) =>
        new($"{tensor.Location}: {tensor.Name}: found shape {tensor.ShapeText}, expected {expected}.");
}
