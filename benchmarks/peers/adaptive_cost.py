"""What the tests of Adaptive add to a training step with examples/pytorch/kernelflow_record.py: tests that never fire beside a fixed schedule, in pairs.

    python3 benchmarks/peers/adaptive_cost.py [PAIRS]

One thread, GELU 128,128, n = 200, p = 10. The table is in docs/schedules.md.
"""
import os
import statistics
import sys
import tempfile
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "pytorch"))
from kernelflow_record import Adaptive, JacobianRecorder  # noqa: E402

STEPS, EXAMPLES, OUTPUTS, WIDTH, NEVER = 40, 200, 10, 128, 1e9


def median_step(schedule):
    torch.manual_seed(0)
    x, y, x_test = torch.randn(EXAMPLES, 64), torch.randint(0, OUTPUTS, (EXAMPLES,)), torch.randn(50, 64)
    model = torch.nn.Sequential(torch.nn.Linear(64, WIDTH), torch.nn.GELU(), torch.nn.Linear(WIDTH, WIDTH), torch.nn.GELU(),
                                torch.nn.Linear(WIDTH, OUTPUTS))
    optimizer, loss = torch.optim.SGD(model.parameters(), lr=1e-3), torch.nn.CrossEntropyLoss()
    times = []
    with tempfile.TemporaryDirectory() as folder:
        with JacobianRecorder(model, loss, optimizer, x, y, x_test, os.path.join(folder, "run"), schedule=schedule, store="factors") as recorder:
            for _ in range(STEPS):
                start = time.perf_counter()
                optimizer.zero_grad()
                loss(model(x), y).backward()
                with recorder.step():
                    optimizer.step()
                times.append(time.perf_counter() - start)
    return statistics.median(times[2:])


torch.set_num_threads(1)
pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
for what, kernel in (("all tests, every step", NEVER), ("without kernel", None)):
    ratios = sorted(median_step(Adaptive(linearity=NEVER, gradient=NEVER, kernel=kernel)) / median_step([0]) - 1 for _ in range(pairs))
    print(f"{what}: {ratios[pairs // 2]:.2f} [{ratios[pairs // 4]:.2f}, {ratios[3 * pairs // 4]:.2f}] times a step is added")
