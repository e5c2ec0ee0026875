"""Thick-restart Lanczos beside ARPACK (scipy's eigsh): the same planted operators, block 1, the same basis and tolerance, one thread each, in turn.

    dotnet build -c Release ../SpectralTiming
    python3 arpack_compare.py ../SpectralTiming/bin/Release/net10.0/KernelFlow.SpectralTiming.dll [--backend auto] [--rounds 3] [--markdown FILE]

The operators are HDH with D diagonal and H one reflection: a product costs O(N), so the times are those of the solvers. Prints, per case, medians over rounds (each with its own
start vector) of applications and CPU seconds, the median of the paired ratios (this toolkit / ARPACK; below 1 is better), and how many of the K values are wrong by more than 1e-8
(largest over rounds). "checked" is this toolkit with its search for further copies, which ARPACK does not have. Exit code 1 when a checked answer is wrong.
"""
import blas_core

blas_core.configure()

import argparse  # noqa: E402
import resource  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402

import numpy as np  # noqa: E402
from scipy.sparse.linalg import LinearOperator, eigsh  # noqa: E402

SPECTRA = {
    "harmonic": lambda i, n: 1 / (1 + i),
    "quadratic": lambda i, n: (1 - i / (n - 1)) ** 2,
    "saturated": lambda i, n: np.where(i < 10, 1, 1 / (1 + 0.02 * (i - 9.0))),
    "fives": lambda i, n: 1 / (1 + 0.2 * (i // 5)),
}
SIZES = [(n, k) for n in (2000, 10000) for k in (20, 100)]
TOLERANCE = 1e-10


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def arpack(spectrum, n, k, ncv, seed):
    """Applications, CPU seconds and values, descending."""
    values = SPECTRA[spectrum](np.arange(n, dtype=float), n)
    direction = np.sin(np.arange(n) + 1.0)
    direction /= np.linalg.norm(direction)
    count = 0

    def product(x):
        nonlocal count
        count += 1
        y = x - (2 * (direction @ x)) * direction
        y *= values
        y -= (2 * (direction @ y)) * direction
        return y

    start = np.random.default_rng(seed).uniform(-0.5, 0.5, n)
    before = cpu_seconds()
    found = eigsh(LinearOperator((n, n), matvec=product, dtype=float), k=k, which="LA", ncv=ncv, tol=TOLERANCE, v0=start)[0]
    seconds = cpu_seconds() - before
    expected = np.sort(values)[::-1][:k]
    return count, seconds, int(np.sum(np.abs(np.sort(found)[::-1] - expected) > 1e-8))


def toolkit(process, spectrum, n, k, ncv, check, seed):
    process.stdin.write(f"{spectrum} {n} {k} {ncv} 1 {TOLERANCE!r} {int(check)} {seed}\n")
    process.stdin.flush()
    applications, cpu, _, wrong, _, converged = process.stdout.readline().split()
    if converged != "1":
        raise SystemExit(f"{spectrum}, N = {n}, k = {k}: not converged")
    return int(applications), float(cpu), int(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timing", help="KernelFlow.SpectralTiming.dll")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default="1", help="BLAS threads of ARPACK")
    parser.add_argument("--markdown", help="also write the table to this file")
    arguments = parser.parse_args()
    process = subprocess.Popen(["dotnet", arguments.timing, arguments.backend], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    print(f"toolkit: {process.stdout.readline().strip()}; ARPACK: {blas_core.describe()}", flush=True)
    toolkit(process, "harmonic", 2000, 20, 41, True, 0)  # compiles
    arpack("harmonic", 2000, 20, 41, 0)
    lines = ["| spectrum | N | k | applications: ours, ARPACK, ratio | CPU seconds: ours, ARPACK, ratio | wrong: ours, ARPACK | checked: applications, CPU seconds, wrong |", "|---|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    failed = False
    for spectrum in SPECTRA:
        for n, k in SIZES:
            rounds = []
            for seed in range(1, arguments.rounds + 1):
                ours = toolkit(process, spectrum, n, k, 2 * k + 1, False, seed)
                theirs = arpack(spectrum, n, k, 2 * k + 1, seed)
                rounds.append((ours, theirs, toolkit(process, spectrum, n, k, 2 * k + 1, True, seed)))
            median = [[statistics.median(r[who][what] for r in rounds) for what in (0, 1)] for who in range(3)]
            ratio = [statistics.median(r[0][what] / r[1][what] for r in rounds) for what in (0, 1)]
            wrong = [max(r[who][2] for r in rounds) for who in range(3)]
            failed |= wrong[2] > 0
            lines.append(f"| {spectrum} | {n} | {k} | {median[0][0]:.0f}, {median[1][0]:.0f}, {ratio[0]:.2f} | {median[0][1]:.3f}, {median[1][1]:.3f}, {ratio[1]:.2f} | {wrong[0]}, {wrong[1]} | {median[2][0]:.0f}, {median[2][1]:.3f}, {wrong[2]} |")
            print(lines[-1], flush=True)
    process.stdin.close()
    if arguments.markdown:
        with open(arguments.markdown, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
