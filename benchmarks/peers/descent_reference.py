"""P, W_d, G_d and G_{S,d} of a run that recorded every step, by the exact recursion of gradient descent, momentum or Adam, in numpy.

With J_k the Jacobian before step k, Jb_k its average along the chord to w_{k+1} and Bb_k the average of B along the output segment:
    Z_k = mu Z_{k-1} + J_k^T P_k            (Adam: beta1 Z_{k-1} + (1 - beta1) J_k^T P_k;  gradient descent: mu = 0)
    S_k = eta_k Z_k                         (Adam: eta_k / (1 - beta1^{k+1}) M_k Z_k)
    P_{k+1} = P_k - Bb_k Jb_k S_k,  W_d += eta_k P_k^T J_k J_k^T P_k,  G_d += Jb_{Q,k} S_k,  G_{S,d} += Jb_{S,k} S_k
Jb_k is the trapezium of J_k and J_{k+1}, or Simpson's rule with the recorded midpoint; Bb_k is 24-point Gauss-Legendre or Simpson's rule over outputs.
Prints a JSON summary.
"""
import blas_core

blas_core.configure()

import argparse  # noqa: E402
import json  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402

from run_folder import Run, relative, write_tensors  # noqa: E402


class Optimizer:
    """The step as a linear map of J_k^T P_k (D x N) to S_k; holds the buffer Z."""

    def __init__(self, run):
        self.settings = settings = run.manifest["optimizer"]
        self.kind = settings["kind"]
        if self.kind not in ("gradient-descent", "momentum", "adam"):
            raise ValueError(f"optimizer '{self.kind}' has no descent recursion here")
        if self.kind != "gradient-descent" and run.entries[0]["step"] != 0:
            raise ValueError("with momentum or Adam the window must start at step 0: the buffer before it is unknown")
        self.decay = {"gradient-descent": 0.0, "momentum": settings.get("momentum", 0.0), "adam": settings.get("beta1", 0.0)}[self.kind]
        self.gain = 1.0 - self.decay if self.kind == "adam" else 1.0
        self.Z = 0.0

    def step(self, k, eta, JtP, checkpoint):
        self.Z = self.decay * self.Z + self.gain * JtP
        if self.kind != "adam":
            return eta * self.Z
        return eta / (1.0 - self.decay ** (k + 1)) * checkpoint["preconditioner"][:, None] * self.Z


def average_jacobians(a, b, quadrature):
    """Jb_S and Jb_Q between two neighbouring checkpoints."""
    if quadrature == "trapezium":
        return (a["J_S"] + b["J_S"]) / 2.0, (a["J_Q"] + b["J_Q"]) / 2.0
    if "J_S_mid" not in a:
        raise ValueError("no J_S_mid, J_Q_mid in the checkpoints: use --quadrature trapezium")
    return (a["J_S"] + 4.0 * a["J_S_mid"] + b["J_S"]) / 6.0, (a["J_Q"] + 4.0 * a["J_Q_mid"] + b["J_Q"]) / 6.0


def average_hessians(run, a, b, segment):
    """Bb = int B(u + theta du), and 2 int (1 - theta) B(u + theta du) of the loss expansion; both by the same rule."""
    if run.loss.kind == "custom":
        return (a["B"] + b["B"]) / 2.0, (2.0 * a["B"] + b["B"]) / 3.0
    if segment == "gauss":
        nodes, weights = np.polynomial.legendre.leggauss(24)
        average, taylor = np.zeros_like(a["B"]), np.zeros_like(a["B"])
        for theta, weight in zip((nodes + 1.0) / 2.0, weights / 2.0):
            B = run.loss.hessian(a["U_S"] + theta * (b["U_S"] - a["U_S"]))
            average += weight * B
            taylor += 2.0 * (1.0 - theta) * weight * B
        return average, taylor
    middle = run.loss.hessian((a["U_S"] + b["U_S"]) / 2.0)
    return (a["B"] + 4.0 * middle + b["B"]) / 6.0, (a["B"] + 2.0 * middle) / 3.0


