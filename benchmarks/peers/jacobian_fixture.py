"""Makes tests/Networks.Tests/Fixtures/pytorch.json: weights, outputs, Jacobians, losses and gradients of small networks, and weights after a few
steps of each optimizer, as PyTorch's autograd and torch.optim compute them in float64. Needs python3-torch and python3-numpy.

    python3 jacobian_fixture.py ../../tests/Networks.Tests/Fixtures/pytorch.json
"""
import json
import sys

import torch

SIDE, EXAMPLES, OUTPUTS = 6, 4, 3
torch.set_default_dtype(torch.float64)


def network(layers, activation, outputs):
    """layers: as LayerSpec writes them, "conv:2:3,5"."""
    act = {"tanh": torch.nn.Tanh, "gelu": torch.nn.GELU, "relu": torch.nn.ReLU}[activation]
    modules, side, channels, size = [], SIDE, 1, SIDE * SIDE
    for spec in layers.split(","):
        parts = spec.split(":")
        if parts[0] == "conv":
            if not modules:
                modules.append(torch.nn.Unflatten(1, (1, SIDE, SIDE)))
            out, kernel, stride = int(parts[1]), int(parts[2]), int(parts[3]) if len(parts) > 3 else 1
            modules += [torch.nn.Conv2d(channels, out, kernel, stride), act()]
            side, channels = (side - kernel) // stride + 1, out
            size = channels * side * side
        else:
            if modules and isinstance(modules[-2], torch.nn.Conv2d):
                modules.append(torch.nn.Flatten())
            modules += [torch.nn.Linear(size, int(parts[0])), act()]
            size = int(parts[0])
    if isinstance(modules[-2], torch.nn.Conv2d):
        modules.append(torch.nn.Flatten())
    return torch.nn.Sequential(*modules, torch.nn.Linear(size, outputs))


def loss_of(kind, u, y):
    if kind == "squared":
        return ((u - y) ** 2).sum() / (2 * len(u))
    if kind == "logistic":
        return torch.nn.functional.softplus(-y * u).mean()
    return torch.nn.functional.cross_entropy(u, y)


def targets(kind, outputs):
    if kind == "squared":
        return torch.randn(EXAMPLES, outputs)
    if kind == "logistic":
        return torch.where(torch.randn(EXAMPLES, 1) > 0, 1.0, -1.0)
    return torch.eye(outputs)[torch.randint(outputs, (EXAMPLES,))]


def flat(tensors):
    return torch.cat([t.detach().reshape(-1) for t in tensors]).tolist()


def jacobian_case(layers, activation, loss):
    outputs = 1 if loss == "logistic" else OUTPUTS
    net, x, y = network(layers, activation, outputs), 2 * torch.randn(EXAMPLES, SIDE * SIDE), targets(loss, outputs)
    parameters, u = list(net.parameters()), net(x)
    rows = [flat(torch.autograd.grad(v, parameters, retain_graph=True)) for v in u.reshape(-1)]
    value = loss_of(loss, u, y)
    return {"layers": layers, "activation": activation, "loss": loss, "outputs": outputs, "x": flat([x]), "y": flat([y]), "w": flat(parameters), "u": flat([u]),
            "value": value.item(), "gradient": flat(torch.autograd.grad(value, parameters)), "jacobian": [v for row in rows for v in row]}


def optimizer_case(name, steps, make):
    net, x, y = network("5", "tanh", OUTPUTS), torch.randn(EXAMPLES, SIDE * SIDE), targets("squared", OUTPUTS)
    start, optimizer = flat(net.parameters()), make(net.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of("squared", net(x), y).backward()
        optimizer.step()
    return {"optimizer": name, "steps": steps, "layers": "5", "x": flat([x]), "y": flat([y]), "start": start, "end": flat(net.parameters())}


def main():
    torch.manual_seed(0)
    networks = [("5", "tanh", "squared"), ("6,5", "gelu", "softmax-cross-entropy"), ("6,5", "relu", "logistic"), ("conv:2:3", "tanh", "softmax-cross-entropy"),
                ("conv:2:3,conv:3:2:2", "gelu", "squared"), ("conv:2:3:2,4", "relu", "softmax-cross-entropy"), ("conv:2:2,5", "gelu", "logistic")]
    optimizers = [("gradient-descent", 20, lambda p: torch.optim.SGD(p, lr=0.1)), ("momentum", 20, lambda p: torch.optim.SGD(p, lr=0.03, momentum=0.8)),
                  ("adam", 20, lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-6))]
    fixture = {"provenance": "PyTorch " + torch.__version__ + ", float64, benchmarks/peers/jacobian_fixture.py", "side": SIDE, "examples": EXAMPLES,
               "networks": [jacobian_case(*n) for n in networks], "optimizers": [optimizer_case(*o) for o in optimizers]}
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(fixture, file, separators=(",", ":"))
        file.write("\n")


main()
