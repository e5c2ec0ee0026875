"""Models for FactorsOfPyTorchTests.cs: pytorch_factors.py RECORDER OUT records one step of each as factors, and writes beside each run the Jacobians of the
last weights as autograd alone has them, row by row and in float64: NAME.J_S and NAME.J_Q, raw float64 numbers."""
import copy
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[1])))
sys.dont_write_bytecode = True
import torch
from torch import nn
from torch.nn import functional as F
from kernelflow_record import JacobianRecorder

torch.set_num_threads(1)
N, M = 7, 4


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm, self.second, self.last = nn.Linear(4, 5), nn.LayerNorm(5), nn.Linear(5, 5, bias=False), nn.Linear(5, 2)

    def forward(self, x):
        h = self.first(x)
        h = h + F.gelu(self.second(self.norm(h)))
        return self.last(h + torch.tanh(h))


class Shared(nn.Module):
    """One layer called twice, and the embedding as the output's weight."""

    def __init__(self):
        super().__init__()
        self.embed, self.twice = nn.Embedding(6, 4), nn.Linear(4, 4)

    def forward(self, x):
        h = torch.tanh(self.twice(torch.tanh(self.twice(self.embed(x))))).mean(1)
        return F.linear(h, self.embed.weight)[:, :3]


class Sequence(nn.Module):
    """Linear layers on every position, attention between them, and a convolution along the sequence."""

    def __init__(self):
        super().__init__()
        self.embed, self.query, self.value = nn.Embedding(6, 4, padding_idx=0), nn.Linear(4, 4), nn.Linear(4, 4)
        self.conv, self.last = nn.Conv1d(4, 3, 3, stride=2, padding=1, dilation=1), nn.Linear(3, 2)

    def forward(self, x):
        h = self.embed(x)
        h = torch.softmax(self.query(h) @ h.transpose(1, 2), 2) @ self.value(h)
        return self.last(F.gelu(self.conv(h.transpose(1, 2))).mean(2))


MODELS = {
    "dense": lambda: nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 5, bias=False), nn.Tanh(), nn.Linear(5, 1)),
    "conv": lambda: nn.Sequential(nn.Conv2d(2, 3, 3, stride=2, padding=1), nn.Tanh(), nn.Conv2d(3, 4, 2, bias=False), nn.Tanh(), nn.Flatten(), nn.Linear(4, 2)),
    "dilated": lambda: nn.Sequential(nn.Conv2d(2, 3, (2, 3), dilation=(1, 2), padding=(0, 2)), nn.GELU(), nn.Flatten(), nn.Linear(36, 2)),
    "gelu": lambda: nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.Linear(6, 2)),
    "relu": lambda: nn.Sequential(nn.Linear(4, 6), nn.ReLU(inplace=True), nn.Linear(6, 2)),
    "layer-norm": lambda: nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.Tanh(), nn.Linear(6, 2)),
    "embedding": lambda: nn.Sequential(nn.Embedding(6, 4), nn.Flatten(), nn.Linear(20, 4), nn.Tanh(), nn.Linear(4, 2)),
    "shared": Shared, "residual": Residual, "sequence": Sequence,
    "multi-output": lambda: nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 9)),
}


def exact(model, x):
    model = copy.deepcopy(model).double()
    q, rows = list(model.parameters()), []
    for i in range(len(x)):
        for v in model(x[i:i + 1].double() if x.is_floating_point() else x[i:i + 1]).reshape(-1):
            rows.append(torch.cat([g.reshape(-1) for g in torch.autograd.grad(v, q, retain_graph=True)]))
    return torch.stack(rows).detach().numpy()


for number, (name, make) in enumerate(MODELS.items()):
    for dtype, bits in ((torch.float32, 32), (torch.float64, 64)):
        torch.manual_seed(number)
        model = make().to(dtype)
        tokens = name in ("embedding", "shared", "sequence")
        shape = (2, 4, 4) if name in ("conv", "dilated") else (4,)
        x, z = (torch.randint(0, 6, (k, 5)) if tokens else torch.randn(k, *shape, dtype=dtype) for k in (N, M))
        y = torch.randn(model(x).shape, dtype=dtype)
        optimizer, loss = torch.optim.SGD(model.parameters(), lr=0.01), nn.MSELoss()
        run = os.path.join(sys.argv[2], f"{name}-{bits}")
        recorder = JacobianRecorder(model, loss, optimizer, x, y, z, run, store="factors", chunk=(1, 3, N)[(number + bits // 32) % 3])
        loss(model(x), y).backward()
        with recorder.step():
            optimizer.step()
        recorder.close()
        exact(model, x).tofile(run + ".J_S")
        exact(model, z).tofile(run + ".J_Q")
