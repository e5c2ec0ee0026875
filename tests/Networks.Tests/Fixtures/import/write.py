#!/usr/bin/python3
"""Writes the files beside it: layers.npz (small networks with weights, inputs, outputs and Jacobians of PyTorch's autograd, float64) and the weights that
examples/pytorch/train_and_save.py saves, with the outputs of two of them. Needs torch; the tests need the files only."""
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))
torch.set_default_dtype(torch.float64)
torch.manual_seed(5)


def jacobian(model, x):
    ps = [p for p in model.parameters()]
    u = model(x).reshape(-1)
    return np.stack([torch.cat([g.reshape(-1) for g in torch.autograd.grad(v, ps, retain_graph=True)]).numpy() for v in u])


image, wide = (2, 5, 4), (9,)
nets = {
    "linear": (wide, nn.Sequential(nn.Linear(9, 5, bias=False), nn.LayerNorm(5, eps=1e-3), nn.SiLU(), nn.Linear(5, 2))),
    "activations": (wide, nn.Sequential(nn.Linear(9, 3), nn.Sigmoid(), nn.Linear(3, 3), nn.Softplus(), nn.Linear(3, 3), nn.ELU(0.7), nn.Linear(3, 3),
                                        nn.LeakyReLU(0.2), nn.Linear(3, 3), nn.GELU(approximate="tanh"), nn.Linear(3, 3), nn.GELU(), nn.Linear(3, 2))),
    "conv": (image, nn.Sequential(nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 1), dilation=(1, 2)), nn.Tanh(), nn.Conv2d(3, 2, 2, bias=False), nn.Flatten(),
                                  nn.Linear(12, 2))),
    "pool": (image, nn.Sequential(nn.Conv2d(2, 3, 2, padding=1), nn.Tanh(), nn.MaxPool2d(3, stride=2, padding=1), nn.AvgPool2d(2, stride=1, padding=1), nn.Flatten(),
                                  nn.Linear(48, 2))),
    "pool-inside": (image, nn.Sequential(nn.Conv2d(2, 2, 1), nn.Tanh(), nn.AvgPool2d((2, 3), stride=2, padding=(1, 1), count_include_pad=False),
                                         nn.AdaptiveAvgPool2d((2, 1)), nn.Flatten(), nn.Linear(4, 2))),
    "layer-norm": (image, nn.Sequential(nn.Conv2d(2, 3, 2), nn.LayerNorm((3, 4, 3)), nn.ReLU(), nn.Flatten(), nn.Linear(36, 2))),
    "group-norm": (image, nn.Sequential(nn.Conv2d(2, 4, 2), nn.GroupNorm(2, 4), nn.Tanh(), nn.Flatten(), nn.Linear(48, 2))),
    "batch-norm": (image, nn.Sequential(nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.Tanh(), nn.Flatten(), nn.Linear(36, 2), nn.BatchNorm1d(2))),
    "unflatten": ((40,), nn.Sequential(nn.Unflatten(1, (2, 5, 4)), nn.Conv2d(2, 2, 3), nn.Tanh(), nn.Flatten(), nn.Linear(12, 2))),
}
arrays = {}
for name, (shape, net) in nets.items():
    for p in net.parameters():
        nn.init.normal_(p, std=0.6)
    for m in net:
        if isinstance(m, nn.modules.batchnorm._BatchNorm):
            m.running_mean.normal_()
            m.running_var.uniform_(0.5, 2)
    net.eval()
    x = torch.randn(2, *shape)
    arrays.update({f"{name}/state/{k}": v.numpy() for k, v in net.state_dict().items()})
    arrays.update({f"{name}/x": x.numpy(), f"{name}/u": net(x).detach().numpy(), f"{name}/J": jacobian(net, x)})
np.savez_compressed(f"{here}/layers.npz", **arrays)

for kind in ("dense", "conv"):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, f"{here}/../../../../examples/pytorch/train_and_save.py", folder, "float64", kind], check=True)
        os.makedirs(f"{here}/{kind}", exist_ok=True)
        data = dict(np.load(f"{folder}/data.npz"))
        small = {k: v[:14 if "train" in k or k in ("clean", "noisy") else 6] for k, v in data.items()}
        np.savez_compressed(f"{here}/{kind}/data.npz", **small)
        for step in (0, 2, 5):
            os.replace(f"{folder}/weights-{step}.pt", f"{here}/{kind}/weights-{step}.pt")
