"""A plain PyTorch training on 60 small images that saves its weights now and then; weights.json beside it says what it saved.

    python3 train_and_save.py weights && kernelflow import weights --map weights.json --out run && kernelflow analyze run --out report
"""
import sys

import numpy as np
import torch
from torch import nn

folder, dtype, kind = sys.argv[1], *(sys.argv[2:] + ["float64", "dense"][len(sys.argv) - 2:])
torch.manual_seed(0)
torch.set_default_dtype(getattr(torch, dtype))
rng = np.random.default_rng(0)

# Two classes of 6 x 6 images, bars and columns with noise; one label in five is wrong.
n, m, labels = 60, 30, rng.integers(0, 2, 90)
x = 0.6 * rng.standard_normal((90, 1, 6, 6))
for i in range(90):
    x[i, 0, rng.integers(0, 6), :] += 1.5 * labels[i]
    x[i, 0, :, rng.integers(0, 6)] += 1.5 * (1 - labels[i])
y = 2.0 * labels[:, None] - 1
clean, noisy = y[:n].copy(), rng.random(n) < 0.2
y[:n][noisy] *= -1

if kind == "dense":
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
else:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.Conv2d(4, 4, 3, stride=2, padding=1), nn.GELU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(4, 1))
x_train, x_test = torch.tensor(x[:n]).to(model[-1].weight), torch.tensor(x[n:]).to(model[-1].weight)
y_train = torch.tensor(y[:n]).to(x_train)
optimizer, loss = torch.optim.SGD(model.parameters(), lr=0.01), nn.MSELoss()

np.savez(f"{folder}/data.npz", x_train=x_train, x_test=x_test, y_train=y_train, y_test=y[n:], clean=clean, noisy=noisy)
for step in range(201):
    if step in (0, 1, 2, 3, 5, 8, 12, 18, 26, 36, 50, 70, 95, 120, 150, 200):
        torch.save(model.state_dict(), f"{folder}/weights-{step}.pt")
    optimizer.zero_grad()
    loss(model(x_train), y_train).backward()
    optimizer.step()
