"""Small trainings for PyTorchTests.cs, recorded by examples/pytorch/kernelflow_record.py: pytorch_trainings.py RECORDER OUT writes runs and results.json.
With a third argument it records one long training until it is ended."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[1])))
sys.dont_write_bytecode = True
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
import kernelflow_record as k
from kernelflow_record import Adaptive, JacobianRecorder, Refused, geometric

torch.set_num_threads(1)
OUT, RESULTS = sys.argv[2], {"refusals": {}, "errors": {}, "facts": {}}


class Residual(nn.Module):
    """A weight used twice, an embedding and its transpose as the output, a residual connection, LayerNorm, a linear layer on a sequence."""

    def __init__(self):
        super().__init__()
        self.embed, self.mix, self.norm, self.twice = nn.Embedding(6, 4), nn.Linear(4, 4), nn.LayerNorm(4), nn.Linear(4, 4)
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, x):
        h = self.embed(x)
        h = h + self.scale * F.gelu(self.mix(self.norm(h)))
        h = self.twice(torch.tanh(self.twice(h))).mean(1)
        return F.linear(h, self.embed.weight)[:, :3]


def dense(p=1, act=nn.Tanh):
    return nn.Sequential(nn.Linear(4, 6), act(), nn.Linear(6, 5), act(), nn.Linear(5, p))


def conv(p=2):
    return nn.Sequential(nn.Conv2d(2, 3, 3, stride=2, padding=1), nn.GELU(), nn.Flatten(), nn.LayerNorm(12), nn.Linear(12, p))


def data(model, p, classes=False, shape=(4,), n=8, m=5, dtype=torch.float64):
    torch.manual_seed(3)
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()                # one seed, one model: what is stored makes the only difference
    for q in model.parameters():
        if q.dim() > 1:
            nn.init.xavier_normal_(q)
    model.to(dtype)
    tokens = isinstance(model, Residual)
    x = torch.randint(0, 6, (n, 5)) if tokens else torch.randn(n, *shape, dtype=dtype)
    z = torch.randint(0, 6, (m, 5)) if tokens else torch.randn(m, *shape, dtype=dtype)
    y = torch.randint(0, p, (n,)) if classes else torch.randn(n, p, dtype=dtype)
    return x, y, z


def train(name, model, loss, make, steps, p=1, classes=False, shape=(4,), dtype=torch.float64, batches=None, tile=None, **options):
    x, y, z = data(model, p, classes, shape, dtype=dtype)
    optimizer = make(model.parameters())
    recorder = JacobianRecorder(model, loss, optimizer, x, y, z, os.path.join(OUT, name), **options)
    recorder.tile = tile or recorder.tile                    # examples on a side of what is multiplied at once: results do not depend on it
    for step in range(steps):
        batch = None if batches is None else batches[step]
        optimizer.zero_grad()
        loss(model(x if batch is None else x[batch]), y if batch is None else y[batch]).backward()
        with recorder.step(batch):
            optimizer.step()
    recorder.close()
    return recorder, model, x, z


def sgd(**o):
    return lambda q: torch.optim.SGD(q, **o)


def read(path):
    with open(path, "rb") as f:
        body = f.read()
    length = int.from_bytes(body[:8], "little")
    types = {"F32": np.float32, "F64": np.float64, "I64": np.int64}
    header = json.loads(body[8:8 + length])
    return {n: np.frombuffer(body[8 + length:][e["data_offsets"][0]:e["data_offsets"][1]], types[e["dtype"]]).reshape(e["shape"]) for n, e in header.items()}


def exact(model, x):
    """Row by row, by autograd alone; columns as the model lists its parameters."""
    q, rows = list(model.parameters()), []
    for i in range(len(x)):
        u = model(x[i:i + 1]).reshape(-1)
        rows.append(torch.stack([torch.cat([g.reshape(-1) for g in torch.autograd.grad(v, q, retain_graph=True)]) for v in u]))
    return torch.stack(rows).detach().double().numpy()


def distance(a, b):
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def last(name):
    folder = os.path.join(OUT, name)
    return read(os.path.join(folder, sorted(f for f in os.listdir(folder) if f.startswith("checkpoint-"))[-1]))


def refuse(name, model, loss=nn.MSELoss(), make=sgd(lr=0.1), p=1, shape=(4,), **options):
    x, y, z = data(model, p, shape=shape, dtype=options.pop("model_type", torch.float64))
    folder = os.path.join(OUT, "refused-" + name)
    try:
        JacobianRecorder(model, loss, make(model.parameters()), x, y, z, folder, **options)
        RESULTS["refusals"][name] = "recorded"
    except (Refused, ValueError) as e:
        RESULTS["refusals"][name] = str(e) + (" AND LEFT A FOLDER" if os.path.exists(folder) else "")


class Lambda(nn.Module):
    def __init__(self, f, layer=None):
        super().__init__()
        self.layer, self.f = layer or nn.Linear(4, 1), f

    def forward(self, x):
        return self.f(self.layer, x)


class Blocked(torch.autograd.Function):
    """Its derivative fails, as some operations' do."""

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        raise RuntimeError("no derivative here")


