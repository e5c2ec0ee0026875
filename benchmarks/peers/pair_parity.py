"""Whole-program times of `kernelflow analyze` and scipy_reference.py on one Jacobian run, in pairs (A B A B ...), at matched error.

Every rtol of either program is run once for its error: the largest relative Frobenius difference of P, W_S, G_Q and G_S from --reference.
For each error that the peer reaches, the loosest rtol of kernelflow is taken that is at least as accurate; then both run alternately. Printed:
errors, medians of wall time (process start to end, writing of operators included) and of the programs' own seconds, and the ratio peer / kernelflow
(above 1: kernelflow is faster) as the median over pairs. Meaningful on a quiet machine only.
"""
import argparse
import json
import os
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
    started = time.perf_counter()
    finished = subprocess.run(command, capture_output=True, text=True)
    wall = time.perf_counter() - started
    if finished.returncode != 0:
        raise RuntimeError(f"{shlex.join(command)}: exit code {finished.returncode}: {finished.stderr.strip()}")
    return wall, finished.stdout


def kernelflow(options, rtol, folder):
    """Wall seconds, the program's own seconds, and the file of operators."""
    out = os.path.join(folder, "kernelflow")
    wall, _ = timed([*shlex.split(options.cli), "analyze", options.run, "--out", out, "--rtol", repr(rtol), "--threads", str(options.threads),
                     "--mode", "flow", "--interpolation", "linear", "--save-operators", "--quiet"])
    with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
        return wall, json.load(file)["performance"]["seconds"], os.path.join(out, "operators.safetensors")


def peer(options, rtol, folder):
    out = os.path.join(folder, "peer.npz")
    wall, text = timed([sys.executable, os.path.join(HERE, "scipy_reference.py"), options.run, "--rtol", repr(rtol), "--out", out, "--threads", str(options.peer_threads)])
    return wall, json.loads(text)["seconds"], out


def errors(program, options, rtols, truth, folder):
    return {rtol: max(compare(read_tensors(program(options, rtol, folder)[2]), truth).values()) for rtol in rtols}


def pairs(options, ours, theirs, folder):
    walls, seconds = [], []
    for _ in range(options.repetitions):
        a, b = kernelflow(options, ours, folder), peer(options, theirs, folder)
        walls.append((a[0], b[0]))
        seconds.append((a[1], b[1]))

    def summary(times):
        return {"kernelflow": statistics.median(t[0] for t in times), "peer": statistics.median(t[1] for t in times),
                "ratio": statistics.median(t[1] / t[0] for t in times)}

    return {"wholeProgram": summary(walls), "ownSeconds": summary(seconds), "pairs": walls}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="run folder")
    parser.add_argument("--cli", required=True, help="the command, e.g. path/to/kernelflow")
    parser.add_argument("--reference", required=True, help="operators to judge both by, e.g. of scipy_reference.py --rtol 1e-12")
    parser.add_argument("--cli-rtols", type=float, nargs="+", default=[1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10])
    parser.add_argument("--peer-rtols", type=float, nargs="+", default=[1e-4, 1e-6, 1e-8, 1e-10])
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of kernelflow; default one per processor")
    parser.add_argument("--peer-threads", type=int, default=os.cpu_count(), help="BLAS threads of the peer; try 1 too, which is faster below N of some hundreds")
    options = parser.parse_args()
    truth = read_tensors(options.reference)
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = errors(kernelflow, options, options.cli_rtols, truth, folder), errors(peer, options, options.peer_rtols, truth, folder)
        report = {"run": options.run, "threads": options.threads, "peerThreads": options.peer_threads, "repetitions": options.repetitions, "errors": {"kernelflow": ours, "peer": theirs}, "matched": []}
        for rtol, error in theirs.items():
            accurate = [r for r, e in ours.items() if e <= error]
            if not accurate:
                report["matched"].append({"peerRtol": rtol, "peerError": error, "reason": "no rtol of kernelflow is as accurate"})
                continue
            loosest = max(accurate)
            report["matched"].append({"kernelflowRtol": loosest, "kernelflowError": ours[loosest], "peerRtol": rtol, "peerError": error,
                                      **pairs(options, loosest, rtol, folder)})
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
