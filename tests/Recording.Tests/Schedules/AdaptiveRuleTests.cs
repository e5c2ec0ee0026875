namespace KernelFlow.Recording.Tests.Schedules;

/// <summary>The rule against models of one parameter whose tests have closed forms.</summary>
public sealed class AdaptiveRuleTests
{
    private static readonly AdaptiveSchedule Only = new() { Linearity = null, Gradient = null, Kernel = null };

    /// <summary>u = a w + b w², g = u − y: J = a + 2b w, K = J².</summary>
    private sealed class Parabola(double a, double b, double y) : IScheduleProbes
    {
        private double _reference;

        public double W { get; set; }

        public int KernelProductsAsked { get; private set; }

        public void Refer() => _reference = W;

        public double[] Outputs() => [a * W + b * W * W];

        public double[] Predicted() => [(a + 2 * b * _reference) * (W - _reference)];

        public double[] OutputGradient() => [Outputs()[0] - y];

        public double[] KernelProducts()
        {
            KernelProductsAsked++;
            return [(a + 2 * b * W) * (a + 2 * b * W)];
        }
    }

    // Steps of `pace` in w; the steps at which the rule asks for a checkpoint.
    private static List<long> Walk(AdaptiveRule rule, Parabola model, double pace, int steps)
    {
        var due = new List<long>();
        for (int step = 0; step <= steps; step++)
        {
            model.W = pace * step;
            if (!rule.IsDue(step)) continue;
            due.Add(step);
            rule.Recorded(step);
        }
        return due;
    }

    [Fact]
    public void A_linear_model_never_fires_by_linearity_or_kernel()
    {
        var model = new Parabola(2, 0, 100);
        var rule = new AdaptiveRule(new AdaptiveSchedule { Linearity = 1e-9, Gradient = null, Kernel = 1e-9 }, model);
        Assert.Equal([0], Walk(rule, model, 0.5, 200));
        Assert.Null(rule.FiredText);
    }

    [Fact]
    public void A_parabola_fires_by_linearity_at_the_displacement_of_the_closed_form()
    {
        // From w = 0: b d² / (a d + b d²) = b d / (a + b d) > τ, so d > τ a / (b (1 − τ)) = 0.1 · 2 / (0.5 · 0.9) = 0.4444…
        var model = new Parabola(2, 0.5, 0);
        var rule = new AdaptiveRule(Only with { Linearity = 0.1 }, model);
        Assert.Equal([0, 45], Walk(rule, model, 0.01, 80));
        var fired = Assert.Single(rule.Fired);
        Assert.Equal(AdaptiveTest.Linearity, fired.Test);
        Assert.Equal(0.5 * 0.45 / (2 + 0.5 * 0.45), fired.Value, 1e-12);
        Assert.Equal("step 45: linearity 0.1011 > 0.1", rule.FiredText);
    }

    [Fact]
    public void From_the_second_checkpoint_on_the_slope_is_that_of_the_checkpoint()
    {
        // The slope at w_k = 0.45 is a + 2b w_k = 2.45: d > 0.1 · 2.45 / 0.45 = 0.5444…, so 55 steps further.
        var model = new Parabola(2, 0.5, 0);
        Assert.Equal([0, 45, 100], Walk(new AdaptiveRule(Only with { Linearity = 0.1 }, model), model, 0.01, 120));
    }

    [Fact]
    public void The_gradient_fires_at_its_relative_change()
    {
        // g = 2w − 10 from −10: |2w| / 10 > 0.3, so w > 1.5.
        var model = new Parabola(2, 0, 10);
        var rule = new AdaptiveRule(Only with { Gradient = 0.3 }, model);
        Assert.Equal([0, 16], Walk(rule, model, 0.1, 20));
        Assert.Equal("step 16: gradient 0.32 > 0.3", rule.FiredText);
    }

    [Fact]
    public void The_kernel_fires_at_its_relative_change()
    {
        // K = (2 + w)²: (1 + w/2)² − 1 > 0.2, so w > 2 (√1.2 − 1) = 0.19089.
        var model = new Parabola(2, 0.5, 0);
        var rule = new AdaptiveRule(Only with { Kernel = 0.2 }, model);
        Assert.Equal([0, 20], Walk(rule, model, 0.01, 30));
        Assert.Equal(AdaptiveTest.Kernel, rule.Fired[0].Test);
        Assert.Equal(1.1 * 1.1 - 1, rule.Fired[0].Value, 1e-12);
    }

    [Fact]
    public void Tests_are_made_every_so_many_steps_since_the_last_checkpoint()
    {
        var model = new Parabola(2, 0.5, 0);
        Assert.Equal([0, 50], Walk(new AdaptiveRule(Only with { Linearity = 0.1, Every = 10 }, model), model, 0.01, 80));
    }

    [Fact]
    public void A_gap_fires_without_a_test_and_a_test_that_fires_spares_the_others()
    {
        var model = new Parabola(2, 0.5, 0);
        var rule = new AdaptiveRule(new AdaptiveSchedule { Linearity = 0.1, MaxGap = 20, Every = 5 }, model);
        Assert.Equal([0, 20, 40], Walk(rule, model, 0, 59));
        Assert.Equal("step 20: gap 20 >= 20; step 40: gap 20 >= 20", rule.FiredText);
        int asked = model.KernelProductsAsked;
        model.W = 10;
        Assert.True(rule.IsDue(45), "expected linearity to fire after a displacement of 10");
        Assert.Equal(asked, model.KernelProductsAsked);
    }

    [Fact]
    public void A_spent_budget_leaves_only_the_last_state()
    {
        var model = new Parabola(2, 0.5, 0);
        var rule = new AdaptiveRule(Only with { Linearity = 0.1, MaxCheckpoints = 3, MaxSeconds = 5, MaxBytes = 1000 }, model);
        Assert.True(rule.IsDue(0, 99, 99_999, 1));
        rule.Recorded(0);
        model.W = 10;
        Assert.False(rule.IsDue(1, 5, 0, 1), "time is spent");
        Assert.False(rule.IsDue(1, 0, 801, 100), "two more checkpoints of 100 bytes do not fit into 1000 with 801 there");
        Assert.True(rule.IsDue(1, 4.9, 800, 100));
        rule.Recorded(1);
        model.W = 1000;
        Assert.False(rule.IsDue(2), "two checkpoints of three are there, the third is the last state's");
    }

    [Fact]
    public void Nothing_that_moved_is_nothing_that_fires()
    {
        var model = new Parabola(0, 0, 0);
        Assert.Equal([0], Walk(new AdaptiveRule(new AdaptiveSchedule(), model), model, 1, 10));
    }
}
