"""Records a PyTorch training as a run for KernelFlow (docs/run-format.md). One file: copy it beside your training script.

    recorder = JacobianRecorder(model, loss, optimizer, x, y, x_test, "runs/mine", schedule=geometric(2000, 24))
    for step in range(2000):
        optimizer.zero_grad(); loss(model(x), y).backward()
        with recorder.step(): optimizer.step()          # with recorder.step(batch): for minibatches, batch = the examples' indices
    recorder.close()

Needs torch (1.13 or later) and numpy. The training loop stays yours; between checkpoints nothing is computed and no hook is attached.
docs/recording-pytorch.md explains options, refusals and what is stored.
"""
import contextlib
import hashlib
import json
import math
import os
import re
import socket
import sys
import time
import uuid
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

__all__ = ["JacobianRecorder", "Adaptive", "Refused", "geometric", "uniform"]

ALLOWED = ("batch-norm", "dropout", "random-forward", "dependent-samples", "shared-modules", "gradient-hooks")
OURS = re.compile(r"checkpoint-\d{6,}\.safetensors|targets\.safetensors|run\.json|kernelflow-[0-9a-f]{32}\.part|\.kernelflow\.lock|"
                  r"\.DS_Store|Thumbs\.db|desktop\.ini")
WRITER = "kernelflow_record.py 1"


class Refused(RuntimeError):
    """The training is outside what can be recorded rightly; the message has the reason and what to do."""


def geometric(steps, count):
    """0 and count - 1 steps from 1 to `steps`, each the same factor after the one before."""
    grid = [steps] if count <= 2 else [steps ** (i / (count - 2)) for i in range(count - 1)]
    return sorted({0, steps, *(round(v) for v in grid)})


def uniform(steps, count):
    """`count` steps from 0 to `steps`, evenly."""
    return sorted({0, steps, *(round(steps * i / (count - 1)) for i in range(count))})


class Adaptive:
    """Records when something has changed enough since the last checkpoint. Every `every` steps, on up to `probes` training and as many test examples:

    linearity: |U(w) - U_k - J_k(w - w_k)| / |U(w) - U_k|;  gradient: |g(w) - g_k| / |g_k|;  kernel: |(K(w) - K_k) v| / |K_k v| for `vectors` fixed v.
    A tolerance of None leaves its test out. max_gap: at most so many steps apart. Budgets: max_checkpoints, max_seconds (spent in the recorder),
    max_bytes (on disk); when one is spent, only the last checkpoint is still recorded.
    """

    def __init__(self, linearity=0.1, gradient=0.3, kernel=0.2, every=1, probes=16, vectors=4, max_gap=None, max_checkpoints=None, max_seconds=None,
                 max_bytes=None):
        for name, v in (("linearity", linearity), ("gradient", gradient), ("kernel", kernel), ("max_seconds", max_seconds)):
            if v is not None and not 0 < v < math.inf:
                raise ValueError(f"Adaptive: {name}: found {v}, expected a number above 0, or None")
        for name, v, least in (("every", every, 1), ("probes", probes, 1), ("vectors", vectors, 1), ("max_gap", max_gap, 1),
                               ("max_checkpoints", max_checkpoints, 2), ("max_bytes", max_bytes, 1)):
            if v is None and name.startswith("max_"):
                continue
            if v is None or v != int(v) or v < least:
                raise ValueError(f"Adaptive: {name}: found {v}, expected a whole number of at least {least}")
        self.linearity, self.gradient, self.kernel, self.every, self.probes, self.vectors = linearity, gradient, kernel, every, probes, vectors
        self.max_gap, self.max_checkpoints, self.max_seconds, self.max_bytes = max_gap, max_checkpoints, max_seconds, max_bytes

    def examples(self, count):
        """Which of `count` examples the tests look at: evenly spread."""
        k = min(self.probes, count)
        return [i * (count - 1) // max(1, k - 1) for i in range(k)]

    def signs(self, length):
        """The fixed vectors v of the kernel's test, [length, vectors]: signs by SplitMix64, those of every recorder of this toolkit."""
        word = np.uint64
        z = np.arange(1, length * self.vectors + 1, dtype=word) * word(0x9E3779B97F4A7C15)
        z = (z ^ (z >> word(30))) * word(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> word(27))) * word(0x94D049BB133111EB)
        return 1.0 - 2.0 * ((z ^ (z >> word(31))) >> word(63)).astype(np.float64).reshape(length, self.vectors)

    def __str__(self):
        return ("adaptive: linearity > {linearity}, gradient > {gradient}, kernel > {kernel}, tested every {every} steps on {probes} examples; max_gap "
                "{max_gap}, max_checkpoints {max_checkpoints}, max_seconds {max_seconds}, max_bytes {max_bytes}").format(**self.__dict__)


# ---------------------------------------------------------------- files

def _temporary(folder):
    """A new file of this toolkit's pattern: made exclusively, never through a link."""
    path = os.path.join(folder, f"kernelflow-{uuid.uuid4().hex}.part")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0), 0o666)
    return path, os.fdopen(handle, "w+b")


