"""P, W_S and G_Q of a recorded run as a careful NumPy user would write them: kernel and B frozen at the middle of each step, exact there by eigh.

With R = B^(1/2) and R K R = Q diag(gamma) Q^T, for any B >= 0, singular or not, over a step h from X:
    P(tau) = X - R Q tau phi1(tau gamma) Q^T R K X
    int P     = h X - R Q h^2 phi2(h gamma) Q^T R K X                            G_Q += K_QS int P
    int P^T K P = h X^T K X - Y^T 2 h^2 phi2(2 h gamma) Y,   Y = Q^T R K X       (B = beta I: Z^T kappa h phi1(2 h beta kappa) Z, Z = Q^T X)
with phi1(z) = (1 - e^-z)/z, phi2(z) = (z - 1 + e^-z)/z^2. Order 2. Every interval between checkpoints is repeated with twice the steps until P, W_S
and G_Q change by less than `--rtol` of their size; the finer result is kept. The next interval starts with a quarter of
the steps that this one ended with. Prints a JSON summary.
"""
import time

STARTED = time.perf_counter()

import blas_core  # noqa: E402

blas_core.configure()

import argparse  # noqa: E402
import json  # noqa: E402

import numpy as np  # noqa: E402

from interpolant import Interval  # noqa: E402
from run_folder import Run, write_tensors  # noqa: E402

MOST_STEPS = 1 << 16


def phi1(z):
    return np.where(z == 0, 1.0, -np.expm1(-z) / np.where(z == 0, 1.0, z))


def phi2(z):
    """(z - 1 + e^-z)/z^2; by its series where the difference would cancel."""
    small = z < 0.3
    safe = np.where(small, 1.0, z)
    series = np.zeros_like(z)
    for k in range(12, 1, -1):  # Horner's rule for sum_{k>=2} (-z)^(k-2)/k!
        series = (1.0 - z * series) / k
    return np.where(small, series, (safe + np.expm1(-safe)) / safe ** 2)


class Midpoint:
    """Steps of one interval; holds its interpolant."""

    def __init__(self, run, interval):
        self.n, self.p, self.N, self.interval = run.n, run.p, run.N, interval
        self.beta = run.loss.weight if run.loss.kind == "squared" else None

    def root(self, t):
        """B(t)^(1/2), n blocks of p x p."""
        values, vectors = np.linalg.eigh(self.interval.B(t))
        return (vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]) @ vectors.transpose(0, 2, 1)

    def blocks(self, R, X):
        return (R @ X.reshape(self.n, self.p, -1)).reshape(X.shape)

    def step(self, t, h, X, W, G):
        """X at t + h; adds the step's part of W and G."""
        kernels = self.interval.K(t + 0.5 * h)
        K, K_QS = kernels[:self.N], kernels[self.N:]
        if self.beta is not None:
            kappa, Q = np.linalg.eigh(K)
            kappa = np.maximum(kappa, 0.0)
            z, Z = h * self.beta * kappa, Q.T @ X
            half = np.sqrt(h * kappa * phi1(2.0 * z))[:, None] * Z
            W += half.T @ half
            G += K_QS @ (Q @ ((h * phi1(z))[:, None] * Z))
            return Q @ (np.exp(-z)[:, None] * Z)
        R, KX = self.root(t + 0.5 * h), K @ X
        RKR = self.blocks(R, self.blocks(R, K).T)
        gamma, Q = np.linalg.eigh(0.5 * (RKR + RKR.T))
        z = h * np.maximum(gamma, 0.0)
        Y = Q.T @ self.blocks(R, KX)
        W += h * (X.T @ KX) - Y.T @ ((2.0 * h * h * phi2(2.0 * z))[:, None] * Y)
        G += K_QS @ (h * X - self.blocks(R, Q @ ((h * h * phi2(z))[:, None] * Y)))
        return X - self.blocks(R, Q @ ((h * phi1(z))[:, None] * Y))

    def whole(self, steps, X):
        W, G = np.zeros((self.N, self.N)), np.zeros((len(self.interval.C0) - self.N, self.N))
        h = self.interval.h / steps
        for i in range(steps):
            X = self.step(self.interval.t_a + i * h, h, X, W, G)
        return X, W, G


def integrate(run, rtol, fixed=None):
    """Operators of the window and the number of steps, repeated ones included. `fixed`: so many steps per interval instead of a tolerance."""
    P, W, G = np.eye(run.N), np.zeros((run.N, run.N)), np.zeros((run.M, run.N))
    a, taken, start = run.checkpoint(0), 0, 1
    for k in range(len(run) - 1):
        b = run.checkpoint(k + 1)
        method = Midpoint(run, Interval(a, b, run.times[k], run.times[k + 1]))
        steps = fixed or start
        result = method.whole(steps, P)
        taken += steps
        while not fixed:
            coarse, steps = result, 2 * steps
            if steps > MOST_STEPS:
                raise RuntimeError(f"interval {k}: no agreement to {rtol:g} with {MOST_STEPS} steps")
            result = method.whole(steps, P)
            taken += steps
            sizes = (result[0], W + result[1], G + result[2])
            if all(np.linalg.norm(x - y) <= rtol * np.linalg.norm(size) for x, y, size in zip(result, coarse, sizes)):
                start = max(1, steps // 4)
                break
        P, W, G = result[0], W + result[1], G + result[2]
        a = b
    return {"P": P, "W_S": W, "G_Q": G}, taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="run folder")
    parser.add_argument("--out", help="operators, .npz or .safetensors")
    parser.add_argument("--from", dest="start", type=float, help="flow time of the first checkpoint")
    parser.add_argument("--to", dest="end", type=float, help="flow time of the last checkpoint")
    parser.add_argument("--rtol", type=float, default=1e-5)
    parser.add_argument("--steps", type=int, help="so many steps per interval instead of a tolerance")
    parser.add_argument("--threads", type=int, default=1, help="BLAS threads (default 1)")
    options = parser.parse_args()
    opened = time.perf_counter()
    run = Run(options.run, options.start, options.end)
    operators, steps = integrate(run, options.rtol, options.steps)
    ended = time.perf_counter()
    if options.out:
        write_tensors(options.out, operators)
    print(json.dumps({"script": "numpy_user", "N": run.N, "M": run.M, "checkpoints": len(run), "rtol": None if options.steps else options.rtol, "steps": steps,
                      "seconds": ended - opened, "secondsWithImports": ended - STARTED, "blas": blas_core.describe()}, indent=2))


if __name__ == "__main__":
    main()
