"""The trainings of PyTorchTwin.cs by PyTorch: pytorch_twin.py RECORDER CASES OUT records one run per case, from the weights and data in the file of cases."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[1])))
sys.dont_write_bytecode = True
import torch
from torch import nn
from torch.nn import functional as F
from kernelflow_record import JacobianRecorder

torch.set_num_threads(1)
MAKE = {
    "gradient-descent": lambda w: torch.optim.SGD(w, 0.2),
    "momentum": lambda w: torch.optim.SGD(w, 0.05, momentum=0.9),
    "adam": lambda w: torch.optim.Adam(w, 0.003),
}


def squared(u, y):
    return ((u - y) ** 2).sum() / (2 * len(y))


def softmax(u, y):
    return -(y * F.log_softmax(u, 1)).sum() / len(y)


with open(sys.argv[2]) as f:
    cases = json.load(f)
for case in cases:
    loss = softmax if case["loss"] == "softmax" else squared
    x, y, z, targets = (torch.tensor(case[key], dtype=torch.float64) for key in ("x_S", "y_S", "x_Q", "y_Q"))
    model = nn.Sequential(nn.Linear(x.shape[1], case["width"]), nn.Tanh(), nn.Linear(case["width"], y.shape[1])).double()
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), case["weights"]):
            parameter.copy_(torch.tensor(values, dtype=torch.float64).reshape(parameter.shape))
    optimizer = MAKE[case["optimizer"]](model.parameters())
    with JacobianRecorder(model, loss, optimizer, x, y, z, os.path.join(sys.argv[3], case["name"]), schedule=1, midpoints=True,
                          test_targets=targets) as recorder:
        for _ in range(case["steps"]):
            optimizer.zero_grad()
            loss(model(x), y).backward()
            with recorder.step():
                optimizer.step()
