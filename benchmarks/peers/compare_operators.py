"""Relative Frobenius differences of P, W_S, G_Q and G_S between two operator files (.safetensors or .npz); exit code 1 above the tolerance."""
import argparse
import json
import math
import sys

from run_folder import read_tensors, relative

NAMES = ("P", "W_S", "G_Q", "G_S")


def compare(operators, reference):
    """name -> ||X - X_ref||_F / ||X_ref||_F, for every operator that the reference holds."""
    differences = {}
    for name in NAMES:
        if name not in reference:
            continue
        if name not in operators:
            raise ValueError(f"{name} is missing")
        if operators[name].shape != reference[name].shape:
            raise ValueError(f"{name} has shape {operators[name].shape}, the reference has {reference[name].shape}")
        difference = relative(operators[name] - reference[name], reference[name])
        differences[name] = difference if difference is not None else relative(reference[name] - operators[name], operators[name]) or 0.0
    if not differences:
        raise ValueError("the reference holds none of " + ", ".join(NAMES))
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("operators", help="operators to judge")
    parser.add_argument("reference", help="operators to judge them by")
    parser.add_argument("--tolerance", type=float, default=1e-6)
    options = parser.parse_args()
    try:
        differences = compare(read_tensors(options.operators), read_tensors(options.reference))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    # "not <=" rather than ">": NaN must fail too.
    failed = [name for name, value in differences.items() if not value <= options.tolerance]
    print(json.dumps({"differences": {name: value if math.isfinite(value) else None for name, value in differences.items()},
                      "tolerance": options.tolerance, "failed": failed}, indent=2))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
