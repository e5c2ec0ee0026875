using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The keys of the jump to the end.</summary>
internal static class JumpSchemas
{
    /// <summary>The key "jumpToEnd".</summary>
    public static readonly Schema<JumpToEnd> Jump = new(s =>
    {
        var (path, checkpoints) = (s.Add("path", Text, j => j.Path), s.Add("checkpoints", Wholes, j => j.Checkpoints));
        var times = s.Add("times", Numbers, j => j.Times);
        var (test, train) = (s.Add("testError", Numbers, j => j.TestError), s.Add("trainError", Numbers, j => j.TrainError));
        var testToInfinity = s.Add("testErrorToInfinity", KnownNumbers, j => j.TestErrorToInfinity);
        var trainToInfinity = s.Add("trainErrorToInfinity", KnownNumbers, j => j.TrainErrorToInfinity);
        var waiting = s.Add("testErrorOfWaiting", Numbers, j => j.TestErrorOfWaiting);
        var first = s.Add("first", OrderSchemas.Mark.KnownObject, j => j.First);
        var without = s.Add("firstWithoutJump", OrderSchemas.Mark.Object, j => j.FirstWithoutJump);
        return json => new JumpToEnd
        {
            Path = path[json], Checkpoints = checkpoints[json], Times = times[json], TestError = test[json], TrainError = train[json],
            TestErrorToInfinity = testToInfinity[json], TrainErrorToInfinity = trainToInfinity[json], TestErrorOfWaiting = waiting[json],
            First = first[json], FirstWithoutJump = without[json],
        };
    });
}
