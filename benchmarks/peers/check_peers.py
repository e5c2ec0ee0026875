"""Checks the reference programs against what is known exactly: a frozen kernel (closed form), the composition of windows, and the descent
paths of a small network trained with gradient descent, momentum and Adam. Prints each observed error beside its limit; exit code 1 if one fails.
"""
import blas_core

blas_core.configure()

import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402

import numpy as np  # noqa: E402
from scipy.linalg import expm  # noqa: E402

from compare_operators import compare  # noqa: E402
from descent_reference import descend  # noqa: E402
from numpy_user import integrate as midpoint  # noqa: E402
from run_folder import Run, relative, write_tensors  # noqa: E402
from scipy_reference import integrate  # noqa: E402


class Report:
    def __init__(self):
        self.failed = False

    def check(self, name, error, limit):
        passed = error <= limit
        self.failed |= not passed
        print(f"{'pass' if passed else 'FAIL'}  {name}: {error:.3e} (limit {limit:.1e})")


def write_run(folder, loss, optimizer, checkpoints, y_S):
    """checkpoints: list of (step, time, tensors)."""
    n, p = y_S.shape
    manifest = {"format": "kernel-flow-run", "version": 1, "loss": loss, "reduction": "mean", "train": n, "outputs": p,
                "test": len(checkpoints[0][2]["U_Q"]), "optimizer": optimizer, "targets": "targets.safetensors", "checkpoints": []}
    for k, (step, time, tensors) in enumerate(checkpoints):
        name = f"checkpoint-{k:06d}.safetensors"
        write_tensors(os.path.join(folder, name), tensors)
        manifest["checkpoints"].append({"file": name, "step": step, "time": time})
    write_tensors(os.path.join(folder, "targets.safetensors"), {"y_S": y_S})
    with open(os.path.join(folder, "run.json"), "w", encoding="utf-8") as file:
        json.dump(manifest, file)


def check_frozen(report, random):
    """J constant, squared loss: P = e^{-K t/n}, W = n (I - e^{-2Kt/n})/2, G = K_QS K^-1 n (I - P). Jacobian and kernel-block runs agree."""
    n, m, D, T = 8, 5, 20, 3.0
    J_S, J_Q, y = random.standard_normal((n, D)), random.standard_normal((m, D)), random.standard_normal((n, 1))
    K, K_QS = J_S @ J_S.T, J_Q @ J_S.T
    P = expm(-K * T / n)
    exact = {"P": P, "W_S": n * (np.eye(n) - P @ P) / 2, "G_S": n * (np.eye(n) - P), "G_Q": K_QS @ np.linalg.solve(K, n * (np.eye(n) - P))}
    outputs = {"U_S": np.zeros((n, 1)), "U_Q": np.zeros((m, 1))}
    for label, tensors in (("Jacobians", {"J_S": J_S, "J_Q": J_Q}), ("kernel blocks", {"K_SS": K, "K_QS": K_QS})):
        with tempfile.TemporaryDirectory() as folder:
            write_run(folder, "squared", {"kind": "gradient-descent", "learningRate": 0.1},
                      [(0, 0.0, tensors | outputs), (10, 1.0, tensors | outputs), (30, T, tensors | outputs)], y)
            operators, steps = integrate(Run(folder), 1e-10, 1e-13)[0], midpoint(Run(folder), 0.0, fixed=1)[0]
        for name, difference in compare(operators, exact).items():
            report.check(f"frozen kernel, {label}, {name}", difference, 1e-9)
        for name, difference in compare(steps, {name: exact[name] for name in steps}).items():
            report.check(f"frozen kernel, {label}, midpoint, {name}", difference, 1e-13)


class Network:
    """u(x) = A tanh(V x) with its Jacobian; w is A, then V, flattened."""

    def __init__(self, random, width, inputs, outputs):
        self.shape, self.inputs = (outputs, width), inputs
        self.w = np.concatenate([random.standard_normal(outputs * width) / np.sqrt(width), random.standard_normal(width * inputs) / np.sqrt(inputs)])

    def evaluate(self, w, X):
        p, h = self.shape
        A, V = w[:p * h].reshape(p, h), w[p * h:].reshape(h, self.inputs)
        H = np.tanh(X @ V.T)
        J_A = np.einsum("cd,ih->icdh", np.eye(p), H).reshape(len(X) * p, -1)
        J_V = np.einsum("ch,ih,ix->ichx", A, 1.0 - H ** 2, X).reshape(len(X) * p, -1)
        return H @ A.T, np.hstack([J_A, J_V])


