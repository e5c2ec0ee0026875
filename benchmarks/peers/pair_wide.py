"""Whole-program times on one run, several programs in turn (A B C D A B C D ...): `kernelflow analyze` at two tolerances, numpy_user.py and scipy_reference.py.

`kernelflow analyze` reads, integrates, judges every claim with its error budget and writes reports and operators; the peers compute operators alone.
Printed for each program: wall and CPU seconds (process start to end, writing of operators included; medians), relative Frobenius errors of P, W_S and G_Q
against --reference; and for each pair the ratio peer / kernelflow of wall and of CPU seconds (above 1: kernelflow is faster) as the median over rounds with its
range. CPU seconds are of all threads, user and system: they hardly depend on what else runs.
"""
import argparse
import json
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

from compare_operators import compare
from run_folder import read_tensors

HERE = os.path.dirname(os.path.abspath(__file__))


def timed(command):
    """Wall and CPU seconds of one program; RuntimeError with its message if it fails."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    finished = subprocess.run(command, capture_output=True, text=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if finished.returncode != 0:
        raise RuntimeError(f"{shlex.join(command)}: exit code {finished.returncode}: {finished.stderr.strip()}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def programs(options, folder):
    """name -> (command, file of operators)."""
    found = {}
    for rtol in options.cli_rtols:
        out = os.path.join(folder, f"kernelflow-{rtol:g}")
        command = [*shlex.split(options.cli), "analyze", options.run, "--out", out, "--rtol", repr(rtol), "--threads", str(options.threads),
                   "--mode", "flow", "--save-operators", "--quiet"]
        found[f"kernelflow {rtol:g}"] = (command, os.path.join(out, "operators.safetensors"))
    for script, rtol in (("numpy_user", options.numpy_rtol), ("scipy_reference", options.scipy_rtol)):
        out = os.path.join(folder, f"{script}.npz")
        found[f"{script} {rtol:g}"] = ([sys.executable, os.path.join(HERE, f"{script}.py"), options.run, "--rtol", repr(rtol), "--out", out,
                                        "--threads", str(options.peer_threads)], out)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="run folder")
    parser.add_argument("--cli", required=True, help="the command, e.g. 'dotnet path/to/kernelflow.dll'")
    parser.add_argument("--reference", required=True, help="operators to judge all by, e.g. of scipy_reference.py --rtol 1e-10")
    parser.add_argument("--cli-rtols", type=float, nargs="+", default=[1e-5, 1e-6])
    parser.add_argument("--numpy-rtol", type=float, default=1e-5)
    parser.add_argument("--scipy-rtol", type=float, default=1e-6)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of kernelflow; default one per processor")
    parser.add_argument("--peer-threads", type=int, default=1, help="BLAS threads of the peers (default 1)")
    options = parser.parse_args()
    truth = {name: value for name, value in read_tensors(options.reference).items() if name in ("P", "W_S", "G_Q")}
    times, errors = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        entries = programs(options, folder)
        for _ in range(options.repetitions):
            for name, (command, out) in entries.items():
                times.setdefault(name, []).append(timed(command))
                errors.setdefault(name, compare(read_tensors(out), truth))

    ours, peers = list(times)[:len(options.cli_rtols)], list(times)[len(options.cli_rtols):]

    def ratios(a, b, which):
        found = [y[which] / x[which] for x, y in zip(times[a], times[b])]
        return {"median": statistics.median(found), "least": min(found), "most": max(found)}

    report = {"run": options.run, "threads": options.threads, "peerThreads": options.peer_threads, "repetitions": options.repetitions,
              "programs": {name: {"wallSeconds": statistics.median(t[0] for t in times[name]), "cpuSeconds": statistics.median(t[1] for t in times[name]),
                                  "errors": errors[name]} for name in times},
              "ratios": [{"kernelflow": a, "peer": b, "wall": ratios(a, b, 0), "cpu": ratios(a, b, 1)} for a in ours for b in peers]}
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