def undisturbed():
    """Running means, counters, random numbers and gradients are afterwards what they were: bit by bit."""
    norm = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 1))
    instance = nn.Sequential(nn.Unflatten(1, (2, 2)), nn.InstanceNorm1d(2, affine=True, track_running_stats=True), nn.Flatten(), nn.Linear(4, 1))
    for name, model, allow in (("batch-norm", norm, ["batch-norm"]), ("instance-norm", instance, [])):
        x, y, z = data(model, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        nn.MSELoss()(model(x), y).backward()
        before = [t.clone() for t in (*model.state_dict().values(), *(q.grad for q in model.parameters()), torch.random.get_rng_state())]
        recorder = JacobianRecorder(model, nn.MSELoss(), optimizer, x, y, z, os.path.join(OUT, "undisturbed-" + name), allow=allow)
        for _ in range(2):
            with recorder.step():
                pass
        recorder.close()
        after = [*model.state_dict().values(), *(q.grad for q in model.parameters()), torch.random.get_rng_state()]
        RESULTS["facts"]["changed by recording " + name] = sum(not torch.equal(a, b) for a, b in zip(before, after))


def modes():
    """Attached in evaluation mode, trained in training mode: what was right at the start is not at the next checkpoint."""
    model = nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.5), nn.Linear(6, 1)).eval()
    x, y, z = data(model, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder = JacobianRecorder(model, nn.MSELoss(), optimizer, x, y, z, os.path.join(OUT, "modes"))
    with recorder.step():
        pass
    model.train()
    try:
        with recorder.step():
            pass
    except Refused as e:
        RESULTS["refusals"]["modes"] = str(e)


def devices():
    """Everything that is computed on the model's device, on one that is not the CPU's and has no values: a tensor on another device is an error there."""
    for name, model, p, options in (("dense", dense(3), 3, {}), ("conv", conv(), 2, {"shape": (2, 4, 4)}), ("residual", Residual(), 3, {}),
                                    ("rows", dense(3), 3, {"strategy": "rows"})):
        shape, strategy = options.get("shape", (4,)), options.get("strategy", "auto")
        x, y, z = data(model, p, shape=shape)
        recorder = JacobianRecorder(model, nn.MSELoss(), torch.optim.Adam(model.parameters()), x, y, z, os.path.join(OUT, "meta-" + name), store="kernels",
                                    strategy=strategy)
        u, f = recorder._factors(x)
        moved = {}
        for module in model.modules():
            for key, q in module._parameters.items():
                if q is not None:
                    module._parameters[key] = moved.setdefault(q, nn.Parameter(q.detach().to("meta")))
        for layer in recorder.layers:
            layer.parameters = [moved[q] for q in layer.parameters]
        recorder.parameters = [moved[q] for q in recorder.parameters]
        recorder.device, recorder.seeds = torch.device("meta"), recorder.seeds.to("meta")
        v, g = recorder._factors(x)
        root = torch.ones(recorder.D, dtype=torch.float64, device="meta")
        found = [v, recorder._gram(g, g), recorder._gram(g, g, root, root), *recorder.loss.derivatives(v, y.to("meta")), *recorder._collect(x)[1]["0" if 
                 name != "residual" else "mix"]]
        for layer in recorder.layers:
            found += [*g[layer.name], layer.rows(g[layer.name]), layer.times(g[layer.name], torch.ones(layer.size, dtype=torch.float64, device="meta"))]
            same = [a.shape == b.shape for a, b in zip(f[layer.name], g[layer.name])]
            assert all(same), (name, layer.name, same)
        RESULTS["facts"][f"devices of {name}"] = sorted({str(t.device) for t in found})
        recorder.closed = True
        recorder.folder.release()


def rule():
    """What the recorder in C# must have, too."""
    a = Adaptive(probes=16, vectors=3)
    RESULTS["facts"].update({"default rule": str(Adaptive()), "probe examples": [a.examples(n) for n in (1, 2, 16, 23, 1001)],
                             "probe vectors": a.signs(50).reshape(-1).tolist()})
    for name, value in (("every", 0), ("max_checkpoints", 1), ("linearity", 0), ("max_seconds", float("nan")), ("probes", 1.5)):
        try:
            Adaptive(**{name: value})
            RESULTS["refusals"]["rule " + name] = "made"
        except ValueError as e:
            RESULTS["refusals"]["rule " + name] = str(e)


def example(page):
    """The page's own lines, as they are printed."""
    text = open(page, encoding="utf-8").read()
    code = text.split("```python\n")[1].split("```")[0]
    model = dense(2)
    x, y, x_test = data(model, 2)
    here = os.getcwd()
    os.chdir(OUT)
    try:
        exec(compile(code, page, "exec"), {"model": model, "loss": nn.MSELoss(), "optimizer": torch.optim.SGD(model.parameters(), lr=0.01), "x": x, "y": y,
                                           "x_test": x_test})
    finally:
        os.chdir(here)


def main():
    undisturbed()
    modes()
    devices()
    rule()
    example(os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), "..", "..", "docs", "recording-pytorch.md"))
    adam, adamw = lambda q: torch.optim.Adam(q, lr=0.01), lambda q: torch.optim.AdamW(q, lr=0.01)
    train("tanh", dense(), nn.MSELoss(), sgd(lr=0.05), 12, midpoints=True)
    train("relu", dense(2, lambda: nn.ReLU(inplace=True)), nn.MSELoss(reduction="sum"), sgd(lr=0.002), 12, p=2, midpoints=True)
    train("conv", conv(), nn.MSELoss(), sgd(lr=0.002), 12, p=2, shape=(2, 4, 4), midpoints=True)
    train("softmax", dense(3), nn.CrossEntropyLoss(), sgd(lr=0.1), 12, p=3, classes=True, midpoints=True)
    train("momentum", dense(2), nn.MSELoss(), sgd(lr=0.02, momentum=0.9, dampening=0.1, weight_decay=0.01), 12, p=2, midpoints=True)
    train("nesterov", dense(2), nn.MSELoss(), sgd(lr=0.02, momentum=0.9, nesterov=True), 12, p=2, midpoints=True)
    train("adam", dense(3), nn.CrossEntropyLoss(), adam, 12, p=3, classes=True, midpoints=True)
    train("adamw", dense(3), nn.CrossEntropyLoss(), adamw, 12, p=3, classes=True, midpoints=True)
    batches = [torch.randperm(8)[:4] for _ in range(12)]
    train("batches", dense(2), nn.MSELoss(), sgd(lr=0.05), 12, p=2, midpoints=True, batches=batches)
    train("kernels", dense(3), nn.CrossEntropyLoss(), sgd(lr=0.1), 12, p=3, classes=True, midpoints=True, store="kernels", chunk=3)
    train("softmax-factors", dense(3), nn.CrossEntropyLoss(), sgd(lr=0.1), 12, p=3, classes=True, midpoints=True, store="factors", chunk=3)
    train("adam-factors", dense(3), nn.CrossEntropyLoss(), adam, 12, p=3, classes=True, midpoints=True, store="factors")
    train("adam-kernels", dense(3), nn.CrossEntropyLoss(), adam, 12, p=3, classes=True, midpoints=True, store="kernels", tile=3)
    train("conv-kernels", conv(), nn.MSELoss(), sgd(lr=0.002), 12, p=2, shape=(2, 4, 4), midpoints=True, store="kernels", chunk=3)
    train("conv-factors", conv(), nn.MSELoss(), sgd(lr=0.002), 12, p=2, shape=(2, 4, 4), midpoints=True, store="factors")
    train("float32", dense(2), nn.MSELoss(), sgd(lr=0.05), 6, p=2, dtype=torch.float32)
    train("geometric", dense(), nn.MSELoss(), sgd(lr=0.02), 60, schedule=geometric(60, 12))
    adaptive, *_ = train("adaptive", dense(), nn.MSELoss(), sgd(lr=0.02), 60, schedule=Adaptive(linearity=0.02, gradient=0.1, kernel=0.05))
    RESULTS["facts"]["adaptive checkpoints"], RESULTS["facts"]["adaptive fired"] = len(adaptive.entries), len(adaptive.fired)
    train("declared", nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.5), nn.Linear(6, 1)), nn.MSELoss(), sgd(lr=0.05), 4, allow=["dropout"])
    train("part", dense(3), nn.CrossEntropyLoss(), sgd(lr=0.1), 4, p=3, classes=True, train_examples=[0, 2, 5], test_examples=[1, 3], outputs=[0, 2])

    for name, make, options in (("dense", lambda: dense(3), {"p": 3}), ("conv", conv, {"p": 2, "shape": (2, 4, 4)}), ("residual", Residual, {"p": 3})):
        for dtype, bits in ((torch.float64, 64), (torch.float32, 32)):
            for chunk in (8, 3):
                for strategy in ("auto", "rows"):
                    run = f"exact-{name}-{bits}-{chunk}-{strategy}"
                    _, model, x, z = train(run, make(), nn.MSELoss(), sgd(lr=0.01), 1, dtype=dtype, chunk=chunk, strategy=strategy, **options)
                    c = last(run)
                    RESULTS["errors"][run] = [bits, max(distance(c["J_S"], exact(model, x)), distance(c["J_Q"], exact(model, z)))]
        run = f"exact-{name}-kernels"
        _, model, x, z = train(run, make(), nn.MSELoss(), sgd(lr=0.01), 1, chunk=3, tile=3, store="kernels", **options)
        S, Q, c = exact(model, x), exact(model, z), last(run)
        S, Q = S.reshape(-1, S.shape[2]), Q.reshape(-1, Q.shape[2])
        RESULTS["errors"][run] = [64, max(distance(c["K_SS"], S @ S.T), distance(c["K_QS"], Q @ S.T), distance(c["K_QQ"], Q @ Q.T))]
    # With Adam the recursion needs more than neighbouring kernels, so their analyses differ: the blocks are compared with J M J^T themselves.
    at = [read(os.path.join(OUT, "adam", f"checkpoint-{i:06d}.safetensors")) for i in (3, 4)]
    K = read(os.path.join(OUT, "adam-kernels", "checkpoint-000003.safetensors"))
    (S, Sn), (Q, Qn) = ([c["J_" + part].reshape(len(c["U_" + part]) * 3, -1) * np.sqrt(c["preconditioner"]) for c in at] for part in "SQ")
    mid = at[0]["J_Q_mid"].reshape(Q.shape) * np.sqrt(at[0]["preconditioner"])
    RESULTS["errors"]["exact-adam-kernels"] = [64, max(distance(K["K_SS"], S @ S.T), distance(K["K_QS"], Q @ S.T), distance(K["K_QQ"], Q @ Q.T), distance(
        K["K_SS_next"], Sn @ S.T), distance(K["K_QS_next"], Qn @ S.T), distance(K["K_SQ_next"], Sn @ Q.T), distance(K["K_QQ_next"], Qn @ Q.T), distance(
            K["K_QS_mid"], mid @ S.T))]
    with open(os.path.join(OUT, "exact-residual-64-8-auto", "run.json"), encoding="utf-8") as f:
        RESULTS["facts"]["strategy"] = json.load(f)["metadata"]["strategy"]

    # Between checkpoints: no hook, and no tensor.
    model = dense()
    x, y, z = data(model, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder = JacobianRecorder(model, nn.MSELoss(), optimizer, x, y, z, os.path.join(OUT, "quiet"), schedule=[0, 3])
    made = []

    class Counting(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, f, types, args=(), kwargs=None):
            made.append(str(f))
            return f(*args, **(kwargs or {}))
    for step in range(5):
        with Counting():
            with recorder.step():
                pass
        RESULTS["facts"][f"operations in step {step}"], made = len(made), []
    RESULTS["facts"]["hooks left"] = sum(len(m._forward_hooks) for m in model.modules())
    recorder.close()

    norm = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Linear(6, 1))
    refuse("batch-norm", norm)
    refuse("dropout", nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.5), nn.Linear(6, 1)))
    refuse("random-forward", Lambda(lambda layer, x: F.dropout(layer(x), 0.5)))
    refuse("dependent-samples", Lambda(lambda layer, x: layer(x) - layer(x).mean()))
    refuse("called-twice", Residual(), p=3, strategy="hooks")
    refuse("used-elsewhere", Lambda(lambda layer, x: layer(x) * layer.weight.sum()), strategy="hooks")
    refuse("memory", dense(), memory=1000)
    refuse("half", dense(), model_type=torch.bfloat16, loss=nn.MSELoss())
    refuse("maximize", dense(), make=lambda q: torch.optim.SGD(q, lr=0.1, maximize=True))
    refuse("loss", dense(), loss=lambda u, y: ((u - y) ** 2).mean() ** 2)
    refuse("other-parameters", dense(), make=lambda q: torch.optim.SGD([*q, nn.Parameter(torch.ones(2))], lr=0.1))
    refuse("midpoints", dense(), midpoints=True, schedule=5)
    refuse("autocast", Lambda(lambda layer, x: layer(x).bfloat16()))
    refuse("detached", Lambda(lambda layer, x: layer(x).detach()))
    refuse("parallel", nn.DataParallel(dense()))
    refuse("compiled", type("OptimizedModule", (Lambda,), {})(lambda layer, x: layer(x)))
    refuse("no-autograd", Lambda(lambda layer, x: Blocked.apply(layer(x))))
    refuse("examples", dense(), train_examples=[0, 0])
    hooked = dense()
    hooked[0].weight.register_hook(lambda g: g.clamp(-1, 1))
    refuse("gradient-hooks", hooked)
    folder, model = os.path.join(OUT, "tanh"), dense()
    x, y, z = data(model, 1)
    try:
        JacobianRecorder(model, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.1), x, y, z, folder)
    except Refused as e:
        RESULTS["refusals"]["earlier"] = str(e)
    with open(os.path.join(OUT, "results.json"), "w", encoding="utf-8") as f:
        json.dump(RESULTS, f)


def endless():
    model = dense()
    x, y, z = data(model, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    recorder = JacobianRecorder(model, nn.MSELoss(), optimizer, x, y, z, OUT, store=sys.argv[3])
    for step in range(100000):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        with recorder.step():
            optimizer.step()
        print(step, flush=True)


endless() if len(sys.argv) > 3 else main()
