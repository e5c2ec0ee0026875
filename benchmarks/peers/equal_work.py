"""Equal work on one run: KernelFlow beside SciPy's DOP853 at its cheapest tolerance whose worst error of P, W_S, G_Q is at most KernelFlow's, in pairs.

    dotnet build -c Release benchmarks/WorkPrecision
    python3 benchmarks/peers/equal_work.py RUN --cli kernelflow [--from T --to T] [--part alone|whole|both] [--rounds 5]

Two comparisons: the integration alone (checkpoints read and programs compiled beforehand; forming the kernels between checkpoints included), with the thread
count that is best for each, the same BLAS core in both; and the whole analysis as a program (reading, budgets, claims, reports) beside the programs
scipy_reference.py and numpy_user.py. The reference is DOP853 at --reference-rtol, and DOP853's tolerances are tried from loose to tight, four in a decade. Wall
and CPU seconds and their ratios are medians over rounds; on a busy machine read those of CPU seconds. The limits asked for are given with --least-* and decide
the exit code by wall time: 1 if one is missed.
"""
import blas_core

blas_core.configure()

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import shlex  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402

import scipy_reference  # noqa: E402
from compare_operators import compare  # noqa: E402
from pair_wide import timed  # noqa: E402
from run_folder import read_tensors, write_tensors  # noqa: E402
from work_precision import ReadRun  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(os.path.dirname(HERE), "WorkPrecision", "bin", "Release", "net10.0", "KernelFlow.WorkPrecision.dll")
LOOSEST, TIGHTEST, PER_DECADE = 1e-2, 1e-10, 4


def window(options):
    return [word for name, value in (("--from", options.start), ("--to", options.end)) if value is not None for word in (name, repr(value))]


def atol(rtol):
    return max(1e-14, 1e-3 * rtol)


def peer(options):
    """Worker: DOP853 alone in this process, whose BLAS threads were set before numpy was loaded."""
    run = ReadWindow(options.run, options.start, options.end)
    wall, cpu = time.perf_counter(), time.process_time()
    operators = scipy_reference.integrate(run, options.peer_rtol, atol(options.peer_rtol))[0]
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "blas": blas_core.describe()}))
    if options.save:
        write_tensors(options.save, operators)


class ReadWindow(ReadRun):
    """All checkpoints of a window in memory."""

    def __init__(self, folder, start, end):
        super(ReadRun, self).__init__(folder, start, end)
        read = super(ReadRun, self).checkpoint
        self.checkpoints = [read(k) for k in range(len(self))]


def answer(command):
    finished = subprocess.run(command, capture_output=True, text=True)
    if finished.returncode:
        raise RuntimeError(f"{shlex.join(command)}: exit code {finished.returncode}: {finished.stderr.strip()}")
    return json.loads(finished.stdout)


def ours(options, rtol, threads, save=""):
    command = ["dotnet", PROGRAM, "--alone", options.run, "--rtol", repr(rtol), "--threads", str(threads), "--backend", options.backend, "--rounds", "1", *window(options)]
    return answer(command + (["--save", save] if save else []))


def theirs(options, rtol, threads, save=""):
    command = [sys.executable, os.path.abspath(__file__), options.run, "--peer-rtol", repr(rtol), "--threads", str(threads), *window(options)]
    return answer(command + (["--save", save] if save else []))


def worst(path, truth):
    return max(compare(read_tensors(path), truth).values())


def cheapest(options, truth, error, folder, known):
    """The loosest tolerance of DOP853 whose worst error is at most `error`, with that error."""
    path, k = os.path.join(folder, "scipy.npz"), 0
    while (rtol := LOOSEST * 10 ** (-k / PER_DECADE)) >= TIGHTEST:
        if rtol not in known:
            theirs(options, rtol, options.count, path)
            known[rtol] = worst(path, truth)
        if known[rtol] <= error:
            return rtol, known[rtol]
        # Errors fall about as the tolerance does: decades at first, quarters near the end.
        k += PER_DECADE if known[rtol] > 100 * error else 1
    raise RuntimeError(f"DOP853 does not reach {error:.1e}")


