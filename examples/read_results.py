"""results.json and operators.safetensors of a report, with NumPy alone.  python3 read_results.py REPORT"""
import json, pathlib, sys
import numpy as np

folder = pathlib.Path(sys.argv[1])
results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
print(results["inclusion"]["verdict"], "-", results["spectrum"]["signalDimension"], "signal modes of", len(results["spectrum"]["eigenvalues"]))
for claim in results["claims"]:
    print(claim["id"], claim["name"], claim["verdict"], claim["relativeError"])


def tensors(path):
    """safetensors: the length of a JSON header (8 bytes), the header, then row-major numbers."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    return {name: np.frombuffer(data[start + t["data_offsets"][0]:start + t["data_offsets"][1]], "<f8").reshape(t["shape"]) for name, t in header.items() if name != "__metadata__"}


if (folder / "operators.safetensors").exists():  # analyze --save-operators
    operators = tensors(folder / "operators.safetensors")
    W_S, values, modes = operators["W_S"], operators["eigenvalues"], operators["eigenvectors"]
    print("largest |W_S psi - lambda psi|:", np.abs(W_S @ modes - modes * values).max(), "of", values[0])
    print("each mode on the test set:", np.linalg.norm(operators["G_Q"] @ modes, axis=0)[:5], "...")
