"""Reads a recorded run with numpy alone: manifest, safetensors or npz checkpoints, targets; losses with g = dPhi/dU and B = d2Phi/dU2."""
import json
import os
import struct

import numpy as np

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "BOOL": "?", "U8": "u1"}


def read_tensors(path):
    """All tensors of one .safetensors or .npz file; bfloat16 widens to float32."""
    if path.endswith(".npz"):
        with np.load(path) as archive:
            return {name: archive[name] for name in archive.files}
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    body, tensors = data[8 + length:], {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        if entry["dtype"] == "BF16":
            flat = (np.frombuffer(body[begin:end], "<u2").astype("<u4") << 16).view("<f4")
        else:
            flat = np.frombuffer(body[begin:end], DTYPES[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def write_tensors(path, tensors):
    """float64 tensors to .npz or .safetensors, by the ending of the name."""
    tensors = {name: np.ascontiguousarray(value, dtype="<f8") for name, value in tensors.items()}
    if path.endswith(".npz"):
        np.savez(path, **tensors)
        return
    header, offset = {}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": "F64", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in tensors.values():
            file.write(value.tobytes())


class Loss:
    """Phi, g and the blocks B_i of one of the four losses; U is n x p, B is n x p x p. `weight` is 1/n, or 1 for reduction sum."""

    def __init__(self, kind, reduction, y):
        if kind not in ("squared", "softmax-cross-entropy", "logistic", "custom"):
            raise ValueError(f"unknown loss '{kind}'")
        self.kind, self.y, self.weight = kind, y, 1.0 / len(y) if reduction == "mean" else 1.0

    def value(self, U):
        if self.kind == "squared":
            return 0.5 * self.weight * np.sum((U - self.y) ** 2)
        if self.kind == "logistic":
            return self.weight * np.sum(np.logaddexp(0.0, -self.y * U))
        top = U.max(axis=1, keepdims=True)
        return self.weight * np.sum(np.log(np.exp(U - top).sum(axis=1)) + top[:, 0] - (self.y * U).sum(axis=1))

    def gradient(self, U):
        if self.kind == "squared":
            return self.weight * (U - self.y)
        if self.kind == "logistic":
            return -self.weight * self.y / (1.0 + np.exp(self.y * U))
        return self.weight * (softmax(U) - self.y)

    def hessian(self, U):
        n, p = U.shape
        if self.kind == "squared":
            return np.broadcast_to(self.weight * np.eye(p), (n, p, p)).copy()
        if self.kind == "logistic":
            q = 1.0 / (1.0 + np.exp(-U))
            return (self.weight * q * (1.0 - q))[:, :, None]
        q = softmax(U)
        return self.weight * (q[:, :, None] * np.eye(p) - q[:, :, None] * q[:, None, :])


def softmax(U):
    e = np.exp(U - U.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Run:
    """A run folder, restricted to the checkpoints with from <= time <= to. Checkpoints are read one at a time, on demand."""

    def __init__(self, folder, start=None, end=None):
        self.folder = folder
        with open(os.path.join(folder, "run.json"), encoding="utf-8") as file:
            self.manifest = manifest = json.load(file)
        if manifest.get("version") != 1:
            raise ValueError(f"run.json: version {manifest.get('version')}, this script reads version 1")
        self.n, self.m, self.p = manifest["train"], manifest["test"], manifest["outputs"]
        self.N, self.M = self.n * self.p, self.m * self.p
        times = [entry["time"] for entry in manifest["checkpoints"]]
        first, last = _index(times, start, 0), _index(times, end, len(times) - 1)
        if last <= first:
            raise ValueError("the window holds fewer than two checkpoints")
        self.first = first
        self.entries = manifest["checkpoints"][first:last + 1]
        self.times = np.array(times[first:last + 1])
        targets = read_tensors(os.path.join(folder, manifest["targets"]))
        self.y = targets["y_S"].astype(float).reshape(self.n, self.p)
        self.loss = Loss(manifest["loss"], manifest.get("reduction", "mean"), self.y)

    def __len__(self):
        return len(self.entries)

    def checkpoint(self, k):
        """Tensors of checkpoint k of the window in float64: J_S, J_Q as N x D, M x D; U_S, U_Q as n x p, m x p; g (N) and B (n x p x p) filled in."""
        raw = read_tensors(os.path.join(self.folder, self.entries[k]["file"]))
        c = {name: value.astype(float) for name, value in raw.items()}
        for name in [name for name in c if name.startswith("J_")]:
            c[name] = c[name].reshape(self.N if name.startswith("J_S") else self.M, -1)
        c["U_S"], c["U_Q"] = c["U_S"].reshape(self.n, self.p), c["U_Q"].reshape(self.m, self.p)
        if self.loss.kind == "custom":
            c["g"], c["B"] = c["g"].reshape(self.N), c["B"].reshape(self.n, self.p, self.p)
            c["loss"] = float(c["loss"].reshape(-1)[0]) if "loss" in c else None
        else:
            c["g"], c["B"] = self.loss.gradient(c["U_S"]).reshape(self.N), self.loss.hessian(c["U_S"])
            c["loss"] = float(self.loss.value(c["U_S"]))
        return c


def _index(times, wanted, default):
    if wanted is None:
        return default
    nearest = min(range(len(times)), key=lambda i: abs(times[i] - wanted))
    if abs(times[nearest] - wanted) > 1e-9 * max(1.0, abs(wanted)):
        raise ValueError(f"no checkpoint at time {wanted}; the nearest is at {times[nearest]}")
    return nearest


def relative(error, truth):
    """||error|| / ||truth|| over everything stacked; None where the denominator is zero."""
    scale = float(np.linalg.norm(truth))
    return float(np.linalg.norm(error)) / scale if scale > 0 else None
