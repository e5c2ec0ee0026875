"""What NumPy, PyTorch and a reader of TorchSharp's format take from files, beside what KernelFlow took; both come through standard input, disagreements go to
standard output. The form is that of numpy_reference.py. Only files that KernelFlow read are shown, and pickles know no more names than tensors need.
"""
import io
import pickle
import struct
import sys
import types

import numpy as np

KIND = sys.argv[1] if len(sys.argv) > 1 else sys.argv[0]
source = sys.stdin.buffer
if KIND.startswith("pt"):
    import warnings
    warnings.simplefilter("ignore")
    import torch

ALLOWED = {"collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter", "torch.Size", "torch.device"}


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        full = module + "." + name
        if full in ALLOWED or (module == "torch" and (name.endswith("Storage") or isinstance(getattr(torch, name, None), torch.dtype))):
            return super().find_class(module, name)
        raise pickle.UnpicklingError("refused " + full)


PICKLE = types.SimpleNamespace(
    Unpickler=Unpickler, UnpicklingError=pickle.UnpicklingError, __name__="pickle",
    load=lambda file, **options: Unpickler(file, **options).load(), loads=None)


def take(form):
    return struct.unpack("<" + form, source.read(struct.calcsize("<" + form)))[0]


def flat(array):
    with np.errstate(all="ignore"):
        return np.ascontiguousarray(array).astype(np.float64).ravel()


def walk(value, name, found, top=True):
    def under(key):
        return str(key) if top else name + "." + str(key)
    if isinstance(value, torch.Tensor):
        t = value.detach()
        found[name] = flat((t.to(torch.float32) if t.dtype == torch.bfloat16 else t.resolve_conj()).numpy()) if t.numel() <= 100000 and not t.is_complex() else None
    elif isinstance(value, dict):
        for key, item in value.items():
            walk(item, under(key), found, False)
    elif isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        for i, item in enumerate(value):
            walk(item, under(i), found, False)


DAT = {0: "u1", 1: "i1", 2: "<i2", 3: "<i4", 4: "<i8", 5: "<f2", 6: "<f4", 7: "<f8", 9: "<c8", 10: "<c16", 11: "u1", 15: "bf"}


def dat(content, named):
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = content[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def tensor():
        nonlocal at
        code = DAT[number()]
        shape = [number() for _ in range(number())]
        count = 1
        for extent in shape:
            count *= extent
        size = 2 if code == "bf" else np.dtype(code).itemsize
        piece = content[at:at + count * size]
        if len(piece) != count * size:
            raise ValueError("cut")
        at += count * size
        if code == "bf":
            return flat((np.frombuffer(piece, "<u2").astype(np.uint32) << 16).view("<f4"))
        return None if "c" in code else flat(np.frombuffer(piece, code))

    found = {}
    if named:
        for _ in range(number()):
            length = number()
            name = content[at:at + length].decode("utf-8")
            at += length
            found[name] = tensor()
    else:
        found[""] = tensor()
    if at != len(content):
        raise ValueError("more bytes")
    return found


def read(content):
    if KIND == "npy":
        return {"input": flat(np.load(io.BytesIO(content), allow_pickle=False))}
    if KIND == "npz":
        return np.load(io.BytesIO(content), allow_pickle=False)
    if KIND == "dat":
        try:
            return dat(content, True)
        except Exception:
            return dat(content, False)
    found = {}
    walk(torch.load(io.BytesIO(content), map_location="cpu", pickle_module=PICKLE), "", found)
    return found


files = tensors = wrong = passed = 0
while source.read(1) == b"F":
    number = take("i")
    content = source.read(take("i"))
    shown = []
    for _ in range(take("i")):
        name = source.read(take("i")).decode("utf-8")
        count = take("q")
        shown.append((name, count, np.frombuffer(source.read(8 * max(count, 0)), "<f8")))
    files += 1
    # PyTorch hands archives of TorchScript to its compiler, which nothing here is given to.
    if KIND == "pt" and b"constants.pkl" in content:
        passed += 1
        continue
    expected, problem = {}, None
    try:
        expected = read(content)
    except Exception as error:
        if shown:
            problem = repr(error)[:300]
    if problem and "takes 6 positional arguments but 7 were given" in problem:
        # Later versions of PyTorch take them.
        passed += 1
        continue
    if problem:
        wrong += 1
        print(number, "cannot be read:", problem.replace("\n", " "))
        continue
    for name, count, found in shown:
        tensors += 1
        try:
            values = expected[name]
            values = flat(values) if KIND == "npz" else values
            with np.errstate(all="ignore"):
                same = not np.isfinite(values).all() if count < 0 else np.array_equal(values.view("<u8"), found.view("<u8"))
            problem = None if same else "other numbers"
        except Exception as error:
            problem = repr(error)[:300].replace("\n", " ")
        if problem:
            wrong += 1
            print(number, ascii(name)[:80], problem)
print("END", files, tensors, wrong)
