"""What examples/pytorch/kernelflow_record.py costs: the tables of docs/recording-pytorch.md. Needs torch and numpy, and Linux for `memory` and `steps`.

    OMP_NUM_THREADS=1 python3 benchmarks/PyTorchRecording/measure.py speed|memory|steps|schedules
    python3 benchmarks/PyTorchRecording/measure.py kills --cli kernelflow

speed      a checkpoint beside the same by one backward pass per row of J
memory     the forecast beside the peak of a process that records, for every store and strategy
steps      2000 recorded steps: memory of the process and live tensors
schedules  training with a recorder that has nothing to record, and with Adaptive, beside training alone, in pairs
kills      20 recordings killed at random moments; `kernelflow inspect --verify` opens each
Times are of the processor (one thread), so that other processes matter little; numbers compared are from one process, in turn.
"""
import argparse
import gc
import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "examples", "pytorch"))
sys.dont_write_bytecode = True
import torch  # noqa: E402
from torch import nn  # noqa: E402
from kernelflow_record import Adaptive, JacobianRecorder  # noqa: E402

torch.set_num_threads(1)


def dense(width, p=10, dtype=torch.float64):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, p)).to(dtype)


def conv(p=10, dtype=torch.float64):
    torch.manual_seed(0)
    return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 16, 3, padding=1), nn.GELU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.GELU(),
                         nn.Flatten(), nn.LayerNorm(512), nn.Linear(512, p)).to(dtype)


def data(n, m, dtype=torch.float64):
    torch.manual_seed(1)
    return torch.randn(n, 64, dtype=dtype), torch.randint(0, 10, (n,)), torch.randn(m, 64, dtype=dtype)


def seconds(action):
    begin = time.process_time()
    result = action()
    return time.process_time() - begin, result


def rows_of(model, x, limit):
    """One backward pass for every row of J: in the graph of all examples, as one would write it first. Seconds per row."""
    parameters, u = list(model.parameters()), model(x)
    J = torch.empty(limit, sum(q.numel() for q in parameters), dtype=u.dtype)
    rows = list(itertools.islice(itertools.product(range(len(x)), range(u.shape[1])), limit))

    def run():
        for at, (i, c) in enumerate(rows):
            J[at] = torch.cat([g.reshape(-1) for g in torch.autograd.grad(u[i, c], parameters, retain_graph=True)])
    return seconds(run)[0] / limit, J


class Training:
    """A training in a temporary folder; `step` is what the user writes."""

    def __init__(self, model, n, m, optimizer=torch.optim.SGD, **options):
        self.model, (self.x, self.y, self.z) = model, data(n, m, next(model.parameters()).dtype)
        self.optimizer, self.loss = optimizer(model.parameters(), lr=1e-3), nn.CrossEntropyLoss()
        self.folder, self.options, self.recorder = tempfile.mkdtemp(prefix="kernelflow-measure-"), options, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.recorder is not None:
            self.recorder.close()
        shutil.rmtree(self.folder)

    def record(self):
        self.recorder = JacobianRecorder(self.model, self.loss, self.optimizer, self.x, self.y, self.z, os.path.join(self.folder, "run"), **self.options)
        return self.recorder

    def step(self, recorded=True):
        self.optimizer.zero_grad()
        self.loss(self.model(self.x), self.y).backward()
        if not recorded:
            self.optimizer.step()
            return
        with self.recorder.step():
            self.optimizer.step()

    def checkpoint(self):
        """Seconds of a step with its checkpoint: the median of three, after the first, which has no blocks across yet."""
        self.record()
        return statistics.median([seconds(self.step)[0] for _ in range(4)][1:])

    def size(self):
        folder = os.path.join(self.folder, "run")
        return max(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder) if f.startswith("checkpoint-"))


