"""P, W_S, G_Q and G_S of a recorded run by SciPy's solve_ivp: an independent check, and the peer in whole-program timings.

Integrates dP/dt = -B K_SS P, dW/dt = P^T K_SS P, dG_Q/dt = K_QS P, dG_S/dt = K_SS P on the linear interpolant (J and B linear in t
between checkpoints; K linear for kernel-block runs without cross blocks), restarted at every checkpoint, where the interpolant has a kink.
Prints a JSON summary.
"""
import time

STARTED = time.perf_counter()

import blas_core  # noqa: E402

blas_core.configure()

import argparse  # noqa: E402
import json  # noqa: E402

import numpy as np  # noqa: E402
from scipy.integrate import solve_ivp  # noqa: E402

from interpolant import Interval  # noqa: E402
from run_folder import Run, relative, write_tensors  # noqa: E402


class Flow:
    """The right-hand side on the flattened state: P (N x N), W (N x N), then G_S over G_Q ((N + M) x N)."""

    def __init__(self, run):
        self.n, self.p, self.N, self.M = run.n, run.p, run.N, run.M
        self.size = (3 * self.N + self.M) * self.N

    def split(self, y):
        N = self.N
        return y[:N * N].reshape(N, N), y[N * N:2 * N * N].reshape(N, N), y[2 * N * N:].reshape(-1, N)

    def start(self):
        y = np.zeros(self.size)
        self.split(y)[0][:] = np.eye(self.N)
        return y

    def rhs(self, t, y, interval):
        P, _, _ = self.split(y)
        out = np.empty(self.size)
        dP, dW, dG = self.split(out)
        np.matmul(interval.K(t), P, out=dG)
        KP = dG[:self.N]
        np.matmul(P.T, KP, out=dW)
        np.matmul(-interval.B(t), KP.reshape(self.n, self.p, self.N), out=dP.reshape(self.n, self.p, self.N))
        return out

    def tolerance(self, y, interval, atol):
        """`atol` times the size of each block. A block that is still zero gets the size it soon has: K times min(h, 1/(|B| |K|))."""
        P, W, G = self.split(y)
        K = interval.C0
        saturation = 1.0 / (np.linalg.norm(interval.B0, 2, axis=(1, 2)).max() * np.linalg.norm(K[:self.N], 2))
        soon = min(interval.h, saturation)
        vector = np.empty(self.size)
        vP, vW, vG = self.split(vector)
        vP[:] = np.abs(P).max()
        vW[:] = max(np.abs(W).max(), soon * np.abs(K[:self.N]).max())
        for rows in (slice(None, self.N), slice(self.N, None)):
            vG[rows] = max(np.abs(G[rows]).max(), soon * np.abs(K[rows]).max())
        return atol * vector


def integrate(run, rtol, atol, method="DOP853"):
    """Operators of the window, P at every checkpoint, the checkpoints' U, g and loss, and the number of right-hand sides."""
    flow = Flow(run)
    y, evaluations = flow.start(), 0
    a = run.checkpoint(0)
    transported, recorded = [flow.split(y)[0].copy()], [keep(a)]
    for k in range(len(run) - 1):
        b = run.checkpoint(k + 1)
        interval = Interval(a, b, run.times[k], run.times[k + 1])
        # t_eval keeps solve_ivp from storing the state of every step.
        solution = solve_ivp(flow.rhs, (run.times[k], run.times[k + 1]), y, method=method, t_eval=[run.times[k + 1]], args=(interval,),
                             rtol=rtol, atol=flow.tolerance(y, interval, atol))
        if not solution.success:
            raise RuntimeError(f"interval {k}: {solution.message}")
        y = solution.y[:, -1].copy()
        evaluations += solution.nfev
        transported.append(flow.split(y)[0].copy())
        recorded.append(keep(b))
        a = b
    P, W, G = flow.split(y)
    return {"P": P, "W_S": W, "G_Q": G[run.N:], "G_S": G[:run.N]}, transported, recorded, evaluations


def keep(checkpoint):
    return {name: checkpoint[name] for name in ("U_S", "U_Q", "g", "loss")}


def claims(operators, transported, recorded):
    """Relative errors of C1 to C4 and C8 against what was recorded."""
    g_s, first, last = recorded[0]["g"], recorded[0], recorded[-1]
    d_S, d_Q = (last["U_S"] - first["U_S"]).ravel(), (last["U_Q"] - first["U_Q"]).ravel()
    result = {"C2": max(relative(P @ g_s - c["g"], g_s) for P, c in zip(transported, recorded)),
              "C3": relative(-operators["G_S"] @ g_s - d_S, d_S), "C4": relative(-operators["G_Q"] @ g_s - d_Q, d_Q)}
    if first["loss"] is not None and last["loss"] is not None:
        change = last["loss"] - first["loss"]
        result["C1"] = abs(-g_s @ operators["W_S"] @ g_s - change) / abs(change)
    predicted = couple(operators) @ d_S
    result["C8"] = relative(predicted - d_Q, d_Q)
    result["C8 correlation"] = float(np.corrcoef(predicted, d_Q)[0, 1])
    return result


def couple(operators):
    """A = (G_Q L)(G_S L)^+ with L L^T = W^+."""
    values, vectors = np.linalg.eigh(0.5 * (operators["W_S"] + operators["W_S"].T))
    range_W = values > len(values) * np.finfo(float).eps * values[-1]
    L = vectors[:, range_W] / np.sqrt(values[range_W])
    return operators["G_Q"] @ L @ np.linalg.pinv(operators["G_S"] @ L)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="run folder")
    parser.add_argument("--out", help="operators, .npz or .safetensors")
    parser.add_argument("--json", help="also write the summary to this file")
    parser.add_argument("--from", dest="start", type=float, help="flow time of the first checkpoint")
    parser.add_argument("--to", dest="end", type=float, help="flow time of the last checkpoint")
    parser.add_argument("--rtol", type=float, default=1e-10)
    parser.add_argument("--atol", type=float, default=None, help="relative to the size of each block; default rtol / 1000, at least 1e-14")
    parser.add_argument("--method", default="DOP853", choices=["DOP853", "RK45"])
    parser.add_argument("--threads", type=int, default=1, help="BLAS threads (default 1)")
    options = parser.parse_args()
    atol = options.atol if options.atol is not None else max(1e-14, 1e-3 * options.rtol)

    opened = time.perf_counter()
    run = Run(options.run, options.start, options.end)
    operators, transported, recorded, evaluations = integrate(run, options.rtol, atol, options.method)
    summary = {"script": "scipy_reference", "loss": run.manifest["loss"], "N": run.N, "M": run.M, "checkpoints": len(run),
               "window": [float(run.times[0]), float(run.times[-1])], "method": options.method, "rtol": options.rtol, "atol": atol,
               "claims": claims(operators, transported, recorded), "evaluations": evaluations}
    ended = time.perf_counter()
    # Reading included, imports and writing excluded; the second figure counts from the first line of this script.
    summary.update(seconds=ended - opened, secondsWithImports=ended - STARTED, blas=blas_core.describe())
    if options.out:
        write_tensors(options.out, operators)
    text = json.dumps(summary, indent=2)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
