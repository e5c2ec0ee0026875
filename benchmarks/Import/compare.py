#!/usr/bin/python3
"""Weights saved by a plain PyTorch script and imported, beside the same training recorded by examples/pytorch/kernelflow_record.py: every number of results.json.

    benchmarks/Import/compare.py KERNELFLOW WORK        (Debian's python3-torch; WORK is a folder to write into)
"""
import json
import os
import re
import shutil
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
examples = os.path.join(here, "../../examples/pytorch")
STEPS = "(0, 1, 2, 3, 5, 8, 12, 18, 26, 36, 50, 70, 95, 120, 150, 200)"
# What names an execution rather than the analysis, and how tensors were stored.
OTHER = {"id", "created", "performance", "input", "provenance", "metadata", "run", "tool", "stages", "sha256", "layers"}
# Numbers that are rounding errors themselves (R5 to R8 measure how far steps are from what is predicted, which is rounding in float32); and responses of single modes, which are any basis of their space where eigenvalues coincide (saturated modes).
ROUNDING = re.compile(r"residualNorms|operatorChecks|boundDifference|smallestIncrement|claims\[14\]|claims\[10\]\.relativeError|responses\.largest|Difference")
STEP_CLAIMS = re.compile(r"claims\[(18|19|20|21)\]")


def numbers(value, path=""):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, (int, float)):
        yield path, [float(value)]
    elif isinstance(value, list) and value and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value):
        yield path, [float(v) for v in value]
    elif isinstance(value, list):
        for i, v in enumerate(value):
            yield from numbers(v, f"{path}[{i}]")
    else:
        for k, v in value.items():
            if k not in OTHER:
                yield from numbers(v, f"{path}.{k}")


def texts(value, path=""):
    if isinstance(value, dict):
        for k, v in value.items():
            if k == "verdict":
                yield f"{path}.{k}", v
            elif k not in OTHER:
                yield from texts(v, f"{path}.{k}")
    elif isinstance(value, list):
        for i, v in enumerate(value):
            yield from texts(v, f"{path}[{i}]")


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def compare(kernelflow, work, kind, dtype):
    source = open(f"{examples}/train_and_save.py", encoding="utf-8").read()
    name = f"{work}/{kind}-{dtype}"
    for f in ("weights", "recorded"):
        shutil.rmtree(f"{name}-{f}", ignore_errors=True)
        os.makedirs(f"{name}-{f}")
    run(sys.executable, f"{examples}/train_and_save.py", f"{name}-weights", dtype, kind)
    start = "from kernelflow_record import JacobianRecorder\nrecorder = JacobianRecorder(model, loss, optimizer, x_train, y_train, x_test, RUN, " \
        f"schedule=list({STEPS}), test_targets=torch.tensor(y[n:]).to(x_train), overwrite=True)\nfor step in range(200):"
    recorded = source.replace("for step in range(201):", start.replace("RUN", repr(f"{name}-run"))).replace("    optimizer.step()\n", "    with recorder.step():\n        optimizer.step()\n")
    script = f"{name}-recorded/train.py"
    open(script, "w", encoding="utf-8").write(recorded + "recorder.close()\n")
    run(sys.executable, script, f"{name}-recorded", dtype, kind, env={**os.environ, "PYTHONPATH": examples})
    spec = json.load(open(f"{examples}/weights{'' if kind == 'dense' else '-conv'}.json", encoding="utf-8"))
    del spec["data"]["clean_S"], spec["data"]["noise_mask_S"]          # the recorder does not write them
    map_file = f"{name}-map.json"
    json.dump(spec, open(map_file, "w", encoding="utf-8"))
    run(kernelflow, "import", f"{name}-weights", "--map", map_file, "--out", f"{name}-imported", "--backend", "managed", "--quiet")
    results = []
    for which in ("imported", "run"):
        run(kernelflow, "analyze", f"{name}-{which}", "--out", f"{name}-{which}-report", "--backend", "managed", "--quiet")
        results.append(json.load(open(f"{name}-{which}-report/results.json", encoding="utf-8")))
    a, b = (dict(numbers(r)) for r in results)
    differences = []
    for path in a.keys() & b.keys():
        if len(a[path]) != len(b[path]):
            differences.append((float("inf"), path, len(a[path]), len(b[path])))
            continue
        scale = max(max(map(abs, a[path])), max(map(abs, b[path])))
        worst = max(zip(a[path], b[path]), key=lambda p: abs(p[0] - p[1]))
        differences.append((abs(worst[0] - worst[1]) / scale if scale else 0.0, path, *worst))
    verdicts = dict(texts(results[0])), dict(texts(results[1]))
    other = {k: (verdicts[0].get(k), verdicts[1].get(k)) for k in verdicts[0].keys() | verdicts[1].keys() if verdicts[0].get(k) != verdicts[1].get(k)}
    print(f"{kind} {dtype}: {len(a)} numbers and arrays; in one only: {sorted(a.keys() ^ b.keys())[:3] or 'none'}; other verdicts: {other or 'none'}")
    counted = [d for d in differences if not ROUNDING.search(d[1]) and not (dtype == "float32" and STEP_CLAIMS.search(d[1]))]
    absolute = max(abs(d[2] - d[3]) for d in counted if max(abs(d[2]), abs(d[3])) < 1e-2)
    print(f"  largest relative difference of numbers of at least 1e-2: {max(d[0] for d in counted if max(abs(d[2]), abs(d[3])) >= 1e-2):.1e}; of smaller ones, absolute: {absolute:.1e}")
    for d in sorted(counted, reverse=True)[:5]:
        print(f"  {d[0]:.1e}  {d[1]}: {d[2]} imported, {d[3]} recorded")


for kind in ("dense", "conv"):
    for dtype in ("float64", "float32"):
        compare(sys.argv[1], sys.argv[2], kind, dtype)
