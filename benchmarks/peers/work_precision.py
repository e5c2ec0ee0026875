"""Work and precision of other programs on recorded runs, for ../WorkPrecision (which runs this with --python): CPU and wall seconds over the error of P, W_S, G_Q.

DOP853 (scipy_reference.py) and the frozen-kernel midpoint (numpy_user.py) integrate whole operators. SciPy's Radau cannot: the Jacobian of the N x N state
would have N^4 entries. It integrates one column, the state (P v, G_Q v, v^T W_S v) with v = g(s)/|g(s)|, with its exact Jacobian; errors are of those.
Checkpoints are read beforehand; forming kernels is included. A run past --limit CPU seconds is recorded as over the limit, and so are its tighter tolerances.
"""
import blas_core

blas_core.configure()

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402
from scipy.integrate import solve_ivp  # noqa: E402

import numpy_user  # noqa: E402
import scipy_reference  # noqa: E402
from interpolant import Interval  # noqa: E402
from run_folder import Run, read_tensors, relative  # noqa: E402


class OverTheLimit(Exception):
    pass


class ReadRun(Run):
    """All checkpoints in memory."""

    def __init__(self, folder):
        super().__init__(folder)
        read = super().checkpoint
        self.checkpoints = [read(k) for k in range(len(self))]

    def checkpoint(self, k):
        return self.checkpoints[k]


class Timed(Interval):
    """An interval that gives up past the limit: every program asks it for K at each step."""

    deadline = np.inf

    def K(self, t):
        if time.process_time() > Timed.deadline:
            raise OverTheLimit
        return super().K(t)


def dop853(run, rtol):
    return scipy_reference.integrate(run, rtol, max(1e-14, 1e-3 * rtol))[0]


def midpoint(run, rtol):
    return numpy_user.integrate(run, rtol)[0]


def radau_column(run, rtol):
    """P v, G_Q v and v^T W_S v for v = g(s)/|g(s)|."""
    N, M, n, p = run.N, run.M, run.n, run.p
    g = run.checkpoint(0)["g"]
    y = np.concatenate([g / np.linalg.norm(g), np.zeros(M + 1)])
    scale = np.ones(N + M + 1)
    for k in range(len(run) - 1):
        interval = Timed(run.checkpoint(k), run.checkpoint(k + 1), run.times[k], run.times[k + 1])

        def rhs(t, y, interval=interval):
            Kx = interval.K(t) @ y[:N]
            dx = -(interval.B(t) @ Kx[:N].reshape(n, p, 1)).reshape(N)
            return np.concatenate([dx, Kx[N:], [y[:N] @ Kx[:N]]])

        def jacobian(t, y, interval=interval):
            kernels = interval.K(t)
            J = np.zeros((N + M + 1, N + M + 1))
            J[:N, :N] = -(interval.B(t) @ kernels[:N].reshape(n, p, N)).reshape(N, N)
            J[N:N + M, :N] = kernels[N:]
            J[-1, :N] = 2.0 * (kernels[:N] @ y[:N])
            return J

        if k == 0:
            # Sizes that G v and v^T W v soon have: K v times the shorter of the interval and the fastest decay.
            slope = np.abs(rhs(interval.t_a, y))
            soon = min(interval.h, 1.0 / max(np.linalg.norm(jacobian(interval.t_a, y)[:N, :N], 2), 1e-300))
            scale[N:N + M], scale[-1] = soon * slope[N:N + M].max(), soon * slope[-1]
        scale[:N] = np.abs(y[:N]).max()
        scale[N:N + M] = np.maximum(scale[N:N + M], np.abs(y[N:N + M]).max())
        scale[-1] = max(scale[-1], abs(y[-1]))
        solution = solve_ivp(rhs, (run.times[k], run.times[k + 1]), y, method="Radau", jac=jacobian, t_eval=[run.times[k + 1]], rtol=max(rtol, 1e-13), atol=1e-3 * rtol * scale)
        if not solution.success:
            raise RuntimeError(f"interval {k}: {solution.message}")
        y = solution.y[:, -1].copy()
    return {"P": y[:N], "G_Q": y[N:N + M], "W_S": y[-1:]}


def columns_of(truth, run):
    v = run.checkpoint(0)["g"]
    v = v / np.linalg.norm(v)
    return {"P": truth["P"] @ v, "G_Q": truth["G_Q"] @ v, "W_S": np.array([v @ truth["W_S"] @ v])}


PROGRAMS = {"SciPy DOP853": (dop853, [1e-4, 1e-6, 1e-8, 1e-10], 0), "NumPy midpoint": (midpoint, [1e-2, 1e-3, 1e-4, 1e-5, 1e-6], 0),
            "SciPy Radau": (radau_column, [1e-4, 1e-6, 1e-8, 1e-10], 1)}


def measure(program, run, rtol, truth, limit, rounds):
    """Median (wall, cpu) and errors; slow points are run once."""
    walls, cpus, errors = [], [], None
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        Timed.deadline = cpu + limit
        operators = program(run, rtol)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        errors = {key: relative(operators[name] - truth[name], truth[name]) for key, name in (("p", "P"), ("w", "W_S"), ("g", "G_Q"))}
        if cpus[-1] > 2.0:
            break
    return {"wall": float(np.median(walls)), "cpu": float(np.median(cpus))}, errors, len(walls)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", required=True, help="folder of run folders")
    parser.add_argument("--references", required=True, help="folder of NAME.safetensors or NAME.npz with P, W_S, G_Q")
    parser.add_argument("--json", required=True, help="where the points go")
    parser.add_argument("--problems", nargs="*", default=["digits-parity", "digits-softmax-kernels", "digits-softmax-long"])
    parser.add_argument("--limit", type=float, default=30.0, help="CPU seconds of one run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round, loose tolerances only, 3 s")
    options = parser.parse_args()
    if options.quick:
        options.limit, options.rounds = 3.0, 1
    scipy_reference.Interval = numpy_user.Interval = Timed
    points = []
    for problem in options.problems:
        run = ReadRun(os.path.join(options.runs, problem))
        path = os.path.join(options.references, problem)
        truth = read_tensors(path + (".safetensors" if os.path.exists(path + ".safetensors") else ".npz"))
        for name, (program, tolerances, columns) in PROGRAMS.items():
            given_up = False
            for rtol in tolerances[:2] if options.quick else tolerances:
                point = {"problem": problem, "method": name, "rtol": rtol, "columns": columns, "status": "over the limit"}
                if not given_up:
                    try:
                        seconds, errors, rounds = measure(program, run, rtol, columns_of(truth, run) if columns else truth, options.limit, options.rounds)
                        point.update(status="done", seconds=seconds, errors=errors, rounds=rounds)
                    except OverTheLimit:
                        given_up = True
                points.append(point)
                print(problem, name, rtol, point["status"], point.get("seconds"), point.get("errors"), flush=True)
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(points, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
