"""Writes the run of folder 1 again into folder 2, a folder for each kind of file that a run may be kept in: the same numbers by PyTorch and NumPy."""
import json
import os
import sys

import numpy as np
import torch

SOURCE, TARGET = sys.argv[1:]
TYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "U8": "u1", "BOOL": "?"}
NAMES = {np.dtype(v): k for k, v in TYPES.items()}
CODES = {np.dtype(t): code for t, code in (("u1", 0), ("<i8", 4), ("<f4", 6), ("<f8", 7), ("?", 11))}


def read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    begin = 8 + int.from_bytes(content[:8], "little")
    tensors = {}
    for name, entry in json.loads(content[8:begin]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            tensors[name] = np.frombuffer(content[begin + first:begin + last], TYPES[entry["dtype"]]).reshape(entry["shape"]).copy()
    return tensors


def write_safetensors(path, tensors):
    header, at = {}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": NAMES[value.dtype], "shape": list(value.shape), "data_offsets": [at, at + value.nbytes]}
        at += value.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(v.tobytes() for v in tensors.values()))


def leb128(number):
    digits = []
    while True:
        digits.append(number & 127 | (128 if number > 127 else 0))
        number >>= 7
        if not number:
            return bytes(digits)


def write_dat(path, tensors):
    """A state dictionary as TorchSharp's Module.save writes it."""
    content = leb128(len(tensors))
    for name, value in tensors.items():
        content += leb128(len(name)) + name.encode() + leb128(CODES[value.dtype])
        content += leb128(value.ndim) + b"".join(leb128(s) for s in value.shape) + value.tobytes()
    with open(path, "wb") as file:
        file.write(content)


def write_shards(path, tensors):
    stem, names = path[:-len(".safetensors.index.json")], list(tensors)
    parts = {f"{stem}-1.safetensors": names[::2], f"{stem}-2.safetensors": names[1::2]}
    parts = {file: held for file, held in parts.items() if held}
    for file, held in parts.items():
        write_safetensors(file, {name: tensors[name] for name in held})
    with open(path, "w") as file:
        json.dump({"metadata": {}, "weight_map": {name: os.path.basename(f) for f, held in parts.items() for name in held}}, file)


def torch_save(path, tensors, zipped):
    torch.save({name: torch.from_numpy(value) for name, value in tensors.items()}, path, _use_new_zipfile_serialization=zipped)


WRITERS = {
    "pt": (".pt", lambda path, tensors: torch_save(path, tensors, True)),
    "pt-legacy": (".pt", lambda path, tensors: torch_save(path, tensors, False)),
    "npz": (".npz", lambda path, tensors: np.savez(path, **tensors)),
    "npz-deflated": (".npz", lambda path, tensors: np.savez_compressed(path, **tensors)),
    "dat": (".dat", write_dat),
    "shards": (".safetensors.index.json", write_shards),
}

for kind, (ending, write) in WRITERS.items():
    folder = os.path.join(TARGET, kind)
    os.makedirs(folder)
    with open(os.path.join(SOURCE, "run.json")) as file:
        run = json.load(file)

    def again(name):
        renamed = name.split(".")[0] + ending
        write(os.path.join(folder, renamed), read_safetensors(os.path.join(SOURCE, name)))
        return renamed

    run.pop("targetsSha256", None)
    run["targets"] = again(run["targets"])
    for checkpoint in run["checkpoints"]:
        checkpoint.pop("sha256", None)
        checkpoint["file"] = again(checkpoint["file"])
    with open(os.path.join(folder, "run.json"), "w") as file:
        json.dump(run, file)
