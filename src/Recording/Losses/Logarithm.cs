namespace KernelFlow.Losses;

internal static class Logarithm
{
    /// <summary>log(1 + x) for x ≥ 0 to relative accuracy: the rounding of 1 + x divides out (Kahan). A loss near zero keeps its digits.</summary>
    public static double OnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }
}