def apply_blocks(B, X):
    """B X for block-diagonal B (n x p x p) and X (N x anything)."""
    n, p = B.shape[:2]
    return (B @ X.reshape(n, p, -1)).reshape(X.shape)


def descend(run, quadrature, segment="gauss"):
    """Operators, relative errors of C1 to C4, and the largest quadrature residual ||dU_k + Jb_k S_k g(s)|| / ||dU_k||."""
    N = run.N
    steps = [entry["step"] for entry in run.entries]
    if any(b - a != 1 for a, b in zip(steps, steps[1:])):
        raise ValueError("not every step was recorded")
    optimizer = Optimizer(run)
    P, W, G_S, G_Q = np.eye(N), np.zeros((N, N)), np.zeros((N, N)), np.zeros((run.M, N))
    first = a = run.checkpoint(0)
    if optimizer.kind == "gradient-descent" and "preconditioner" in a:
        raise ValueError("a preconditioned gradient descent is not handled")
    g_s, change, transport, residual = a["g"], 0.0, 0.0, 0.0
    for k in range(len(run) - 1):
        b = run.checkpoint(k + 1)
        eta = run.times[k + 1] - run.times[k]
        J_bar_S, J_bar_Q = average_jacobians(a, b, quadrature)
        B_bar, B_taylor = average_hessians(run, a, b, segment)
        JtP = a["J_S"].T @ P
        S = optimizer.step(k, eta, JtP, a)
        T = J_bar_S @ S
        W += eta * JtP.T @ JtP
        G_S += T
        G_Q += J_bar_Q @ S
        du = -T @ g_s
        change += (P @ g_s) @ du + 0.5 * du @ apply_blocks(B_taylor, du)
        recorded = (b["U_S"] - a["U_S"]).ravel()
        residual = max(residual, relative(recorded - du, recorded) or 0.0)
        P = P - apply_blocks(B_bar, T)
        transport = max(transport, relative(P @ g_s - b["g"], g_s))
        a = b
    d_S, d_Q = (a["U_S"] - first["U_S"]).ravel(), (a["U_Q"] - first["U_Q"]).ravel()
    claims = {"C2": transport, "C3": relative(-G_S @ g_s - d_S, d_S), "C4": relative(-G_Q @ g_s - d_Q, d_Q)}
    if first["loss"] is not None and a["loss"] is not None:
        claims["C1"] = abs(change / (a["loss"] - first["loss"]) - 1.0)
    return {"P": P, "W_S": W, "G_Q": G_Q, "G_S": G_S}, claims, residual


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="run folder")
    parser.add_argument("--quadrature", default="midpoint", choices=["midpoint", "trapezium"])
    parser.add_argument("--segment", default="gauss", choices=["gauss", "simpson"], help="rule for the average Hessian over outputs (default gauss)")
    parser.add_argument("--out", help="operators, .npz or .safetensors")
    parser.add_argument("--json", help="also write the summary to this file")
    parser.add_argument("--from", dest="start", type=float, help="flow time of the first checkpoint")
    parser.add_argument("--to", dest="end", type=float, help="flow time of the last checkpoint")
    parser.add_argument("--threads", type=int, default=1, help="BLAS threads (default 1)")
    options = parser.parse_args()

    opened = time.perf_counter()
    run = Run(options.run, options.start, options.end)
    operators, claims, residual = descend(run, options.quadrature, options.segment)
    summary = {"script": "descent_reference", "loss": run.manifest["loss"], "optimizer": run.manifest["optimizer"]["kind"], "N": run.N,
               "M": run.M, "steps": len(run) - 1, "window": [float(run.times[0]), float(run.times[-1])], "quadrature": options.quadrature, "segment": options.segment,
               "claims": claims, "largestStepResidual": residual, "seconds": time.perf_counter() - opened, "blas": blas_core.describe()}
    if options.out:
        write_tensors(options.out, operators)
    text = json.dumps(summary, indent=2)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