def speed(_):
    n, m, p = 200, 100, 10
    N, M = n * p, m * p
    entries = N * (N + 1) // 2 + M * N + M * (M + 1) // 2 + (N + M) ** 2               # of the blocks of a checkpoint: its own and those across
    print(f"n = {n}, {m} test examples, {p} outputs (N = {N}, M = {M}), float64, processor seconds of one checkpoint with its files")
    for width, limit in ((128, N), (960, 100)):
        model = dense(width)
        D = sum(q.numel() for q in model.parameters())
        each, J = rows_of(model, data(n, m)[0], limit)
        product = statistics.median(seconds(lambda: J @ J.T)[0] for _ in range(3)) / limit ** 2
        only, blocks = each * (N + M), each * (N + M) + product * entries
        print(f"\nD = {D}: rows of J {only:.4g} s; the blocks from them {blocks:.4g} s (on {limit} rows, scaled)")
        factored = None
        for store, strategy in (("kernels", "auto"), ("kernels", "rows"), ("factors", "auto"), ("jacobians", "auto"), ("jacobians", "rows")):
            if width > 500 and (store == "jacobians" or strategy == "rows"):
                continue                                                              # 24 GB a file
            with Training(model, n, m, store=store, strategy=strategy) as t:
                spent = t.checkpoint()
                t.recorder.close()
                size = t.size()
            beside = blocks if store == "kernels" else only
            factored = size if store == "factors" else factored
            print(f"{store:9} {strategy:5} {spent:8.4g} s, {beside / spent:6.1f} x faster; file {size / 1e6:8.4g} MB")
        print(f"a file of factors is {(N + M) * D * 8 / factored:.4g} x smaller than one of Jacobians")


def status(field):
    with open("/proc/self/status", encoding="ascii") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith(field + ":"))


CASES = {
    "dense jacobians": lambda: (dense(128), 200, 100, {"store": "jacobians"}),
    "dense jacobians in float32": lambda: (dense(128), 200, 100, {"store": "jacobians", "dtype": torch.float32}),
    "dense jacobians by rows": lambda: (dense(128), 200, 100, {"store": "jacobians", "strategy": "rows"}),
    "dense jacobians, midpoints": lambda: (dense(128), 200, 100, {"store": "jacobians", "midpoints": True}),
    "dense factors": lambda: (dense(960), 1000, 500, {"store": "factors"}),
    "dense factors, Adam": lambda: (dense(960), 1000, 500, {"store": "factors", "optimizer": torch.optim.Adam}),
    "dense kernels": lambda: (dense(256), 300, 150, {"store": "kernels"}),
    "dense kernels, midpoints": lambda: (dense(256), 200, 100, {"store": "kernels", "midpoints": True}),
    "dense kernels, Adam": lambda: (dense(128), 100, 50, {"store": "kernels", "optimizer": torch.optim.Adam}),
    "dense kernels by rows": lambda: (dense(64), 50, 25, {"store": "kernels", "strategy": "rows"}),
    "conv jacobians": lambda: (conv(), 200, 100, {"store": "jacobians"}),
    "conv factors": lambda: (conv(), 500, 250, {"store": "factors"}),
    "conv kernels": lambda: (conv(), 100, 50, {"store": "kernels"}),
}


def memory_of(name, limit):
    model, n, m, options = CASES[name]()
    with Training(model, n, m, memory=limit, **options) as t:
        for _ in range(2):
            t.step(recorded=False)
        gc.collect()
        before = status("VmRSS")
        with open("/proc/self/clear_refs", "w", encoding="ascii") as f:
            f.write("5")                                                               # the peak from here on
        t.record()
        for _ in range(2):
            t.step()
        print(t.recorder.forecast["bytes in all"], status("VmHWM") - before, t.recorder.chunk)


def memory(options):
    if options.case:
        return memory_of(options.case, int(options.limit))
    print(f"{'what':28} {'limit':>7} {'forecast':>9} {'peak':>7}  peak/forecast  examples at a time")
    for name in CASES:
        for limit in (150e6, 600e6):
            done = subprocess.run([sys.executable, __file__, "memory", "--case", name, "--limit", str(int(limit))], capture_output=True, text=True,
                                  env={"MALLOC_MMAP_THRESHOLD_": "1000000", **os.environ})      # without what glibc's heap keeps
            if done.returncode:
                print(f"{name:28} {limit / 1e6:7.0f} {done.stderr.strip().splitlines()[-1]}")
                continue
            forecast, peak, chunk = map(int, done.stdout.split())
            print(f"{name:28} {limit / 1e6:7.0f} {forecast / 1e6:9.1f} {peak / 1e6:7.1f}  {peak / forecast:13.2f}  {chunk}", flush=True)


