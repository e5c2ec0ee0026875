"""Writes the tables of the studies into the documentation, between the comments that mark their place.

    python3 validation/paste_tables.py calibration DIR/calibration/report.md docs/accuracy.md
    python3 validation/paste_tables.py power DIR/power/report.md docs/mutations.md
    python3 validation/paste_tables.py prototypes DIR docs/validation.md
"""
import csv
import os
import re
import sys

SECTIONS = {
    "calibration": ["Criteria", "Verdicts", "Optimizer × recording", "Activation × recording", "Where little may be undecided", "Failures"],
    "power": ["Criteria", "Flow between sparse checkpoints", "Every step with midpoints", "Kernel blocks between sparse checkpoints", "Seen by size of the effect"],
}


def section(report, title):
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", report, re.S | re.M)
    return found.group(1).strip() if found else ""

# What programs of their own (NumPy, PyTorch) measured before the studies, on one to three seeds: experiment, kind of training (None: all), measurement,
# title, least and most.
PROTOTYPES = [("double-descent", f"width {w}", "testError", f"test error, width {w}", e, e)
              for w, e in [(1, 0.73), (2, 0.86), (4, 1.08), (8, 1.47), (20, 1.91), (40, 1.29), (100, 0.68)]] + [
    ("double-descent", f"width {w}", "visibleNoise", f"visible noise, width {w}", e, e)
    for w, e in [(1, 0.27), (2, 0.39), (4, 1.07), (8, 1.61), (20, 1.48), (40, 0.80), (100, 0.62)]] + [
    ("implicit-bias", "tanh 200", "miss", "ΔU_Q missed, tanh 200", 0.013, 0.013),
    ("implicit-bias", "tanh 24", "miss", "ΔU_Q missed, tanh 24", 0.12, 0.22),
    ("implicit-bias", "GELU 16,16", "miss", "ΔU_Q missed, GELU 16,16", 0.12, 0.22),
    ("implicit-bias", "ReLU 16,16", "miss", "ΔU_Q missed, ReLU 16,16", 0.65, 0.65),
    ("implicit-bias", None, "energyRatio", "E*/gᵀWg, all networks", 0.015, 0.16),
    ("implicit-bias", "tanh 24", "jumpStep", "jump to the end from step, tanh 24", 1731, 1731),
    ("implicit-bias", "tanh 24", "waitStep", "there by themselves, tanh 24", 2362, 2362),
    ("implicit-bias", "GELU 16,16", "jumpStep", "jump to the end from step, GELU 16,16", 910, 910),
    ("implicit-bias", "GELU 16,16", "waitStep", "there by themselves, GELU 16,16", 1645, 1645),
    ("population-risk", None, "correlation", "correlation with retraining", 0.936, 0.993),
    ("population-risk", None, "relativeError", "relative error against retraining", 0.18, 0.43),
    ("population-risk", None, "firstOrderGap", "largest gap of the first-order form", 0.45, 6.7),
]


def quantile(numbers, q):
    place = q * (len(numbers) - 1)
    below = int(place)
    return numbers[below] + (place - below) * (numbers[min(below + 1, len(numbers) - 1)] - numbers[below])


def prototypes(folder):
    rows = []
    for experiment, kind, name, title, least, most in PROTOTYPES:
        with open(os.path.join(folder, experiment, "tables", "measurements.csv"), encoding="utf-8") as file:
            numbers = sorted(float(r["value"]) for r in csv.DictReader(file)
                             if r["measurement"] == name and r["value"] and r["group"] != "linear" and kind in (None, r["group"]))
        if not numbers:
            continue
        low, median, high = (quantile(numbers, q) for q in (0.25, 0.5, 0.75))
        away = max(least - median, median - most, 0)
        distance = away / (high - low) if away else 0
        shown = [f"{x:.3g}" if x < 1000 else f"{x:.0f}" for x in (median, low, high)]
        prototype = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        rows.append(f"| {title} | {prototype} | {shown[0]} | {shown[1]} to {shown[2]} | {len(numbers)} | {distance:.2g} | {'yes' if distance <= 2 else '**no**'} |")
    return ["| figure | prototype | median here | quartiles | trainings | interquartile ranges away | within 2 |\n|---|---|---|---|---|---|---|\n"
            + "\n".join(rows)]


def main(study, source, page):
    if study == "prototypes":
        return paste(study, prototypes(source), page)
    report = open(source, encoding="utf-8").read()
    verdict = re.search(r"^\*\*Verdict.*$", report, re.M).group(0)
    command = re.search(r"kernelflow validate [^|\n]*", section(report, "Where this comes from"))
    parts = [verdict] + ([f"Command: `{command.group(0).strip()}`."] if command else [])
    for title in SECTIONS[study]:
        body = section(report, title)
        rows = [line for line in body.split("\n") if line.startswith("|")]
        if title == "Failures" and len(rows) <= 2:
            continue
        # Notes that repeat what the page says already are left out; the tables are kept.
        parts.append(f"### {title}\n\n" + "\n".join(rows))
    paste(study, parts, page)


def paste(study, parts, page):
    text = open(page, encoding="utf-8").read()
    begin, end = f"<!-- {study}: begin -->", f"<!-- {study}: end -->"
    head, rest = text.split(begin)
    open(page, "w", encoding="utf-8").write(head + begin + "\n" + "\n\n".join(parts) + "\n" + end + rest.split(end)[1])


if __name__ == "__main__":
    main(*sys.argv[1:4])
