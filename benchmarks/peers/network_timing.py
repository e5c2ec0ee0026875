"""Training steps and Jacobians beside PyTorch: the same networks, one thread each, float64, in turn (this process waits while the other computes).

    dotnet build -c Release ../NetworkTiming
    python3 network_timing.py ../NetworkTiming/bin/Release/net10.0/KernelFlow.NetworkTiming.dll [--backend managed|openblas] [--rounds 5] [--seconds 0.5]

Needs python3-torch. Prints, per network, the median over rounds and the median of the paired ratios (this toolkit's time / PyTorch's; below 1 is faster).
PyTorch's Jacobian is the faster of its two ways, measured each time: batched autograd (is_grads_batched, 200 rows at a time) and functorch (vmap of jacrev).
"""
import blas_core

blas_core.configure()

import argparse  # noqa: E402
import os  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import time  # noqa: E402

os.environ["OMP_NUM_THREADS"] = "1"
import functorch  # noqa: E402
import torch  # noqa: E402

INPUTS = 64
CASES = [("32", "tanh", 100, 3), ("32,32", "tanh", 100, 3), ("128", "tanh", 100, 3), ("128,128", "tanh", 100, 3), ("32,32", "gelu", 100, 3), ("128,128", "gelu", 100, 3),
         ("conv:32:3,conv:32:3:2", "gelu", 60, 3), ("conv:128:3,conv:128:3:2", "gelu", 20, 3)]


def network(layers, activation, outputs):
    act = {"tanh": torch.nn.Tanh, "gelu": torch.nn.GELU}[activation]
    modules, side, channels, size = [], 8, 1, INPUTS
    for spec in layers.split(","):
        parts = spec.split(":")
        if parts[0] == "conv":
            if not modules:
                modules.append(torch.nn.Unflatten(1, (1, 8, 8)))
            out, kernel, stride = int(parts[1]), int(parts[2]), int(parts[3]) if len(parts) > 3 else 1
            modules += [torch.nn.Conv2d(channels, out, kernel, stride), act()]
            side, channels = (side - kernel) // stride + 1, out
            size = channels * side * side
        else:
            modules += [torch.nn.Linear(size, int(parts[0])), act()]
            size = int(parts[0])
    if channels > 1:
        modules.append(torch.nn.Flatten())
    return torch.nn.Sequential(*modules, torch.nn.Linear(size, outputs))


def functorch_jacobian(net):
    f, parameters = functorch.make_functional(net)
    rows = functorch.vmap(functorch.jacrev(lambda p, x: f(p, x[None])[0]), (None, 0))
    return lambda x: torch.cat([a.reshape(-1, parameter.numel()) for a, parameter in zip(rows(parameters, x), parameters)], 1)


def autograd_jacobian(net, x):
    parameters, u = list(net.parameters()), net(x)
    flat, rows = u.reshape(-1), []
    for i in range(0, len(flat), 200):
        count = min(200, len(flat) - i)
        select = torch.zeros(count, len(flat))
        select[torch.arange(count), i + torch.arange(count)] = 1
        g = torch.autograd.grad(flat, parameters, select, is_grads_batched=True, retain_graph=True)
        rows.append(torch.cat([a.reshape(count, -1) for a in g], 1))
    return torch.cat(rows)


def timed(seconds, action):
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        action()
    times, start = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        action()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def torch_times(layers, activation, examples, outputs, seconds):
    net, x, y = network(layers, activation, outputs), torch.rand(examples, INPUTS) - 0.5, torch.rand(examples, outputs) - 0.5
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)

    def step():
        optimizer.zero_grad()
        (((net(x) - y) ** 2).sum() / (2 * examples)).backward()
        optimizer.step()

    batched = functorch_jacobian(net)
    return timed(seconds, step), min(timed(seconds, lambda: autograd_jacobian(net, x)), timed(seconds, lambda: batched(x)))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("program")
    a.add_argument("--backend", default="managed")
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--seconds", type=float, default=0.5)
    o = a.parse_args()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    other = subprocess.Popen(["dotnet", o.program, o.backend], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    print(f"{other.stdout.readline().strip()}; PyTorch {torch.__version__}; medians of {o.rounds} rounds")
    print(f"{'network':26} {'n':>4} {'step ours':>11} {'PyTorch':>11} {'ratio':>6} {'J ours':>11} {'PyTorch':>11} {'ratio':>6}")
    for case in CASES:
        rounds = []
        for _ in range(o.rounds):
            other.stdin.write(" ".join(map(str, case)) + f" {o.seconds}\n")
            other.stdin.flush()
            rate, ours_jacobian = map(float, other.stdout.readline().split())
            rounds.append((1 / rate, ours_jacobian, *torch_times(*case, o.seconds)))
        step, jac, torch_step, torch_jac = (statistics.median(r[i] for r in rounds) for i in range(4))
        step_ratio, jac_ratio = (statistics.median(r[i] / r[i + 2] for r in rounds) for i in range(2))
        print(f"{case[1] + ' ' + case[0]:26} {case[2]:4} {step * 1e6:8.1f} us {torch_step * 1e6:8.1f} us {step_ratio:6.2f} {jac * 1e3:8.2f} ms {torch_jac * 1e3:8.2f} ms {jac_ratio:6.2f}")
    other.stdin.close()
    other.wait()


main()