def pairs(options, label, runs, least, rows):
    """`runs`: name -> (function, thread counts). The first is KernelFlow. Rounds go in turn; each program counts with the threads that are best for it."""
    times = {name: {t: [] for t in counts} for name, (_, counts) in runs.items()}
    for _ in range(options.rounds):
        for name, (run, counts) in runs.items():
            for t in counts:
                times[name][t].append(run(t))
    best = {name: min(found, key=lambda t: statistics.median(x[0] for x in found[t])) for name, found in times.items()}
    first = next(iter(runs))
    own = times[first][best[first]]
    missed = False
    for name in list(runs)[1:]:
        other = times[name][best[name]]
        ratio = [statistics.median(b[i] / a[i] for a, b in zip(own, other)) for i in (0, 1)]
        seconds = [[statistics.median(x[i] for x in found) for i in (0, 1)] for found in (own, other)]
        rows.append(f"| {label} | {first}, {best[first]} thread(s) | {seconds[0][0]:.3g}, {seconds[0][1]:.3g} | {name}, {best[name]} thread(s) "
                    f"| {seconds[1][0]:.3g}, {seconds[1][1]:.3g} | {ratio[0]:.1f} | {ratio[1]:.1f} | {least.get(name.split()[0], '')} |")
        limit = least.get(name.split()[0])
        missed |= limit is not None and ratio[0] < limit
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="run folder")
    parser.add_argument("--cli", help="the command, for the whole analysis")
    parser.add_argument("--from", dest="start", type=float)
    parser.add_argument("--to", dest="end", type=float)
    parser.add_argument("--part", choices=["alone", "whole", "both"], default="both")
    parser.add_argument("--rtols", type=float, nargs="+", default=[1e-4, 1e-6], help="of KernelFlow's integration alone")
    parser.add_argument("--whole-rtol", type=float, default=1e-6, help="of the whole analysis beside SciPy")
    parser.add_argument("--numpy-rtol", type=float, default=1e-5, help="of the whole analysis and of numpy_user.py")
    parser.add_argument("--reference", help="operators of the window; default: DOP853 at --reference-rtol")
    parser.add_argument("--reference-rtol", type=float, default=1e-10)
    parser.add_argument("--backend", default="openblas", help="of KernelFlow: the same library as NumPy's for the same core")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=os.cpu_count(), help="largest thread count (default: one per processor)")
    parser.add_argument("--least-alone", type=float, default=15)
    parser.add_argument("--least-whole", type=float, default=8)
    parser.add_argument("--least-numpy", type=float, default=7)
    parser.add_argument("--peer-rtol", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--save", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer_rtol is not None:
        return peer(options)
    if options.part != "alone" and not options.cli:
        parser.error("--cli is needed for the whole analysis")
    counts, rows, missed, known, notes = sorted({1, options.count}), [], False, {}, []
    with tempfile.TemporaryDirectory() as folder:
        path = options.reference or os.path.join(folder, "reference.npz")
        if not options.reference:
            theirs(options, options.reference_rtol, options.count, path)
        truth = {name: value for name, value in read_tensors(path).items() if name in ("P", "W_S", "G_Q")}
        out = os.path.join(folder, "ours.npz")

        def matched(rtol):
            facts = ours(options, rtol, options.count, out)
            error = worst(out, truth)
            peer_rtol, peer_error = cheapest(options, truth, error, folder, known)
            notes.append(f"rtol {rtol:g}: {facts['method']}, {facts['steps']} steps, worst error {error:.2g}; DOP853 at rtol {peer_rtol:.3g}: {peer_error:.2g}; "
                         f"N = {facts['N']}, M = {facts['M']}, {facts['checkpoints']} checkpoints, {facts['backend']} core {facts['core']}")
            return peer_rtol

        if options.part != "whole":
            for rtol in options.rtols:
                peer_rtol = matched(rtol)
                missed |= pairs(options, f"integration alone, {rtol:g}", {
                    "KernelFlow": (lambda t, r=rtol: pick(ours(options, r, t)), counts),
                    f"SciPy DOP853 at {peer_rtol:.3g}": (lambda t, r=peer_rtol: pick(theirs(options, r, t)), counts)}, {"SciPy": options.least_alone}, rows)
        if options.part != "alone":
            def analysis(rtol):
                return lambda t: timed([*shlex.split(options.cli), "analyze", options.run, "--out", os.path.join(folder, "report"), "--mode", "flow", "--rtol",
                                        repr(rtol), "--threads", str(t), "--quiet", *window(options)])

            def script(name, rtol):
                return lambda t: timed([sys.executable, os.path.join(HERE, name + ".py"), options.run, "--rtol", repr(rtol), "--threads", str(t), *window(options)])

            peer_rtol = matched(options.whole_rtol)
            missed |= pairs(options, f"whole analysis, {options.whole_rtol:g}", {
                "kernelflow analyze": (analysis(options.whole_rtol), counts),
                f"SciPy DOP853 at {peer_rtol:.3g}": (script("scipy_reference", peer_rtol), counts)}, {"SciPy": options.least_whole}, rows)
            missed |= pairs(options, f"whole analysis, {options.numpy_rtol:g}", {
                "kernelflow analyze": (analysis(options.numpy_rtol), counts),
                f"NumPy midpoint at {options.numpy_rtol:g}": (script("numpy_user", options.numpy_rtol), counts)}, {"NumPy": options.least_numpy}, rows)
    print(f"{options.run}, {options.rounds} rounds, load average {os.getloadavg()[0]:.1f}\n")
    print("| what | program | wall, CPU s | beside | wall, CPU s | ratio of wall | ratio of CPU | asked |\n|---|---|---|---|---|---|---|---|")
    print("\n".join(rows) + "\n\n" + "\n".join(notes))
    return 1 if missed else 0


def pick(found):
    return found["wall"], found["cpu"]


if __name__ == "__main__":
    sys.exit(main())
