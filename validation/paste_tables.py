"""Writes the tables of the studies into the documentation, between the comments that mark their place.

    python3 validation/paste_tables.py calibration DIR/calibration/report.md docs/accuracy.md
    python3 validation/paste_tables.py power DIR/power/report.md docs/mutations.md
"""
import re
import sys

SECTIONS = {
    "calibration": ["Criteria", "Verdicts", "Optimizer × recording", "Activation × recording", "Where little may be undecided", "Failures"],
    "power": ["Criteria", "Flow between sparse checkpoints", "Every step with midpoints", "Kernel blocks between sparse checkpoints", "Seen by size of the effect"],
}


def section(report, title):
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", report, re.S | re.M)
    return found.group(1).strip() if found else ""


def main(study, source, page):
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
    text = open(page, encoding="utf-8").read()
    begin, end = f"<!-- {study}: begin -->", f"<!-- {study}: end -->"
    head, rest = text.split(begin)
    open(page, "w", encoding="utf-8").write(head + begin + "\n" + "\n\n".join(parts) + "\n" + end + rest.split(end)[1])


if __name__ == "__main__":
    main(*sys.argv[1:4])
