#!/usr/bin/env python3
"""What an analysis of a large run takes by each route, from two measured rates: the arithmetic of docs/sizing.md, with every number that goes into it.

    python3 benchmarks/sizing.py [--examples 5000] [--outputs 10] [--parameters 1e7] [--layers 3] [--checkpoints 16] [--stiffness 1e4]
                                 [--rank R] [--rate GFLOPS_PER_CORE] [--bandwidth GB_PER_S] [--cores 128] [--nodes 16]

Without --rate and --bandwidth both are measured here, on one thread, by NumPy's BLAS."""
import argparse
import math
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def measured():
    import numpy
    a, best = numpy.random.default_rng(0).standard_normal((1000, 1000)), math.inf
    for _ in range(5):
        start = time.process_time()
        a @ a
        best = min(best, time.process_time() - start)
    x, y, pass_ = numpy.ones(1 << 23), numpy.ones(1 << 23), math.inf
    for _ in range(5):
        start = time.process_time()
        x += y
        pass_ = min(pass_, time.process_time() - start)
    return 2e9 / best / 1e9, 24 * (1 << 23) / pass_ / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("examples", 5000), ("outputs", 10), ("parameters", 1e7), ("layers", 3), ("checkpoints", 16), ("stiffness", 1e4), ("rank", 0),
                        ("rate", 0), ("bandwidth", 0), ("cores", 128), ("nodes", 16), ("modes", 50)):
        parser.add_argument("--" + name, type=float, default=value)
    o = parser.parse_args()
    if not (o.rate and o.bandwidth):
        rate, bandwidth = measured()
        o.rate, o.bandwidth = o.rate or rate, o.bandwidth or bandwidth
    n, p, D, C, z = o.examples, o.outputs, o.parameters, o.checkpoints, o.stiffness
    N, M = n * p, 0.2 * n * p
    width = math.sqrt(D / o.layers)  # square layers
    print(f"rates: {o.rate:.3g} Gflop/s of products per core, {o.bandwidth:.3g} GB/s per core")
    print(f"N = {N:.0f}, M = {M:.0f}, D = {D:.3g}: {o.layers:.0f} layers of {width:.0f} x {width:.0f}; {C:.0f} checkpoints; z = {z:.3g}\n")

    def row(name, flops, byte, cores, note=""):
        core = flops / (o.rate * 1e9)
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
    # RKC2 in panels that grow by a share γ of the time: about 3.5 √(z/γ) products a sweep, γ = 0.1 at 1e-4; W_S takes two sweeps and its nodes.
    products = 2.1 * 3.5 * math.sqrt(z / 0.1)
    vectors = 3 * o.modes
    print(f"matrix-free: {products:.0f} products for W_S on one vector, {vectors:.0f} vectors for {o.modes:.0f} modes")
    row("  K from kernels in memory or on disk (3 terms)", products * vectors * 6 * N * N, 8 * N * N * 4, o.cores, "per interval; blocks of 16 vectors")
    row("  K from factors (J and Jᵀ of two checkpoints)", products * vectors * 8 * D * n, 2 * factors / C + 16 * 8 * (N + 2 * D), o.cores)
    print(f"on {o.nodes:.0f} nodes of {o.cores:.0f} cores: kernels {forming / o.cores / o.nodes / 3600:.3g} h, dense intervals "
          f"{dense / (o.rate * 1e9) / o.cores / min(o.nodes, C - 1) / 3600:.3g} h, merge "
          f"{(dense_core - dense / (o.rate * 1e9)) / o.cores / 3600:.3g} h")


main()
