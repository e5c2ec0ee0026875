"""Runs `kernelflow analyze` on recorded runs and judges operators, claims and verdicts by scipy_reference.py; exit code 1 if a run fails.

A run passes when every operator is within --tolerance of the reference (relative Frobenius norm), every claim's figure agrees with the
reference's to --claim-tolerance, and nothing recorded is called Violated. A reference that is not in --references yet is computed.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile

from compare_operators import compare
from run_folder import read_tensors

HERE = os.path.dirname(os.path.abspath(__file__))
ANALYZE = ["--mode", "flow", "--interpolation", "linear", "--save-operators", "--quiet"]


def reference(run, folder, rtol):
    """Paths of the operators and of the summary, computed when missing."""
    name = os.path.basename(os.path.normpath(run))
    operators, summary = (os.path.join(folder, name + ending) for ending in (".npz", ".json"))
    if not (os.path.exists(operators) and os.path.exists(summary)):
        os.makedirs(folder, exist_ok=True)
        subprocess.run([sys.executable, os.path.join(HERE, "scipy_reference.py"), run, "--rtol", str(rtol), "--out", operators, "--json", summary],
                       check=True, stdout=subprocess.DEVNULL)
    return operators, summary


def judge(run, options):
    """One run: a dictionary for the report, with the reasons of a failure."""
    operators, summary = reference(run, options.references, options.reference_rtol)
    with tempfile.TemporaryDirectory() as out:
        finished = subprocess.run([*shlex.split(options.cli), "analyze", run, "--out", os.path.join(out, "report"), "--rtol", str(options.rtol), *ANALYZE],
                                  capture_output=True, text=True)
        if finished.returncode != 0:
            return {"run": run, "failed": [f"exit code {finished.returncode}: {finished.stderr.strip()}"]}
        differences = compare(read_tensors(os.path.join(out, "report", "operators.safetensors")), read_tensors(operators))
        with open(os.path.join(out, "report", "results.json"), encoding="utf-8") as file:
            results = json.load(file)
    with open(summary, encoding="utf-8") as file:
        expected = json.load(file)["claims"]

    # "not <=" rather than ">": NaN must fail too.
    failed = [f"{name} is off by {value:.2g}" for name, value in differences.items() if not value <= options.tolerance]
    claims = {}
    for claim in results["claims"]:
        error, truth = claim.get("relativeError"), expected.get(claim["id"])
        claims[claim["id"]] = {"verdict": claim["verdict"], "relativeError": error, "reference": truth}
        if claim["verdict"] == "Violated":
            failed.append(f"{claim['id']} is called violated: {claim.get('reason')}")
        if truth is not None and (error is None or not abs(error - truth) <= options.claim_tolerance * truth):
            failed.append(f"{claim['id']}: found {error}, reference {truth}")
    if results["inclusion"]["verdict"] == "Violated":
        failed.append(f"the inclusion is called violated: {results['inclusion'].get('reason')}")
    return {"run": run, "differences": differences, "inclusion": results["inclusion"]["verdict"], "claims": claims,
            "seconds": results["performance"]["seconds"], "steps": results["performance"]["steps"], "failed": failed}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", help="run folders")
    parser.add_argument("--cli", required=True, help="the command, e.g. path/to/kernelflow")
    parser.add_argument("--references", required=True, help="folder of NAME.npz and NAME.json by scipy_reference.py, NAME the run folder's; missing ones are made")
    parser.add_argument("--reference-rtol", type=float, default=1e-12)
    parser.add_argument("--rtol", type=float, default=1e-8)
    parser.add_argument("--tolerance", type=float, default=1e-8, help="for operators; default: what --rtol 1e-8 promises")
    parser.add_argument("--claim-tolerance", type=float, default=0.01)
    options = parser.parse_args()
    reports = [judge(run, options) for run in options.runs]
    print(json.dumps(reports, indent=2))
    return 1 if any(report["failed"] for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
