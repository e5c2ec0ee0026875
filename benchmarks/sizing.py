#!/usr/bin/env python3
"""What an analysis of a large run takes by each route, from two measured rates: the arithmetic of docs/sizing.md, with every number that goes into it.

    python3 benchmarks/sizing.py [--examples 5000] [--outputs 10] [--parameters 1e7] [--layers 3] [--checkpoints 16] [--stiffness 1e4]
                                 [--rank R] [--rate GFLOPS_PER_CORE] [--bandwidth GB_PER_S] [--cores 128] [--nodes 16]

Without --rate and --bandwidth both are measured here, on one thread, by NumPy's BLAS: the rate of products at several orders, of which the largest counts, and
the bandwidth of x += y on 64 MB. Each rate is printed with where it comes from. What is counted and was measured elsewhere (docs/matrix-free.md): the number of
products that sweeps take, and the share of the rate that products with kernels reach."""
import argparse
import math
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def measured():
    import numpy
    rates = {}
    for order in (500, 1000, 2000):
        a, best = numpy.random.default_rng(0).standard_normal((order, order)), math.inf
        for _ in range(5 if order < 2000 else 2):
            start = time.process_time()
            a @ a
            best = min(best, time.process_time() - start)
        rates[order] = 2 * order ** 3 / best / 1e9
    x, y, pass_ = numpy.ones(1 << 23), numpy.ones(1 << 23), math.inf
    for _ in range(5):
        start = time.process_time()
        x += y
        pass_ = min(pass_, time.process_time() - start)
    return rates, 24 * (1 << 23) / pass_ / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("examples", 5000), ("outputs", 10), ("parameters", 1e7), ("layers", 3), ("checkpoints", 16), ("stiffness", 1e4), ("rank", 0),
                        ("rate", 0), ("bandwidth", 0), ("cores", 128), ("nodes", 16), ("modes", 50)):
        parser.add_argument("--" + name, type=float, default=value)
    o = parser.parse_args()
    how = ["given", "given"]
    if not (o.rate and o.bandwidth):
        rates, bandwidth = measured()
        if not o.rate:
            o.rate, how[0] = max(rates.values()), "measured here on one thread: " + ", ".join(f"order {n} {r:.3g}" for n, r in rates.items())
        if not o.bandwidth:
            o.bandwidth, how[1] = bandwidth, "measured here on one thread"
    n, p, D, C, z = o.examples, o.outputs, o.parameters, o.checkpoints, o.stiffness
    N, M = n * p, 0.2 * n * p
    width = math.sqrt(D / o.layers)  # square layers
    print(f"products   {o.rate:.3g} Gflop/s per core ({how[0]})")
    print(f"bandwidth  {o.bandwidth:.3g} GB/s per core ({how[1]})")
    print(f"scaling    {o.cores:.0f} cores are taken as {o.cores:.0f} times one: not measured")
    print(f"N = {N:.0f}, M = {M:.0f}, D = {D:.3g}: {o.layers:.0f} layers of {width:.0f} x {width:.0f}; {C:.0f} checkpoints; z = {z:.3g}\n")

    def row(name, flops, byte, cores, note="", share=1.0):
        core = flops / (share * o.rate * 1e9)
        print(f"{name:44} {flops:9.2e} flops {core / 3600:9.3g} core-hours {core / cores / 3600:9.3g} h on {cores:.0f} cores {byte / 1e9:9.3g} GB  {note}")
        return core

    jacobians = 4 * (N + M) * D * C
    factors = 4 * (n + M / p) * (1 + p) * o.layers * width * C
    print(f"recording: {jacobians / 1e12:.3g} TB as Jacobians in float32, {factors / 1e9:.3g} GB as factors")
    # A pair of checkpoints: (A Aᵀ) per example and (Δ Δᵀ) per output, layer by layer; four kernels for each checkpoint (CommonStages.Reading).
    pair = 2 * o.layers * width * ((N + M) * N + (n + M / p) * n)
    kernel = 8 * (N + M) * N
    forming = row("kernels from factors, 4 C pairs", 4 * C * pair, 3 * C * kernel, o.cores, "on disk")
    # FlowForecast: 0.6 log₂(1 + z of an interval) steps, 33 N³ a step, times 0.4; the second integration and the carry 66 N³, times 0.24.
    steps = (C - 1) * max(1, 0.6 * math.log2(1 + z / (C - 1)))
    wide = (N + M) / N
    dense = (0.4 * (25 * wide + 8) + 0.24 * (50 * wide + 16)) * steps * N ** 3
    matrices = 0.64 * 40 * 8 * N * N + 4 * kernel
    dense_core = row(f"dense, {steps:.0f} steps", dense + 0.64 * (40 + 130 + 9 * C) * N ** 3, matrices, o.cores)
    if o.rank:
        r = o.rank
        reduced = 9 * N ** 3 + 3 * C * (2 * N * N * r + 4 * N * r * r + 4 * M * N * r) + 8 * N * N * r
        row(f"reduced, r = {r:.0f}: range, projections, steps", reduced + dense * (r / N) ** 3, 3 * 8 * N * N + 3 * C * 8 * (r + M) * r, o.cores)
    # Measured at a tolerance of 1e-4 and z of 1.1e4 and 1.3e4: 7400 and 8700 products for W_S on one vector (docs/matrix-free.md); they grow as √z.
    products = 75 * math.sqrt(z)
    # Measured with N = 1000 and 10,000, in sweeps of one vector, half an application each: 160 for steps and budget, 3 for a mode (docs/matrix-free.md).
    vectors = (160 + 3 * o.modes) / 2
    print(f"matrix-free: {products:.0f} products for W_S on one vector (measured at z of 1e4, grown as the root), {vectors:.0f} vectors for the "
          f"claims and {o.modes:.0f} modes; products at half the rate (measured: 50 to 66 %)")
    row("  K from kernels in memory or on disk (3 terms)", products * vectors * 6 * N * N, 8 * N * N * 4, o.cores, "per interval; blocks of 16 vectors", 0.5)
    row("  K from factors (J and Jᵀ of two checkpoints)", products * vectors * 8 * D * n, 2 * factors / C + 16 * 8 * (N + 2 * D), o.cores, "blocks of 16 vectors", 0.5)
    print(f"on {o.nodes:.0f} nodes of {o.cores:.0f} cores: kernels {forming / o.cores / o.nodes / 3600:.3g} h, dense intervals "
          f"{dense / (o.rate * 1e9) / o.cores / min(o.nodes, C - 1) / 3600:.3g} h, merge "
          f"{(dense_core - dense / (o.rate * 1e9)) / o.cores / 3600:.3g} h")


main()