def record(folder, network, optimizer, steps, X_S, X_Q, y):
    """Trains on softmax cross-entropy and records every step, with midpoints and, for Adam, the diagonal of the step that leaves the checkpoint."""
    eta, w, checkpoints = optimizer["learningRate"], network.w.copy(), []
    buffer, v = np.zeros_like(w), np.zeros_like(w)
    for k in range(steps + 1):
        (U_S, J_S), (U_Q, J_Q) = network.evaluate(w, X_S), network.evaluate(w, X_Q)
        tensors = {"U_S": U_S, "U_Q": U_Q, "J_S": J_S, "J_Q": J_Q}
        q = np.exp(U_S) / np.exp(U_S).sum(axis=1, keepdims=True)
        gradient = J_S.T @ ((q - y) / len(y)).ravel()
        if optimizer["kind"] == "adam":
            b1, b2 = optimizer["beta1"], optimizer["beta2"]
            buffer, v = b1 * buffer + (1 - b1) * gradient, b2 * v + (1 - b2) * gradient ** 2
            tensors["preconditioner"] = 1.0 / (np.sqrt(v / (1 - b2 ** (k + 1))) + optimizer["epsilon"])
            update = eta * tensors["preconditioner"] * buffer / (1 - b1 ** (k + 1))
        else:
            buffer = optimizer.get("momentum", 0.0) * buffer + gradient
            update = eta * buffer
        if k < steps:
            tensors["J_S_mid"], tensors["J_Q_mid"] = network.evaluate(w - update / 2, X_S)[1], network.evaluate(w - update / 2, X_Q)[1]
        checkpoints.append((k, k * eta, tensors))
        w = w - update
    write_run(folder, "softmax-cross-entropy", optimizer, checkpoints, y)


def check_descent(report, random):
    """Errors fall as eta^2 (trapezium) and eta^4 (midpoint) at a fixed time span; W_d is PSD and its kernel lies in that of G_d."""
    X_S, X_Q = random.standard_normal((6, 4)), random.standard_normal((4, 4))
    X_S[1] = X_S[0]  # duplicated input: a planted reservoir
    y = np.eye(3)[[0, 1, 2, 0, 1, 2]]
    network = Network(random, 5, 4, 3)
    for optimizer in ({"kind": "gradient-descent"}, {"kind": "momentum", "momentum": 0.8}, {"kind": "adam", "beta1": 0.8, "beta2": 0.99, "epsilon": 0.3}):
        for quadrature, order in (("trapezium", 2), ("midpoint", 4)):
            errors = []
            for eta, steps in ((0.1, 30), (0.05, 60)):
                with tempfile.TemporaryDirectory() as folder:
                    record(folder, network, optimizer | {"learningRate": eta}, steps, X_S, X_Q, y)
                    operators, claims, _ = descend(Run(folder), quadrature)
                errors.append(claims)
            label = f"{optimizer['kind']}, {quadrature}"
            for claim in ("C1", "C2", "C3", "C4"):
                report.check(f"{label}, {claim}", errors[1][claim], 1e-4 if order == 2 else 2e-8)
            # The step size also changes the momentum and Adam paths, so only plain descent has a clean order.
            if optimizer["kind"] == "gradient-descent":
                observed = np.log2(errors[0]["C4"] / errors[1]["C4"])
                report.check(f"{label}, |observed order - {order}| of C4", abs(observed - order), 0.4)
            planted = np.zeros((18, 3))
            planted[:3], planted[3:6] = np.eye(3), -np.eye(3)
            # B differs between the duplicates only if their outputs do, and they never do: v stays in the kernel.
            for name in ("W_S", "G_Q"):
                report.check(f"{label}, planted reservoir, {name} v", relative(operators[name] @ planted, operators[name]), 1e-14)


def check_composition(report, random):
    """C10 for the flow: W, G and P of two windows compose to those of the whole, with a softmax B that varies."""
    X_S, X_Q, y = random.standard_normal((6, 4)), random.standard_normal((4, 4)), np.eye(3)[[0, 1, 2, 0, 1, 2]]
    with tempfile.TemporaryDirectory() as folder:
        record(folder, Network(random, 5, 4, 3), {"kind": "gradient-descent", "learningRate": 0.5}, 12, X_S, X_Q, y)
        whole, head, tail = (integrate(Run(folder, *window), 1e-10, 1e-13)[0] for window in ((None, None), (None, 2.5), (2.5, None)))
    P = head["P"]
    composed = {"P": tail["P"] @ P, "W_S": head["W_S"] + P.T @ tail["W_S"] @ P}
    composed |= {name: head[name] + tail[name] @ P for name in ("G_Q", "G_S")}
    for name, difference in compare(composed, whole).items():
        report.check(f"composition, {name}", difference, 1e-9)


def check_midpoint(report, random):
    """The midpoint with a singular B that varies: order 2 towards DOP853, and the tolerance it was asked for."""
    X_S, X_Q, y = random.standard_normal((6, 4)), random.standard_normal((4, 4)), np.eye(3)[[0, 1, 2, 0, 1, 2]]
    with tempfile.TemporaryDirectory() as folder:
        record(folder, Network(random, 5, 4, 3), {"kind": "gradient-descent", "learningRate": 0.5}, 12, X_S, X_Q, y)
        exact = integrate(Run(folder), 1e-11, 1e-14)[0]
        coarse, fine, asked = (midpoint(Run(folder), 1e-5, fixed=steps)[0] for steps in (4, 8, None))
    exact = {name: exact[name] for name in asked}
    errors, halved = compare(coarse, exact), compare(fine, exact)
    for name, difference in compare(asked, exact).items():
        report.check(f"midpoint, |observed order - 2| of {name}", abs(np.log2(errors[name] / halved[name]) - 2), 0.1)
        report.check(f"midpoint, rtol 1e-5, {name}", difference, 1e-5)


def main():
    report, random = Report(), np.random.default_rng(1)
    check_frozen(report, random)
    check_composition(report, random)
    check_descent(report, random)
    check_midpoint(report, random)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