def _replace(path, file, target):
    file.flush()
    os.fsync(file.fileno())
    file.close()
    os.replace(path, target)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(os.path.dirname(target) or ".", os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class _Safetensors:
    """Tensors written piece by piece, in any order: room for each is taken at the end, the header (padded with blanks) is written last."""
    TYPES = {np.dtype(np.float32): "F32", np.dtype(np.float64): "F64", np.dtype(np.int64): "I64", np.dtype(np.uint8): "U8"}
    HEADER = 512

    def __init__(self, folder, tensors, longest=32):
        self.room = self.HEADER + (170 + longest) * tensors
        self.entries, self.end = {}, 0
        self.path, self.file = _temporary(folder)

    def reserve(self, name, dtype, shape):
        dtype = np.dtype(dtype)
        size = dtype.itemsize * math.prod(shape)
        self.entries[name] = (dtype, tuple(shape), self.end)
        self.end += size

    def put(self, name, array, first=0):
        """Rows from `first` on of a tensor for which there is room."""
        dtype, shape, begin = self.entries[name]
        row = dtype.itemsize * math.prod(shape[1:])
        if tuple(array.shape[1:]) != shape[1:] or (shape and first + array.shape[0] > shape[0]):
            raise ValueError(f"{name}: found a piece of shape {tuple(array.shape)} at row {first}, expected one of {shape}")
        self.file.seek(8 + self.room + begin + first * row)
        self.file.write(np.ascontiguousarray(array, dtype=dtype.newbyteorder("<")).data)

    def add(self, name, array, dtype=None):
        array = np.asarray(array, dtype=dtype)
        self.reserve(name, array.dtype, array.shape)
        self.put(name, array)

    def finish(self, target):
        """Header, flush, rename. The SHA-256 of the file and its size."""
        header = {name: {"dtype": self.TYPES[d], "shape": list(s), "data_offsets": [b, b + d.itemsize * math.prod(s)]} for name, (d, s, b) in
                  self.entries.items()}
        text = json.dumps(header).encode("ascii")
        if len(text) > self.room:
            raise ValueError(f"header of {len(text)} bytes, room for {self.room}")
        self.file.truncate(8 + self.room + self.end)
        self.file.seek(0)
        self.file.write(self.room.to_bytes(8, "little") + text.ljust(self.room))
        self.file.flush()
        self.file.seek(0)
        total = hashlib.sha256()
        while piece := self.file.read(1 << 22):
            total.update(piece)
        _replace(self.path, self.file, target)
        return total.hexdigest(), 8 + self.room + self.end

    def discard(self):
        self.file.close()
        with contextlib.suppress(OSError):
            os.remove(self.path)


class _Folder:
    """The run folder under its lock, as docs/run-format.md, "Writing a run", has it."""

    def __init__(self, path, overwrite):
        self.path = os.fspath(path)
        os.makedirs(self.path, exist_ok=True)
        self.lock_path = os.path.join(self.path, ".kernelflow.lock")
        self.lock = os.open(self.lock_path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            import fcntl
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                holder = os.read(self.lock, 4096).decode("utf-8", "replace").replace("\n", ", ")
                raise Refused(f"{self.path}: another process records into this folder ({holder})") from None
        except ImportError:
            pass
        started = time.strftime("%Y-%m-%dT%H:%M:%S.0000000+00:00", time.gmtime())
        command = " ".join([os.path.basename(sys.executable or "python"), *sys.argv])[:200].replace("\n", " ")
        os.ftruncate(self.lock, 0)
        os.lseek(self.lock, 0, os.SEEK_SET)
        os.write(self.lock, f"kernelflow lock\nprocess {os.getpid()}\nhost {socket.gethostname()}\nstarted {started}\ncommand {command}\n"
                  f"lock {uuid.uuid4().hex}\n".encode())
        try:
            self._clear(overwrite)
        except BaseException:
            self.release()
            raise

    def _clear(self, overwrite):
        names = os.listdir(self.path)
        foreign = sorted(n for n in names if not OURS.fullmatch(n))
        earlier = os.path.join(self.path, "run.json")
        if os.path.lexists(earlier):
            try:
                with open(earlier, "rb") as f:
                    ours = str(json.loads(f.read().decode("utf-8-sig")).get("metadata", {}).get("recorder", "")).startswith("kernelflow_record.py")
            except (OSError, ValueError, AttributeError):
                ours = False
            if not ours:
                raise Refused(f"{earlier}: found the run of another writer; choose another folder")
            if not overwrite:
                raise Refused(f"{self.path}: holds an earlier recording; choose another folder, or overwrite=True")
            os.remove(earlier)
        elif any(n.startswith(("checkpoint-", "targets.")) for n in names if OURS.fullmatch(n)):
            raise Refused(f"{self.path}: holds checkpoints without a run.json; choose another folder")
        if foreign:
            raise Refused(f"{self.path}: holds other files ({foreign[0]}); choose an empty or a new folder")
        for name in names:
            if name.startswith(("checkpoint-", "targets.", "kernelflow-")):
                os.remove(os.path.join(self.path, name))

    def release(self):
        if self.lock is not None:
            with contextlib.suppress(OSError):
                os.remove(self.lock_path)
            os.close(self.lock)
            self.lock = None


# ---------------------------------------------------------------- inputs

def _count(x):
    return len(x[0] if isinstance(x, (tuple, list)) else x)


def _take(x, index):
    return tuple(t[index] for t in x) if isinstance(x, (tuple, list)) else x[index]


def _indices(given, name, count):
    """The examples that a user names, as a tensor: by their numbers, or by a mask."""
    index = torch.as_tensor(given).cpu()
    index = index.nonzero().reshape(-1) if index.dtype == torch.bool and index.shape == (count,) else index
    right = index.dim() == 1 and index.dtype == torch.int64 and 0 < len(index) == len(index.unique())
    if not right or int(index.min()) < 0 or int(index.max()) >= count:
        raise ValueError(f"{name}: expected different numbers from 0 to {count - 1}, at least one, or a mask of {count} truth values")
    return index


def _to(x, device):
    return tuple(t.to(device) for t in x) if isinstance(x, (tuple, list)) else x.to(device)


def _apply(model, x):
    return model(*x) if isinstance(x, (tuple, list)) else model(x)


def _numpy(t):
    return t.detach().cpu().numpy()


# ---------------------------------------------------------------- layers: columns of J, and their factors

class _Layer:
    """The parameters that one module owns: consecutive columns of J."""

    def __init__(self, name, module, names, parameters, shared):
        self.name, self.module, self.names, self.parameters, self.shared = name, module, names, parameters, shared
        self.size = sum(p.numel() for p in parameters)
        self.kind, self.hooked, self.reason = "columns", False, None
        self.bias, self.positions = "bias" in names, 1

    def classify(self, calls, batch):
        """Kind and strategy from what one forward pass of `batch` examples called the module with."""
        m, kinds = self.module, set(self.names)
        self.plain("no factors for this kind of module")
        if self.shared:
            self.reason = "its parameters belong to several modules"
        elif len(calls) != 1:
            self.reason = f"it is called {len(calls)} times in a forward pass"
        elif calls[0] is not None and calls[0][0][:1] == (batch,) and calls[0][1][:1] == (batch,):
            a, out = calls[0]
            if type(m) is nn.Linear and "weight" in kinds and len(a) >= 2:
                self.hooked, self.kind = True, "dense" if len(a) == 2 else "positions"
                self.inputs, self.outputs, self.positions = m.in_features, m.out_features, math.prod(a[1:-1])     # of (n, inputs): 1
            elif (type(m) in (nn.Conv1d, nn.Conv2d) and "weight" in kinds and m.groups == 1 and m.padding_mode == "zeros" and not isinstance(m.padding, str)
                  and len(a) == m.weight.dim()):
                self.hooked, self.kind = True, "positions"
                self.inputs, self.outputs, self.positions = m.weight[0].numel(), m.out_channels, math.prod(out[2:])
            elif type(m) is nn.LayerNorm or (isinstance(m, nn.modules.batchnorm._BatchNorm) and not m.training and m.running_mean is not None):
                self.hooked = True
            elif type(m) is nn.Embedding and m.max_norm is None and not m.sparse and not m.scale_grad_by_freq and kinds == {"weight"}:
                self.hooked = True
            if self.hooked:
                self.reason = "hooks"
        else:
            self.reason = "its inputs or outputs do not begin with the examples"

    def plain(self, reason):
        """No hooks: rows of J, by per-sample gradients."""
        self.hooked, self.kind, self.reason = False, "columns", reason

    def entry(self):
        """As the manifest lists it."""
        if self.kind == "columns":
            return {"name": self.name, "kind": "columns", "columns": self.size}
        entry = {"name": self.name, "kind": self.kind, "inputs": self.inputs, "outputs": self.outputs, "bias": self.bias}
        return {**entry, "positions": self.positions} if self.kind == "positions" else entry

    def by_pairs(self, p):
        """Whether a block of K costs less by pairs of positions than by rows of J."""
        if self.kind == "columns":
            return False
        return self.positions ** 2 * (self.inputs + p * p * self.outputs) < p * p * self.inputs * self.outputs or self.kind == "dense"

    def numbers(self, p):
        """How many numbers one example's factors have."""
        if self.kind == "dense":
            return self.inputs + p * self.outputs
        return self.positions * (self.inputs + p * self.outputs) if self.kind == "positions" else p * self.size

    def shapes(self, n, p):
        """Prefix of the name and shape of every stored tensor."""
        if self.kind == "dense":
            return [("A", (n, self.inputs)), ("D", (n, p, self.outputs))]
        if self.kind == "positions":
            return [("A", (n, self.positions, self.inputs)), ("D", (n, p, self.positions, self.outputs))]
        return [("J", (n, p, self.size))]

    def factors(self, a, delta):
        """(A, D) or (J,) of a module that was called once, from its input and dU/d(output) [n, p, ...]."""
        m, n, p = self.module, delta.shape[0], delta.shape[1]
        if self.kind == "dense":
            return a, delta
        if type(m) is nn.Linear:
            return a.reshape(n, self.positions, self.inputs), delta.reshape(n, p, self.positions, self.outputs)
        if self.kind == "positions":
            if type(m) is nn.Conv1d:
                a = F.unfold(a.unsqueeze(2), (1, *m.kernel_size), (1, *m.dilation), (0, *m.padding), (1, *m.stride))
            else:
                a = F.unfold(a, m.kernel_size, m.dilation, m.padding, m.stride)
            return a.transpose(1, 2), delta.reshape(n, p, self.outputs, self.positions).transpose(2, 3)
        if type(m) is nn.Embedding:
            index = a.reshape(n, 1, -1, 1)
            J = delta.new_zeros(n, p, *m.weight.shape)
            delta = delta.reshape(n, p, -1, m.weight.shape[1])
            if m.padding_idx is not None:
                delta = delta * (index != m.padding_idx)
            return J.scatter_add_(2, index.expand(delta.shape), delta).reshape(n, p, -1),
        if type(m) is nn.LayerNorm:
            one = F.layer_norm(a, m.normalized_shape, None, None, m.eps)
            shape = (n, -1, math.prod(m.normalized_shape))
            one, delta = one.reshape(shape), delta.reshape(n, p, *shape[1:])
        else:
            shape = (1, -1) + (1,) * (a.dim() - 2)
            one = (a - m.running_mean.view(shape)) / torch.sqrt(m.running_var.view(shape) + m.eps)
            one = one.reshape(n, a.shape[1], -1).transpose(1, 2)
            delta = delta.reshape(n, p, a.shape[1], -1).transpose(2, 3)
        parts = {"weight": torch.einsum("npts,nts->nps", delta, one), "bias": delta.sum(2)}
        return torch.cat([parts[name] for name in self.names], 2),

    def rows(self, f, out=None):
        """[n, p, size] from the factors; into `out` where one is given."""
        if out is None:
            if self.kind == "columns":
                return f[0]
            out = f[1].new_empty(*f[1].shape[:2], self.size)
        if self.kind == "columns":
            return out.copy_(f[0])
        a, d = f
        split = self.inputs * self.outputs
        weight = out[:, :, :split].view(*d.shape[:2], self.outputs, self.inputs)
        if self.kind == "dense":
            torch.mul(d.unsqueeze(3), a[:, None, None, :], out=weight)
        else:
            weight.copy_(torch.einsum("npto,ntk->npok", d, a))
        if self.bias:
            out[:, :, split:] = d if self.kind == "dense" else d.sum(2)
        return out

    def times(self, f, v):
        """Rows times a vector [size], without the rows: [n, p]."""
        if self.kind == "columns":
            return f[0] @ v
        a, d = f
        split = self.inputs * self.outputs
        z = a @ v[:split].reshape(self.outputs, self.inputs).T
        if self.bias:
            z = z + v[split:]
        return torch.einsum("npo,no->np", d, z) if self.kind == "dense" else torch.einsum("npto,nto->np", d, z)


def _block(layer, f, g, left, right):
    """The part of one layer in J_a J_b^T, [p, na, p, nb], in float64; left and right: what the columns of J_a and J_b are multiplied by, or None."""
    same = f is g and left is right
    f = [t.double() for t in f]
    g = f if same else [t.double() for t in g]
    na, nb, p, beta = f[-1].shape[0], g[-1].shape[0], f[-1].shape[1], 1 if layer.bias else 0
    if left is None and right is None and layer.by_pairs(p):
        T = layer.positions
        one, two = [h[0].reshape(-1, T, layer.inputs) for h in (f, g)]
        left, right = [h[1].reshape(-1, p, T, layer.outputs).transpose(0, 1) for h in (f, g)]
        left, total = left.reshape(p * na * T, -1), None
        for t in range(T):                                   # one position of b at a time bounds the memory
            inner = (left @ right[:, :, t].reshape(p * nb, -1).T).view(p, na, T, p, nb)
            inner *= (one.reshape(na * T, -1) @ two[:, t].T).add_(beta).view(1, na, T, 1, nb)
            part = inner.sum(2) if T > 1 else inner.squeeze(2)
            total = part if total is None else total.add_(part)
        return total
    one = _scaled(layer, f, left).reshape(na * p, -1)
    two = one if same else _scaled(layer, g, right).reshape(nb * p, -1)
    return (one @ two.T).view(na, p, nb, p).permute(1, 0, 3, 2)


def _scaled(layer, f, scale):
    """Rows of J with their columns multiplied; in place where they were made for this."""
    rows = layer.rows(f)
    return rows if scale is None else rows * scale if layer.kind == "columns" else rows.mul_(scale)


# ---------------------------------------------------------------- loss

class _Loss:
    """What the manifest calls the loss, found by looking at its gradient at random outputs; `factor` = the user's loss over the format's."""

    def __init__(self, loss, targets, shape, dtype, device):
        self.function, self.name, self.sum, self.factor, self.y = loss, "custom", False, 1.0, None
        p, n = math.prod(shape), _count(targets)
        candidates = self._candidates(targets, p)
        if isinstance(loss, str):
            if loss not in candidates:
                raise Refused(f"loss {loss!r}: found targets of shape {tuple(targets.shape)} and type {targets.dtype}, which are not for it; "
                              "losses by name: squared, softmax-cross-entropy, logistic (mean over the examples)")
            self.name, self.y = loss, candidates[loss][0]
            self.function = None
            return
        k = min(n, 6)
        half = max(1, k // 2)
        u = torch.from_numpy(np.random.default_rng(1).standard_normal((k, *shape)))
        try:
            g, part = self._probe(u, targets[:k], torch.float64, device), self._probe(u[:half], targets[:half], torch.float64, device)
            tolerance = 1e-9
        except RuntimeError:                                  # a loss with float32 constants of its own
            try:
                g, part = self._probe(u, targets[:k], dtype, device), self._probe(u[:half], targets[:half], dtype, device)
            except RuntimeError as e:
                raise Refused(f"the loss could not be evaluated on outputs of {k} examples of shape {tuple(shape)} and their targets: {e}") from e
            tolerance = 1e-4
        whole = max(float(part.abs().max()), 1e-300)
        if half < k and float((g[:half] - part).abs().max()) <= tolerance * whole:
            self.sum = True
        elif half < k and float((g[:half] * k - part * half).abs().max()) > tolerance * whole * k:
            raise Refused("the loss is neither a sum nor a mean over the examples of something that depends on one example only; recordings need one")
        g = g.reshape(k, p) * (1 if self.sum else k)
        for name, (y, gradient) in candidates.items():
            r = gradient(u.reshape(k, p), y[:k])
            c = float((g * r).sum() / (r * r).sum())
            if c > 0 and float((g - c * r).abs().max()) <= tolerance * float(g.abs().max()):
                for exact in (1.0, 2.0, 1 / p, 2 / p, 0.5):
                    if abs(c / exact - 1) < 1e-4 * max(tolerance, 1e-8) ** 0.5:
                        c = exact
                self.name, self.y, self.factor = name, y, c
                return

    @staticmethod
    def _candidates(y, p):
        found = {}
        y = y.detach().cpu()
        if y.is_floating_point() and y.numel() == len(y) * p:
            t = y.reshape(-1, p).double()
            if p == 1 and bool(((t == 0) | (t == 1)).all() | (t.abs() == 1).all()):
                s = t if bool((t.abs() == 1).all() & (t < 0).any()) else 2 * t - 1
                found["logistic"] = (s, lambda u, v: -v * torch.sigmoid(-v * u))
            if p > 1 and bool((t >= 0).all() & ((t.sum(1) - 1).abs() < 1e-3).all()):
                found["softmax-cross-entropy"] = (t, lambda u, v: torch.softmax(u, 1) - v)
            found["squared"] = (t, lambda u, v: u - v)
        elif not y.is_floating_point() and y.dim() == 1 and p > 1 and bool((y >= 0).all() & (y < p).all()):
            found["softmax-cross-entropy"] = (F.one_hot(y.long(), p).double(), lambda u, v: torch.softmax(u, 1) - v)
        return found

    def _probe(self, u, y, dtype, device):
        u = u.to(device, dtype).requires_grad_()
        y = y.to(device)
        y = y.to(dtype) if y.is_floating_point() else y
        value = self.function(u, y)
        if value.dim() != 0:
            raise Refused(f"the loss: found a result of shape {tuple(value.shape)}, expected one number")
        return torch.autograd.grad(value, u)[0].detach().cpu().double()

    def value(self, u, y):
        """The user's loss divided by the factor."""
        if self.function is not None:
            return self.function(u, y.to(u.dtype) if y.is_floating_point() else y) / self.factor
        flat, t = u.reshape(len(u), -1), self.y.to(u.device, u.dtype)
        if self.name == "squared":
            return 0.5 * ((flat - t) ** 2).sum() / len(u)
        if self.name == "logistic":
            return F.softplus(-t * flat).sum() / len(u)
        return -(torch.log_softmax(flat, 1) * t).sum() / len(u)

    def derivatives(self, u, y, second=True):
        """g [n, p] and the blocks B [n, p, p] at the outputs u [n, ...] (raw shape)."""
        with torch.enable_grad():
            u = u.detach().requires_grad_()
            g = torch.autograd.grad(self.value(u, y), u, create_graph=second)[0].reshape(len(u), -1)
            if not second:
                return g.detach(), None
            rows = []
            for c in range(g.shape[1]):
                row = torch.autograd.grad(g[:, c].sum(), u, retain_graph=True, allow_unused=True)[0] if g.requires_grad else None
                rows.append(torch.zeros_like(g) if row is None else row.reshape(len(u), -1))
            B = torch.stack(rows, 1).detach()
        return g.detach(), 0.5 * (B + B.transpose(1, 2))


# ---------------------------------------------------------------- optimizer

class _Optimizer:
    """Kind, constants and state of a torch optimizer, in the words of docs/run-format.md. `factor`: see _Loss; it multiplies rates, divides decay."""

    def __init__(self, optimizer, factor):
        self.optimizer, self.factor, self.kind = optimizer, factor, type(optimizer).__name__.lower()
        first = optimizer.param_groups[0]
        for group in optimizer.param_groups[1:]:
            for key, value in group.items():
                if key != "params" and value != first[key]:
                    raise Refused(f"the optimizer's parameter groups have different {key} ({first[key]} and {value}); the recursion is known for one "
                                  "set of constants only: use one group, or equal constants")
        if first.get("maximize"):
            raise Refused("the optimizer maximizes; train on the negative loss instead")
        self.decay, self.decoupled, self.constants = float(first.get("weight_decay") or 0), False, {}
        self.memory = self.adam = False
        if type(optimizer) is torch.optim.SGD:
            self.kind = "momentum" if first["momentum"] else "gradient-descent"
            self.memory = bool(first["momentum"])
            if self.memory:
                self.constants["momentum"] = float(first["momentum"])
                if first["dampening"]:
                    self.constants["dampening"] = float(first["dampening"])
                if first["nesterov"]:
                    self.constants["nesterov"] = True
        elif type(optimizer) in (torch.optim.Adam, torch.optim.AdamW):
            self.kind, self.memory, self.adam = "adam", True, True
            self.constants = {"beta1": float(first["betas"][0]), "beta2": float(first["betas"][1]), "epsilon": float(first["eps"])}
            self.decoupled = type(optimizer) is torch.optim.AdamW or bool(first.get("decoupled_weight_decay"))
        else:
            self.constants = {k: float(v) for k, v in first.items() if isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v)
                              and k not in ("lr", "weight_decay", "initial_lr")}

    @property
    def rate(self):
        return float(self.optimizer.param_groups[0].get("lr", 0.0)) * self.factor

    def first_step(self):
        """How many steps its state has already seen."""
        steps = [int(s["step"]) for s in self.optimizer.state.values() if "step" in s]
        return max(steps) if steps else int(any(s.get("momentum_buffer") is not None for s in self.optimizer.state.values()))

    def manifest(self, rate, batch):
        kind = "sgd" if self.kind == "gradient-descent" and batch else self.kind
        result = {"kind": kind, "learningRate": rate, **self.constants}
        if batch:
            result["batchSize"] = batch
        if self.decay:
            result["weightDecay"] = self.decay / self.factor
            if self.decoupled:
                result["decoupled"] = True
        return result

    def preconditioner(self, parameters, gradients=None):
        """1/(sqrt(v^) + eps) of the step that was just taken; with gradients, of the step that would be taken next."""
        group, parts = self.optimizer.param_groups[0], []
        beta2, amsgrad = group["betas"][1], group["amsgrad"]
        for i, p in enumerate(parameters):
            state = self.optimizer.state.get(p) or {}
            v, steps = state.get("exp_avg_sq"), float(state.get("step", 0))
            if gradients is not None:
                g = gradients[i]
                if self.decay and not self.decoupled:
                    g = g + self.decay * p.detach()
                v, steps = (1 - beta2) * g * g + (0 if v is None else beta2 * v), steps + 1
            if v is None:                                    # it has never had a gradient, so it does not move
                parts.append(torch.zeros(p.numel(), dtype=torch.float64))
                continue
            if amsgrad and "max_exp_avg_sq" in state:
                v = torch.maximum(v, state["max_exp_avg_sq"])
            parts.append(1 / (torch.sqrt(v.detach().double() / (1 - beta2 ** steps)) + group["eps"]).reshape(-1).cpu())
        return torch.cat(parts)


# ---------------------------------------------------------------- recorder

class _Plain:
    """Around a step without a checkpoint: only time passes."""

    def __init__(self, recorder):
        self.recorder, self.rate = recorder, 0.0

    def __enter__(self):
        self.rate = self.recorder.opt.rate

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.recorder._advance(self.rate)


class JacobianRecorder:
    """Records a training; see the module's text. Options:

    schedule: an int (every so many steps), a list of steps (geometric(...), uniform(...)), or Adaptive(...). The last state is always recorded.
    store: "jacobians" (run format 1), "factors" (run format 2) or "kernels" (blocks K with cross blocks; no parameters in the files).
    strategy: "auto" (hooks where they are right, else per-sample gradients, per layer), "hooks" (refused where they are not) or "rows".
    midpoints: Jacobians at (w_k + w_{k+1})/2, with every step recorded.   dtype: torch.float32 or float64 of what is stored; default the model's.
    test_targets; train_examples, test_examples, outputs: indices of what is recorded.   save_weights: `w` also without weight decay.
    batch_size: where minibatches are used but their indices are not told.   setting: further texts that the manifest declares.
    allow: what to record although it is refused otherwise (any of ALLOWED, or "all"); it is declared in the manifest's `setting`.
    memory: bytes that recording may use (default: half of what is free).   overwrite: replace an earlier recording of this file.
    metadata: more texts for the manifest.   chunk: examples at a time (default: from memory); results do not depend on it, up to rounding.

    To look at: forecast (bytes, before the first checkpoint), entries (the checkpoints so far, as run.json has them), fired (what Adaptive fired on),
    setting (what was allowed or left out, as run.json declares it).
    """

    def __init__(self, model, loss, optimizer, train_inputs, train_targets, test_inputs, folder, schedule=1, store="jacobians", strategy="auto",
                 midpoints=False, dtype=None, test_targets=None, train_examples=None, test_examples=None, outputs=None, save_weights=None, batch_size=None,
                 setting=(), allow=(), memory=None, overwrite=False, metadata=None, chunk=None):
        if store not in ("jacobians", "factors", "kernels"):
            raise ValueError(f"store: found {store!r}, expected jacobians, factors or kernels")
        if strategy not in ("auto", "hooks", "rows"):
            raise ValueError(f"strategy: found {strategy!r}, expected auto, hooks or rows")
        self.allow = set(ALLOWED) if allow == "all" else {allow} if isinstance(allow, str) else set(allow)
        if self.allow - set(ALLOWED):
            raise ValueError(f"allow: found {sorted(self.allow - set(ALLOWED))}, expected any of {', '.join(ALLOWED)}")
        self.adaptive = schedule if isinstance(schedule, Adaptive) else None
        self.every = schedule if isinstance(schedule, int) else None
        self.steps = None if self.adaptive or self.every else frozenset(int(s) for s in schedule)
        if self.every is not None and self.every < 1:
            raise ValueError("schedule: expected at least 1 step between checkpoints")
        if midpoints and self.every != 1:
            raise ValueError("midpoints: they belong to recordings of every step; use schedule=1")
        self.model, self.store, self.strategy, self.midpoints = model, store, strategy, midpoints
        self.setting, self.declared = [], [setting] if isinstance(setting, str) else list(setting)
        if train_examples is not None:
            train_examples = _indices(train_examples, "train_examples", _count(train_inputs))
        if test_examples is not None:
            test_examples = _indices(test_examples, "test_examples", _count(test_inputs))
        self.x_S = train_inputs if train_examples is None else _take(train_inputs, train_examples)
        self.x_Q = test_inputs if test_examples is None else _take(test_inputs, test_examples)
        self.y_S = train_targets if train_examples is None else train_targets[train_examples]
        self.all = (train_inputs, train_targets)
        self.n, self.m = _count(self.x_S), _count(self.x_Q)
        if _count(self.x_S) != len(self.y_S):
            raise ValueError(f"train_targets: found {len(self.y_S)}, expected one per training example ({self.n})")
        self.part = self.n < _count(train_inputs)
        if self.part:
            self.setting.append("subset-of-training-examples")

        if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            raise Refused(f"the model: found {type(model).__name__}, whose passes run on several devices; give the recorder its .module, on one process")
        if type(model).__name__ == "OptimizedModule":
            raise Refused("the model: found a compiled one, which may not call hooks; give the recorder the module that was compiled: the parameters "
                          "are the same")
        trained = {id(p) for g in optimizer.param_groups for p in g["params"] if p.requires_grad}
        self.layers = self._find_layers(trained)
        self.parameters = [p for layer in self.layers for p in layer.parameters]
        known = {id(p) for p in self.parameters}
        if trained - known:
            raise Refused(f"the optimizer moves {len(trained - known)} parameters that the model does not have; its outputs' Jacobian would miss them")
        if not self.parameters:
            raise Refused("the optimizer moves no parameter of the model")
        self.device, self.type = self.parameters[0].device, self.parameters[0].dtype
        for p in self.parameters:
            if p.dtype not in (torch.float32, torch.float64) or p.dtype != self.type:
                raise Refused(f"parameters: found {p.dtype}, expected all float32 or all float64 (half precision is too coarse for Jacobians)")
            if p.device != self.device:
                raise Refused(f"parameters: found them on {self.device} and {p.device}, expected one device")
        if self.device.type == "mps":
            raise Refused("parameters: found them on mps, which has no float64; move the model to the CPU")
        self.dtype = dtype or self.type
        if self.dtype not in (torch.float32, torch.float64):
            raise ValueError(f"dtype: found {self.dtype}, expected torch.float32 or torch.float64")
        self.numpy_type = np.float32 if self.dtype == torch.float32 else np.float64
        self.D = sum(layer.size for layer in self.layers)

        self.joint, self.buffers, self.batched = False, [], False
        self.modes = [m.training for m in model.modules()]
        self._refuse_modes()
        shape = self._look()
        self.p_all = math.prod(shape)
        self.outputs = list(range(self.p_all)) if outputs is None else _indices(outputs, "outputs", self.p_all).tolist()
        self.p = len(self.outputs)
        if self.p < self.p_all:
            self.setting.append("subset-of-outputs")
        self.seeds = torch.eye(self.p_all, dtype=self.type)[self.outputs].to(self.device)
        self.tile = max(1, (512 if self.device.type == "cpu" else 4096) // self.p)      # examples on each side of a tile of K
        self._choose_strategies()
        self.loss = _Loss(loss, self.y_S, shape, self.type, self.device)
        self.custom = self.loss.name == "custom" or self.p < self.p_all
        self.opt = _Optimizer(optimizer, self.loss.factor)
        self.save_weights = self.opt.decay > 0 if save_weights is None else save_weights
        self.forecast = self._forecast(memory, chunk)
        self.chunk = self.forecast["examples at a time"]

        self.step_count = self.opt.first_step()
        self.clock, self.lost, self.first_rate, self.batch_size, self.first_batch = 0.0, 0.0, None, batch_size, None
        self.spent, self.bytes, self.entries, self.fired = 0.0, 0, [], []
        self.open = self.held = self.reference = None
        self.last_step, self.closed, self._plain = None, False, _Plain(self)
        self.extra = {str(k): str(v) for k, v in (metadata or {}).items()}
        self.folder = _Folder(folder, overwrite)
        try:
            self._write_targets(test_targets if test_targets is None or test_examples is None else test_targets[test_examples])
        except BaseException:
            self.folder.release()
            raise

    # ---- the user's line

    @contextlib.contextmanager
    def _around(self, batch):
        start = time.perf_counter()
        self._begin(batch)
        before = [p.detach().clone() for p in self.parameters] if self.midpoints else None
        rate = self.opt.rate
        self.spent += time.perf_counter() - start
        try:
            yield
        except BaseException:
            self._abandon()
            raise
        self._advance(rate)
        start = time.perf_counter()
        if self.open is not None:
            self._after(before)
        self.spent += time.perf_counter() - start

    def step(self, batch=None):
        """Around optimizer.step(): `with recorder.step(): optimizer.step()`. batch: the indices of the minibatch's examples."""
        if self.closed:
            raise RuntimeError("the recorder is closed")
        if batch is not None:
            batch = torch.as_tensor(batch)
            batch = batch.nonzero().reshape(-1) if batch.dtype == torch.bool else batch
        if self.first_rate is None:
            self.first_rate = self.opt.rate
            self.first_batch = len(batch) if batch is not None else None
        if not self.midpoints and not self._due():
            return self._plain
        return self._around(batch)

    def close(self):
        """Records the state after the last step and releases the folder."""
        if self.closed:
            return
        try:
            if self.step_count != self.last_step:
                self.first_rate = self.opt.rate if self.first_rate is None else self.first_rate
                if self._begin(None):
                    self._after(None, last=True)
            self._write_held(None)
        finally:
            self.closed = True
            self._abandon()
            self.folder.release()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            return self.close()
        self.closed = True
        self._abandon()
        with contextlib.suppress(Exception):
            self._write_held(None)
        self.folder.release()

    # ---- when

    def _advance(self, rate):
        step = rate - self.lost
        total = self.clock + step
        self.lost, self.clock = (total - self.clock) - step, total
        self.step_count += 1

    def _due(self):
        k = self.step_count
        if self.last_step is None:
            return True
        if self.every is not None:
            return k % self.every == 0
        if self.steps is not None:
            return k in self.steps
        a = self.adaptive
        recorded = len(self.entries) + (self.held is not None)
        if (a.max_checkpoints is not None and recorded + 1 >= a.max_checkpoints) or (a.max_seconds is not None and self.spent >= a.max_seconds):
            return False
        if a.max_bytes is not None and self.bytes + 2 * self.forecast["bytes per checkpoint"] > a.max_bytes:
            return False
        if a.max_gap is not None and k - self.last_step >= a.max_gap:
            self.fired.append(f"step {k}: gap {k - self.last_step} >= {a.max_gap}")
            return True
        if (k - self.last_step) % a.every:
            return False
        start = time.perf_counter()
        why = self._test()
        self.spent += time.perf_counter() - start
        if why:
            self.fired.append(f"step {k}: {why}")
        return bool(why)

    def _test(self):
        """The first tolerance that is passed since the last checkpoint, in words; None when none is."""
        a, ref = self.adaptive, self.reference
        u = self._outputs(ref["x"])
        moved = u - ref["u"]
        if a.linearity is not None and float(moved.norm()) > 0:
            dw = torch.cat([p.detach().reshape(-1) for p in self.parameters]) - ref["w"]
            predicted, at = torch.zeros_like(u), 0
            for layer in self.layers:
                predicted += layer.times(ref["f"][layer.name], dw[at:at + layer.size])
                at += layer.size
            value = float((moved - predicted).norm() / moved.norm())
            if value > a.linearity:
                return f"linearity {value:.4g} > {a.linearity}"
        if a.gradient is not None:
            value = float((self._probe_gradient(u, ref) - ref["g"]).norm()) / max(float(ref["g"].norm()), 1e-300)
            if value > a.gradient:
                return f"gradient {value:.4g} > {a.gradient}"
        if a.kernel is not None:
            _, f = self._factors(ref["x"])
            new = self._gram(f, f).reshape(len(ref["v"]), -1) @ ref["v"]
            value = float((new - ref["Kv"]).norm()) / max(float(ref["Kv"].norm()), 1e-300)
            if value > a.kernel:
                return f"kernel {value:.4g} > {a.kernel}"
        return None

    def _probe_gradient(self, u, ref):
        if self.custom or self.loss.name == "squared":
            return u[:ref["k"]] - ref["y"] if self.loss.name == "squared" and self.p == self.p_all else u[:ref["k"]]
        if self.loss.name == "logistic":
            return -ref["y"] * torch.sigmoid(-ref["y"] * u[:ref["k"]])
        return torch.softmax(u[:ref["k"]], 1) - ref["y"]

    def _refer(self):
        """What the tests compare with: outputs, factors and the kernel's action at this checkpoint, on the probes."""
        a = self.adaptive
        if self.reference is None:
            s, q = a.examples(self.n), a.examples(self.m)
            one, two = _take(self.x_S, s), _take(self.x_Q, q)
            x = tuple(torch.cat(pair) for pair in zip(one, two)) if isinstance(one, tuple) else torch.cat([one, two])
            v = torch.from_numpy(a.signs((len(s) + len(q)) * self.p))
            y = None if self.loss.y is None else self.loss.y[s].to(self.device, self.type)
            self.reference = {"x": x, "k": len(s), "y": y, "v": v.to(self.device)}
        ref = self.reference
        ref["u"], ref["f"] = self._factors(ref["x"])
        ref["w"] = torch.cat([p.detach().reshape(-1) for p in self.parameters])
        ref["g"] = self._probe_gradient(ref["u"], ref)
        ref["Kv"] = self._gram(ref["f"], ref["f"]).reshape(len(ref["v"]), -1) @ ref["v"]

    # ---- one checkpoint

    def _begin(self, batch):
        """Outputs and Jacobians at the current parameters. False where flow time has not moved since the checkpoint before."""
        modes = [m.training for m in self.model.modules()]
        if modes != self.modes:                              # train() or eval() was called: what was found out before may be wrong now
            self.modes, kinds = modes, [layer.kind for layer in self.layers]
            self._refuse_modes()
            self._look()
            self._choose_strategies()
            if self.store == "factors" and kinds != [layer.kind for layer in self.layers]:
                raise Refused(f"step {self.step_count}: train() or eval() was called, and layers have no longer the factors that they had; stay in one mode")
        when = self.clock
        if self.entries or self.held is not None:
            before = self.entries[-1]["time"] if self.held is None else self.held["time"]
            if when <= before:
                rate = self.opt.rate
                if not self.opt.memory:
                    return False
                if when > 0 or not rate:
                    raise Refused(f"step {self.step_count}: the learning rate was 0, so flow time did not move; with {self.opt.kind} give such steps a "
                                  "rate that is too small to matter")
                self.clock = when = 1e-12 * rate
        many = 4 * len(self.layers) * (2 if self.midpoints else 1) if self.store == "factors" else 0
        file = _Safetensors(self.folder.path, 24 + many, 16 + max(len(layer.name) for layer in self.layers))
        self.open = {"file": file, "time": when, "step": self.step_count}
        if self.save_weights:
            file.add("w", torch.cat([p.detach().reshape(-1) for p in self.parameters]).cpu().numpy())
        if self.store != "kernels":
            u_S = self._stream(file, self.x_S, "S", "")
            u_Q = self._stream(file, self.x_Q, "Q", "")
        else:
            u_S, self.open["S"] = self._collect(self.x_S)
            u_Q, self.open["Q"] = self._collect(self.x_Q)
        whole_S = u_S
        u_S, u_Q = u_S[:, self.outputs], u_Q[:, self.outputs]
        for name, u in (("U_S", u_S), ("U_Q", u_Q)):
            if not bool(torch.isfinite(u).all()):
                raise FloatingPointError(f"{name} at step {self.step_count}: found NaN or infinity; training diverged, the checkpoints before stay")
        file.add("U_S", _numpy(u_S))
        file.add("U_Q", _numpy(u_Q))
        raw = whole_S.reshape(self.n, *self.shape)
        if not self.part:
            file.add("loss", _numpy(self.loss.value(raw, self.y_S.to(self.device))).astype(np.float64).reshape(1))
        if self.custom:
            g, B = self.loss.derivatives(raw, self.y_S.to(self.device))
            file.add("g", _numpy(g[:, self.outputs]))
            file.add("B", _numpy(B[:, self.outputs][:, :, self.outputs]))
        if batch is not None and not self.part:
            file.add("batch", np.asarray(batch.cpu(), dtype=np.int64).reshape(-1))
        if self.adaptive:
            self._refer()
        return True

    def _after(self, before, last=False):
        """What is known only when the step was taken: Adam's preconditioner and the midpoint. Then the file is complete."""
        file, M = self.open["file"], None
        if self.opt.adam:
            M = self.opt.preconditioner(self.parameters, self._gradient() if last else None).to(self.device)
            if self.store != "kernels":
                file.add("preconditioner", _numpy(M))
        self.open["root"] = None if M is None else M.sqrt()
        middle = None
        if before is not None and not last:
            now = [p.detach().clone() for p in self.parameters]
            with torch.no_grad():
                for p, a, b in zip(self.parameters, before, now):
                    p.copy_(0.5 * (a + b))
            try:
                if self.store != "kernels":
                    self._stream(file, self.x_S, "S", "_mid")
                    self._stream(file, self.x_Q, "Q", "_mid")
                else:
                    middle = self._collect(self.x_S)[1], self._collect(self.x_Q)[1]
            finally:
                with torch.no_grad():
                    for p, b in zip(self.parameters, now):
                        p.copy_(b)
        if self.store == "kernels":
            one, root = self.open, self.open["root"]
            for name, a, b in (("K_SS", "S", "S"), ("K_QS", "Q", "S"), ("K_QQ", "Q", "Q")):
                self._add_block(file, name, one[a], one[b], root, root)
            if middle is not None:
                self._add_block(file, "K_SS_mid", middle[0], one["S"], root, root)
                self._add_block(file, "K_QS_mid", middle[1], one["S"], root, root)
            if self.type == torch.float32 and self.dtype == torch.float64:
                file.add("kernel_epsilon", np.array([np.finfo(np.float32).eps], dtype=np.float64))
            self._write_held(one)
            self.held = one
        else:
            self._finish_file(self.open)
        self.last_step, self.open = self.open["step"], None

    def _write_held(self, following):
        """Kernel blocks: a checkpoint is complete when the next one is known, for the blocks across."""
        held, self.held = self.held, None
        if held is None:
            return
        if following is not None:
            for name, a, b in (("K_SS_next", "S", "S"), ("K_QS_next", "Q", "S"), ("K_SQ_next", "S", "Q"), ("K_QQ_next", "Q", "Q")):
                self._add_block(held["file"], name, following[a], held[b], following["root"], held["root"])
        self._finish_file(held)

    def _finish_file(self, checkpoint):
        name = f"checkpoint-{len(self.entries):06d}.safetensors"
        total, size = checkpoint["file"].finish(os.path.join(self.folder.path, name))
        self.bytes += size
        self.entries.append({"file": name, "step": checkpoint["step"], "time": checkpoint["time"], "sha256": total})
        self._write_manifest()

    def _abandon(self):
        if self.open is not None:
            self.open["file"].discard()
            self.open = None

    # ---- outputs, factors, Jacobians

    @contextlib.contextmanager
    def _undisturbed(self):
        """Random numbers and buffers (running means) are afterwards what they were."""
        devices = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices), torch.enable_grad():
            saved = [(owner, key, owner[key], owner[key].clone()) for owner, key in self.buffers]
            try:
                yield
            finally:
                with torch.no_grad():
                    for owner, key, buffer, old in saved:
                        buffer.copy_(old)
                        owner[key] = buffer                  # a module may have put another tensor in its place

    def _forward(self, x):
        """Outputs [n, p] of all outputs."""
        u = _apply(self.model, _to(x, self.device))
        return u.reshape(_count(x), -1)

    def _outputs(self, x):
        with self._undisturbed(), torch.no_grad():
            return self._forward(x)[:, self.outputs]

    def _factors(self, x):
        """Recorded outputs, and the factors of every layer."""
        with self._undisturbed():
            u, found = self._hooked(x) if any(layer.hooked for layer in self.layers) else (None, {})
            rest = [layer for layer in self.layers if not layer.hooked]
            if rest:
                u2, rows = self._by_rows(x, rest, self.batched)
                u = u2 if u is None else u
                found.update((layer.name, (J,)) for layer, J in zip(rest, rows))
        self._whole = u
        return u[:, self.outputs], found

    def _hooked(self, x, seeds=None):
        """Outputs and factors of the layers with hooks; `seeds`: see _by_rows."""
        seeds = self.seeds if seeds is None else seeds
        seen, handles = {}, []

        def hook_of(layer):
            def hook(module, inputs, output):
                seen[layer.name] = (inputs[0].detach(), output)
                return output.clone()                        # what follows may work in place; the output that is kept must stay what it is
            return hook
        layers = [layer for layer in self.layers if layer.hooked]
        try:
            handles.extend(layer.module.register_forward_hook(hook_of(layer)) for layer in layers)
            u = self._forward(x)
        finally:
            for h in handles:
                h.remove()
        ends = [seen[layer.name][1] for layer in layers]
        deltas = [e.new_zeros(e.shape[0], len(seeds), *e.shape[1:]) for e in ends]
        for i, seed in enumerate(seeds):
            grads = torch.autograd.grad(u, ends, seed.expand_as(u), retain_graph=i + 1 < len(seeds), allow_unused=True)
            for delta, g in zip(deltas, grads):
                if g is not None:
                    delta[:, i] = g
        with torch.no_grad():
            return u.detach(), {layer.name: layer.factors(seen[layer.name][0], delta) for layer, delta in zip(layers, deltas)}

    def _by_rows(self, x, layers, batched=False, seeds=None):
        """Per-sample gradients, one backward pass per example and output; in one forward pass of all when outputs depend on other samples. `batched`:
        the backward passes of one example are one pass over a batch of output gradients, where torch can do that. `seeds`: what is differentiated, as
        combinations of the outputs; the recorded outputs unless told otherwise."""
        n, seeds = _count(x), self.seeds if seeds is None else seeds
        J = [torch.zeros(n, len(seeds), layer.size, dtype=self.type, device=self.device) for layer in layers]
        parameters, outputs, whole = [p for layer in layers for p in layer.parameters], [], self._forward(x) if self.joint else None
        for i in range(n):
            u = whole[i] if self.joint else self._forward(_take(x, slice(i, i + 1)))[0]
            outputs.append(u.detach())
            for k in () if not u.requires_grad else (slice(None),) if batched else range(len(seeds)):
                last = (batched or k + 1 == len(seeds)) and (not self.joint or i + 1 == n)
                grads = iter(torch.autograd.grad(u, parameters, seeds[k], retain_graph=not last, allow_unused=True, is_grads_batched=batched))
                for rows, layer in zip(J, layers):
                    at = 0
                    for p in layer.parameters:
                        g = next(grads)
                        if g is not None:
                            g = g.to_dense() if g.is_sparse else g
                            rows[i, k, at:at + p.numel()] = g.reshape(*(g.shape[:1] if batched else ()), -1)
                        at += p.numel()
        return torch.stack(outputs), J

    def _pieces(self, x):
        n = _count(x)
        size = n if self.joint else self.chunk
        for first in range(0, n, size):
            yield first, _take(x, slice(first, min(n, first + size)))

    def _stream(self, file, x, which, suffix):
        """Jacobians or factors of all examples into a checkpoint, chunk by chunk. All outputs [n, p]."""
        n, outputs = _count(x), []
        if self.store == "jacobians":
            file.reserve(f"J_{which}{suffix}", self.numpy_type, (n, self.p, self.D))
        else:
            for layer in self.layers:
                for prefix, shape in layer.shapes(n, self.p):
                    file.reserve(f"{prefix}_{which}{suffix}/{layer.name}", self.numpy_type, shape)
        for first, piece in self._pieces(x):
            _, found = self._factors(piece)
            outputs.append(self._whole)
            if self.store == "jacobians":
                rows, at = torch.empty(_count(piece), self.p, self.D, dtype=self.type, device=self.device), 0
                for layer in self.layers:
                    layer.rows(found.pop(layer.name), rows[:, :, at:at + layer.size])
                    at += layer.size
                file.put(f"J_{which}{suffix}", _numpy(rows), first)
            else:
                for layer in self.layers:
                    for (prefix, _), t in zip(layer.shapes(n, self.p), found[layer.name]):
                        file.put(f"{prefix}_{which}{suffix}/{layer.name}", _numpy(t), first)
                        del t
            del found                                        # or it would last until the next chunk's is there
        return torch.cat(outputs)

    def _collect(self, x):
        """All outputs, and the factors of all examples, kept on the model's device."""
        outputs, kept = [], {}
        for first, piece in self._pieces(x):
            _, found = self._factors(piece)
            outputs.append(self._whole)
            for name, parts in found.items():
                wholes = kept.setdefault(name, tuple(t.new_empty(_count(x), *t.shape[1:]) for t in parts))
                for whole, t in zip(wholes, parts):
                    whole[first:first + len(t)] = t
            del found, parts, t                              # or they would last until the next chunk's are there
        return torch.cat(outputs), kept

    def _gram(self, f, g, left=None, right=None):
        """J_f J_g^T of two sets of factors, in float64: [n of f, p, n of g, p]."""
        total, at = None, 0
        for layer in self.layers:
            cut = slice(at, at + layer.size)
            part = _block(layer, f[layer.name], g[layer.name], None if left is None else left[cut], None if right is None else right[cut])
            total = part if total is None else total.add_(part)
            at += layer.size
        return total.permute(1, 0, 3, 2)

    def _add_block(self, file, name, f, g, left, right):
        """A kernel block into a checkpoint, a tile of it at a time."""
        n, m = (next(iter(h.values()))[0].shape[0] for h in (f, g))
        same, tile = f is g, self.tile
        K = torch.empty(n, self.p, m, self.p, dtype=torch.float64)
        for a in range(0, n, tile):
            one = {key: [t[a:a + tile] for t in parts] for key, parts in f.items()}
            for b in range(0, a + 1 if same else m, tile):
                two = one if same and b == a else {key: [t[b:b + tile] for t in parts] for key, parts in g.items()}
                block = self._gram(one, two, left, right)
                K[a:a + tile, :, b:b + tile] = 0.5 * (block + block.permute(2, 3, 0, 1)) if two is one else block
                if same and b < a:
                    K[b:b + tile, :, a:a + tile] = block.permute(2, 3, 0, 1)
        file.add(name, K.view(n * self.p, m * self.p).numpy(), self.numpy_type)

    def _gradient(self):
        """The gradient of the loss over all training examples, as the optimizer would get it for the next step."""
        x, y = self.all
        n, total = _count(x), [torch.zeros_like(p) for p in self.parameters]
        with self._undisturbed():
            for first in range(0, n, n if self.joint else self.chunk):
                cut = slice(first, n if self.joint else min(n, first + self.chunk))
                piece = _take(x, cut)
                if self.loss.function is None:               # a loss that was named: its derivative at the outputs, pulled back
                    u = self._forward(piece)
                    t = _Loss(self.loss.name, y[cut], self.shape, self.type, self.device)
                    value = t.value(u, None)
                else:
                    value = self.loss.function(_apply(self.model, _to(piece, self.device)), y[cut].to(self.device))
                part = _count(piece) / n if not self.loss.sum else 1.0
                grads = torch.autograd.grad(value * part, self.parameters, allow_unused=True)
                for t, g in zip(total, grads):
                    if g is not None:
                        t += g
        return total

    # ---- checks before anything is recorded

    def _find_layers(self, trained):
        owners, layers, names = {}, [], set()
        for module in self.model.modules():
            for p in module._parameters.values():
                if p is not None:
                    owners.setdefault(id(p), []).append(module)
        taken = set()
        for path, module in self.model.named_modules():
            own = [(k, p) for k, p in module._parameters.items() if p is not None and id(p) in trained and id(p) not in taken]
            if not own:
                continue
            taken.update(id(p) for _, p in own)
            name = base = re.sub(r"[^A-Za-z0-9._-]", "_", path) or "model"
            i = 1
            while name in names:
                i += 1
                name = f"{base}-{i}"
            names.add(name)
            layers.append(_Layer(name, module, [k for k, _ in own], [p for _, p in own], any(len(owners[id(p)]) > 1 for _, p in own)))
        return layers

    def _refuse(self, what, reason):
        if what in self.allow:
            if what not in self.setting:
                self.setting.append(what)
            return
        raise Refused(f"{reason} (allow=[{what!r}] records anyway and declares it in the manifest)")

    def _refuse_modes(self):
        if any(p._backward_hooks for p in self.parameters):
            self._refuse("gradient-hooks", "a parameter has a gradient hook (register_hook), which may change the gradient of every row and of every step; "
                         "remove it")
        for name, m in self.model.named_modules():
            where = name or type(m).__name__
            if isinstance(m, nn.modules.batchnorm._BatchNorm) and (m.training or m.running_mean is None):
                self._refuse("batch-norm", f"{where}: BatchNorm in training mode: outputs depend on the other samples of the batch and there is no "
                             "Jacobian of one example; call eval() on it, or use LayerNorm or GroupNorm")
                self.joint = True
            p = getattr(m, "p", 0) if isinstance(m, nn.modules.dropout._DropoutNd) else getattr(m, "dropout", 0)
            if m.training and isinstance(p, (int, float)) and p > 0:
                self._refuse("dropout", f"{where}: dropout is active: every forward pass is of another network; set its p to 0, or call eval() on it")

    def _look(self):
        """Shape of one example's outputs; refuses outputs that change when repeated or depend on other samples."""
        n = min(self.n, 3)
        x = _to(_take(self.x_S, slice(0, n)), self.device)
        eps = torch.finfo(self.type).eps
        self.buffers = [(m._buffers, key) for m in self.model.modules() for key, b in m._buffers.items() if b is not None]
        calls, handles = {layer.name: [] for layer in self.layers}, []

        def hook_of(name):
            def hook(module, inputs, output):
                fits = inputs and isinstance(inputs[0], torch.Tensor) and isinstance(output, torch.Tensor)
                calls[name].append((tuple(inputs[0].shape), tuple(output.shape)) if fits else None)
            return hook
        with self._undisturbed(), torch.no_grad():
            before = [owner[key].clone() for owner, key in self.buffers]
            try:
                handles = [layer.module.register_forward_hook(hook_of(layer.name)) for layer in self.layers]
                u = _apply(self.model, x)
            finally:
                for h in handles:
                    h.remove()
            moving = [at for at, old in zip(self.buffers, before) if not torch.equal(at[0][at[1]], old)]       # running means, counters
            if not isinstance(u, torch.Tensor) or u.shape[:1] != (n,):
                found = tuple(u.shape) if isinstance(u, torch.Tensor) else type(u).__name__
                raise Refused(f"the model: found outputs {found} for {n} examples, expected a tensor whose first dimension is the examples")
            if u.dtype != self.type:
                raise Refused(f"the model: found outputs of {u.dtype} with parameters of {self.type} (autocast?), expected the same type")
            self.activations = sum(math.prod(c[1]) for cs in calls.values() for c in cs if c) / n
            size = float(u.abs().max())
            again = _apply(self.model, x)
            if float((again - u).abs().max()) > 1e3 * eps * size:
                if "dropout" not in self.setting:
                    self._refuse("random-forward", "a forward pass that is repeated differs: the model draws random numbers (functional dropout, noise)")
            elif n > 1 and not self.joint:
                order = torch.arange(n - 1, -1, -1)
                other = _take(x, torch.cat([torch.zeros(1, dtype=torch.long), order[:-1]]).to(self.device))
                pair = _take(x, torch.zeros(n, dtype=torch.long).to(self.device))
                for y in (other, pair):
                    difference = float((_apply(self.model, y)[0] - u[0]).abs().max())
                    if difference > 1e3 * eps * size:
                        self._refuse("dependent-samples", f"outputs depend on other samples: the first example's changed by {difference:.1e} when the "
                                     "others did")
                        self.joint = True
        self.buffers = moving
        for layer in self.layers:
            layer.classify(calls[layer.name], n)
        self.shape = tuple(u.shape[1:])
        return self.shape

    def _choose_strategies(self):
        """Hooks where they are right. On two samples and two random combinations of the outputs they are compared with gradients that know nothing of
        layers."""
        random = "random-forward" in self.setting or "dropout" in self.setting
        if self.strategy == "rows" or self.joint or random:
            for layer in self.layers:
                layer.plain("rows")
        elif self.strategy == "hooks":
            for layer in self.layers:
                if not layer.hooked:
                    self._refuse("shared-modules", f"{layer.name}: hooks would be wrong: {layer.reason}; use strategy='auto'")
        x = _to(_take(self.x_S, slice(0, min(2, self.n))), self.device)
        tolerance = 2e-3 if self.type == torch.float32 else 1e-9
        if random:                                           # two evaluations never agree
            return
        seeds = torch.from_numpy(np.random.default_rng(3).standard_normal((2, self.p_all))).to(self.device, self.type)
        with self._undisturbed():
            try:
                if not self._forward(x).requires_grad:
                    raise Refused("the model: its outputs do not depend on the parameters that the optimizer moves, as far as autograd sees")
                _, rows = self._by_rows(x, self.layers, seeds=seeds)
            except Refused:
                raise
            except RuntimeError as e:
                raise Refused(f"the model: torch.autograd.grad of its outputs failed: {e}") from e
            try:                                             # not every operation can be differentiated for several outputs at once
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    _, again = self._by_rows(x, self.layers, True, seeds)
                self.batched = all(float((a - J).norm()) <= tolerance * float(J.norm()) for a, J in zip(again, rows))
                del again
            except RuntimeError:
                pass
            found = self._hooked(x, seeds)[1] if any(layer.hooked for layer in self.layers) else {}
        whole = math.sqrt(sum(float(J.norm()) ** 2 for J in rows))
        for layer, J in zip(self.layers, rows):
            if not layer.hooked:
                continue
            error = float((layer.rows(found[layer.name]) - J).norm())
            if error > tolerance * float(J.norm()) + 1e-6 * tolerance * whole:
                if self.strategy == "hooks":
                    self._refuse("shared-modules", f"{layer.name}: hooks would be silently wrong, by {error / max(float(J.norm()), 1e-300):.1e} on two "
                                 "samples: its parameters are used elsewhere, too; use strategy='auto'")
                else:
                    layer.plain("hooks were wrong on two samples, so its parameters are used elsewhere, too")

    def _forecast(self, memory, chunk):
        """Bytes that recording will hold, told before the first checkpoint; the chunk is the largest that keeps to it."""
        if memory is None:
            if self.device.type == "cuda":
                memory = torch.cuda.mem_get_info(self.device)[0] // 2
            else:
                try:
                    with open("/proc/meminfo", encoding="ascii") as f:
                        memory = next(int(line.split()[1]) * 512 for line in f if line.startswith("MemAvailable"))
                except (OSError, StopIteration):
                    memory = 2 << 30
        item, stored = torch.finfo(self.type).bits // 8, np.dtype(self.numpy_type).itemsize
        p, N, M = self.p, self.n * self.p, self.m * self.p
        numbers = sum(layer.numbers(p) for layer in self.layers)
        scattered = max((layer.size for layer in self.layers if layer.kind == "positions"), default=0)
        held = self.D * item * (4 if self.midpoints else 1) + (4 * self.D * 8 if self.opt.adam else 0)
        if not all(layer.hooked for layer in self.layers):
            held += 2 * p * self.D * item
        working = item * (6 * self.activations + sum(layer.numbers(p) * (1 if layer.kind == "dense" else 2) for layer in self.layers))
        count = {"jacobians": (self.n + self.m) * p * self.D, "factors": (self.n + self.m) * numbers, "kernels": N * N + M * N + M * M}[self.store]
        per_file = count * stored * (2 if self.midpoints else 1)
        if self.store == "kernels":
            tiles = memory // 8
            while self.tile > 1 and self._tile_bytes(self.tile) > tiles:
                self.tile //= 2
            held += (self.n + self.m) * numbers * item * (3 if self.midpoints else 2) + (8 + stored % 8) * max(N * N, M * M, M * N)
            held += self._tile_bytes(min(self.tile, max(self.n, self.m)))
            per_file *= 2
        elif self.store == "jacobians":
            working += p * (self.D * (item + (stored if self.dtype != self.type else 0)) + scattered * item)
        if self.joint:
            chunk = max(self.n, self.m)
        if chunk is None:
            chunk, free = 0, memory - held
            for bit in reversed(range(13)):
                if (chunk + (1 << bit)) * working <= free:
                    chunk += 1 << bit
        chunk = int(min(max(chunk, 0), max(self.n, self.m)))
        total = int(max(held + max(1, chunk) * working, 10 * self.D * item))        # or what _choose_strategies took
        result = {"bytes held": int(held), "bytes per example": int(working), "examples at a time": chunk, "bytes in all": total,
                  "bytes per checkpoint": int(per_file)}
        if chunk < 1 or total > memory:
            raise Refused(f"memory: recording needs {total / 1e6:.4g} MB ({held / 1e6:.4g} MB held, {working / 1e6:.4g} MB per example; "
                          f"{10 * self.D * item / 1e6:.4g} MB to compare strategies before), "
                          f"found {memory / 1e6:.4g} MB; record fewer examples or outputs, store='factors', or raise memory=")
        return result

    def _tile_bytes(self, tile):
        """What forming one tile of K takes, of that many examples on each side: the largest layer's share, and the tile itself."""
        p, most = self.p, 0
        for layer in self.layers:
            if not self.opt.adam and layer.by_pairs(p):
                T = layer.positions
                each = (T + 1 if T > 1 else 1) * (tile * p) ** 2 + 4 * tile * layer.numbers(p)
            else:
                each = (tile * p) ** 2 + tile * (4 if self.opt.adam and layer.kind == "columns" else 2) * p * layer.size + 2 * tile * layer.numbers(p)
            most = max(most, each)
        return 8 * (most + 2 * (tile * p) ** 2)

    # ---- manifest

    def _write_targets(self, test_targets):
        tensors = {}
        if not self.custom:
            tensors["y_S"] = self.loss.y
            if test_targets is not None:
                candidates = _Loss._candidates(test_targets, self.p_all)
                if self.loss.name not in candidates:
                    raise Refused(f"test_targets: found shape {tuple(test_targets.shape)} and type {test_targets.dtype}, which are not for {self.loss.name}")
                tensors["y_Q"] = candidates[self.loss.name][0]
        self.targets_sum = None
        if tensors:
            file = _Safetensors(self.folder.path, 4)
            for name, t in tensors.items():
                file.add(name, _numpy(t))
            self.targets_sum, _ = file.finish(os.path.join(self.folder.path, "targets.safetensors"))

    def _write_manifest(self):
        batch = self.batch_size or self.first_batch
        text = {"recorder": WRITER, "framework": f"torch {torch.__version__}", "device": str(self.device), "store": self.store,
                "strategy": "; ".join(f"{layer.name}: {layer.reason}" for layer in self.layers),
                "schedule": str(self.adaptive) if self.adaptive else f"every {self.every}" if self.every else "fixed"}
        if self.loss.factor != 1:
            text["lossFactor"] = repr(self.loss.factor)
        if self.fired:
            text["fired"] = "; ".join(self.fired)
        if self.store != "kernels":
            text["layers"] = ", ".join(f"{layer.name}={layer.size}" for layer in self.layers)
        manifest = {"format": "kernel-flow-run", "version": 2 if self.store == "factors" else 1, "loss": "custom" if self.custom else self.loss.name,
                    "reduction": "sum" if self.loss.sum else "mean", "train": self.n, "test": self.m, "outputs": self.p}
        if self.store != "kernels":
            manifest["parameters"] = self.D
        if self.store == "factors":
            manifest["layers"] = [layer.entry() for layer in self.layers]
        manifest["optimizer"] = self.opt.manifest(self.first_rate, batch if batch and batch < _count(self.all[0]) else None)
        if self.targets_sum:
            manifest.update(targets="targets.safetensors", targetsSha256=self.targets_sum)
        if self.setting or self.declared:
            manifest["setting"] = [*self.setting, *self.declared]
        manifest["checkpoints"] = self.entries
        manifest["metadata"] = {**self.extra, **text}
        path, file = _temporary(self.folder.path)
        file.write(json.dumps(manifest, indent=1, allow_nan=False).encode("utf-8"))
        _replace(path, file, os.path.join(self.folder.path, "run.json"))
