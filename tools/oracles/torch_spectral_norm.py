"""Losses of PyTorch for three layers under spectral normalization, as a fixture of the tests of @aumento/nn.

    python tools/oracles/torch_spectral_norm.py

Weights, vectors and pictures are made by a formula that the test repeats, so that only results are stored. Kernels of
transposed convolutions are normalized as Keras does it, over the axis of their input channels.
"""
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.utils import spectral_norm

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "nn" / "test" / "fixtures" / "torch-spectral-norm.json"


def operand(shape, seed):
    """Numbers in (-1, 1): frac(sin) noise, computed in float64 and rounded once."""
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    noise = np.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453
    return torch.tensor(((noise - np.floor(noise)) * 2 - 1).astype(np.float32).reshape(shape))


conv = torch.nn.Conv2d(3, 4, 4, 2, 1)
up = torch.nn.ConvTranspose2d(4, 3, 4, 2, 1)
last = torch.nn.Linear(3 * 6 * 8, 2)
seed = 0
for layer in (conv, up, last):
    with torch.no_grad():
        layer.weight.copy_(operand(layer.weight.shape, seed))
        layer.bias.copy_(operand(layer.bias.shape, seed + 1))
    # The paper's order, the right vector first; torch.nn.utils.parametrizations has the other one.
    spectral_norm(layer, "weight", n_power_iterations=1, dim=0)
    layer.weight_u.copy_(F.normalize(operand(layer.weight_u.shape, seed + 2), dim=0))
    seed += 3

x, y = operand((5, 3, 6, 8), 20), operand((5, 2), 21)
parameters = [p for layer in (conv, up, last) for p in layer.parameters()]
optimizer = torch.optim.SGD(parameters, 0.1)
losses = []
for step in range(5):
    hidden = torch.tanh(up(F.leaky_relu(conv(x), 0.2)))
    loss = F.mse_loss(last(hidden.permute(0, 2, 3, 1).flatten(1)), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
vectors = [layer.weight_u.tolist() for layer in (conv, up, last)]
OUT.write_text(json.dumps({"losses": losses, "vectors": vectors}) + "\n")
print(losses)