def steps(_):
    warnings.simplefilter("ignore")                                                     # looking at all objects touches deprecated ones
    for store in ("jacobians", "factors", "kernels"):
        with Training(dense(32), 20, 10, store=store) as t:
            t.record()
            print(store)
            for step in range(2001):
                t.step()
                if step in (100, 500, 1000, 1500, 2000):
                    gc.collect()
                    tensors = sum(isinstance(o, torch.Tensor) for o in gc.get_objects())
                    print(f"  step {step:4}: {status('VmRSS') / 1e6:7.1f} MB, {tensors} tensors", flush=True)


def interval(values):
    """Median and the interval that holds it with 95 % (order statistics)."""
    v, n = sorted(values), len(values)
    below = max(0, int(n / 2 - 0.98 * n ** 0.5))
    return statistics.median(v), v[below], v[n - 1 - below]


def schedules(options):
    kinds = {"fixed, between checkpoints": {"schedule": [0, 10 ** 9]},
             "Adaptive(), every step": {"schedule": Adaptive(linearity=1e9, gradient=1e9, kernel=1e9)},
             "Adaptive(kernel=None), every step": {"schedule": Adaptive(linearity=1e9, gradient=1e9, kernel=None)},
             "Adaptive(every=10)": {"schedule": Adaptive(linearity=1e9, gradient=1e9, kernel=1e9, every=10)}}
    for width, n in ((128, 200), (960, 200)):
        for name, schedule in kinds.items():
            fixed = "fixed" in name
            count = 10 if "every=10" in name or fixed and width == 128 else 1
            pairs = options.pairs if fixed else 10
            with Training(dense(width), n, 100, store="factors", **schedule) as t:
                t.record()
                t.step()
                changes = []
                for i in range(pairs):
                    spent = {}
                    for recorded in ((True, False) if i % 2 else (False, True)):
                        spent[recorded] = seconds(lambda: [t.step(recorded) for _ in range(count)])[0]
                    changes.append(100 * (spent[True] / spent[False] - 1))
                middle, low, high = interval(changes)
                D = sum(q.numel() for q in t.model.parameters())
                print(f"D = {D}, n = {n}: {name}: {middle:+.2f} % ({low:+.2f} to {high:+.2f}; {pairs} pairs of {count} steps)", flush=True)


def endless(options):
    with Training(dense(32), 20, 10) as t:
        t.options = {"store": options.case}
        t.folder = options.limit
        t.record()
        print("recording", flush=True)
        while True:
            t.step()


def kills(options):
    chance, opened = random.Random(1), 0
    for i in range(20):
        store, folder = ("jacobians", "factors", "kernels")[i % 3], tempfile.mkdtemp(prefix="kernelflow-kill-")
        process = subprocess.Popen([sys.executable, __file__, "endless", "--case", store, "--limit", folder], stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        while not os.path.exists(os.path.join(folder, "run", "run.json")):
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 1.5))
        process.kill()
        process.wait()
        run = os.path.join(folder, "run")
        left = len([f for f in os.listdir(run) if f.endswith(".part")])
        done = subprocess.run([options.cli, "inspect", run, "--verify"], capture_output=True, text=True)
        opened += done.returncode == 0
        files = len([f for f in os.listdir(run) if f.startswith("checkpoint-")])
        print(f"{i + 1:2} {store:9} {files:4} checkpoints, {left} temporary files: inspect {done.returncode} {done.stderr.strip()[:200]}", flush=True)
        shutil.rmtree(folder)
    print(f"{opened} of 20 open")
    return opened != 20


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "memory", "steps", "schedules", "kills", "endless"], metavar="speed|memory|steps|schedules|kills")
    parser.add_argument("--cli", default="kernelflow")
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--limit", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.exit(globals()[options.what](options) or 0)


main()
