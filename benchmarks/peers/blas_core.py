"""Chooses OpenBLAS's core and thread count. Import this before numpy: OpenBLAS reads its environment once, when it is loaded.

OpenBLAS recognises a processor by family and model, so on a newer or a virtual one it may fall back to kernels without AVX. The
instruction set says more than the model number. A value of OPENBLAS_CORETYPE that the user has set is left alone.
"""
import ctypes
import os
import sys

_configured = False


def core_for_this_processor():
    """The widest OpenBLAS core whose instructions this processor has, or None where that cannot be told."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            flags = next((line.split(":", 1)[1].split() for line in file if line.startswith("flags")), [])
    except OSError:
        return None
    if {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= set(flags):
        return "SkylakeX"
    return "Haswell" if {"avx2", "fma"} <= set(flags) else None


def configure(arguments=None):
    """Sets the environment from `--threads N` (default 1) on the command line; the scripts' own parser checks the value."""
    global _configured
    if _configured:
        return
    if "numpy" in sys.modules:
        raise RuntimeError("blas_core.configure() must run before numpy is imported")
    arguments = sys.argv[1:] if arguments is None else arguments
    threads = "1"
    for i, argument in enumerate(arguments):
        if argument == "--threads" and i + 1 < len(arguments):
            threads = arguments[i + 1]
        elif argument.startswith("--threads="):
            threads = argument.split("=", 1)[1]
    _configured = True
    os.environ["OPENBLAS_NUM_THREADS"] = threads
    core = core_for_this_processor()
    if core is not None:
        os.environ.setdefault("OPENBLAS_CORETYPE", core)


def describe():
    """Core, version and threads of the OpenBLAS that numpy has loaded into this process; None if it is another BLAS."""
    library = ctypes.CDLL(_loaded_openblas())
    found = {}
    for key, name, result in (("core", "openblas_get_corename", ctypes.c_char_p), ("config", "openblas_get_config", ctypes.c_char_p),
                              ("threads", "openblas_get_num_threads", ctypes.c_int)):
        for symbol in (name, name + "64_", "scipy_" + name + "64_", "scipy_" + name):
            function = getattr(library, symbol, None)
            if function is not None:
                function.restype = result
                value = function()
                found[key] = value.decode() if isinstance(value, bytes) else value
                break
    if "core" not in found:
        return None
    return {"core": found["core"], "threads": found.get("threads"), "version": " ".join(found.get("config", "").split()[:2])}


def _loaded_openblas():
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:
            paths = {line.split()[-1] for line in file if "openblas" in line and ".so" in line}
    except OSError:
        paths = set()
    # None opens the process itself; of several files the library proper is preferred to its libblas and liblapack fronts.
    return min(paths, key=lambda path: ("libopenblas" not in path, path), default=None)
