"""What NumPy takes from safetensors files, beside what KernelFlow took; both come through standard input, disagreements go to standard output.

A file: "F", int32 number, int32 length, bytes, int32 count of tensors. A tensor: int32 length of its name, the name, int64 count of numbers (-1: it was
refused because a number is not finite), the numbers as float64. "E" ends. All little-endian.
"""
import json
import struct
import sys

import numpy as np

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1", "BOOL": "?", "I16": "<i2", "I8": "i1",
         "U64": "<u8", "U32": "<u4", "U16": "<u2"}
source = sys.stdin.buffer


def take(form):
    return struct.unpack("<" + form, source.read(struct.calcsize("<" + form)))[0]


def tensor(data, entry):
    begin, end = (int(x) for x in entry["data_offsets"])
    piece = data[begin:end]
    if entry["dtype"] == "BF16":
        flat = (np.frombuffer(piece, "<u2").astype(np.uint32) << 16).view("<f4")
    else:
        flat = np.frombuffer(piece, TYPES[entry["dtype"]])
    shape = [int(x) for x in entry["shape"]]
    # NumPy makes no empty array whose other extents are too large together; there are no numbers to compare in one.
    return (flat if 0 in shape and flat.size == 0 else flat.reshape(shape)).astype(np.float64).ravel()


files = tensors = wrong = 0
while source.read(1) == b"F":
    number = take("i")
    content = source.read(take("i"))
    header, data = None, b""
    try:
        length = struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8:8 + length].decode("utf-8"))
        data = content[8 + length:]
    except Exception as error:
        print(number, "NumPy's side cannot read the header:", repr(error)[:200])
        wrong += 1
    files += 1
    for _ in range(take("i")):
        name = source.read(take("i")).decode("utf-8")
        count = take("q")
        found = np.frombuffer(source.read(8 * max(count, 0)), "<f8")
        tensors += 1
        try:
            expected = tensor(data, header[name])
            with np.errstate(all="ignore"):
                same = not np.isfinite(expected).all() if count < 0 else np.array_equal(expected.view("<u8"), found.view("<u8"))
            problem = None if same else "other numbers"
        except Exception as error:
            problem = repr(error)[:200]
        if problem:
            wrong += 1
            print(number, ascii(name)[:80], problem)
print("END", files, tensors, wrong)
