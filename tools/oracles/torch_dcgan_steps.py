"""Losses of the first steps of a small DCGAN in PyTorch, as a fixture of the GAN's tests.

    python tools/oracles/torch_dcgan_steps.py

Networks as @aumento/nn's dcgan({ size: 32, filters: 4, latent: 8 }) makes them. Weights, latent vectors and pictures are
made by a formula that the test repeats, so that only results are stored.
"""
import json
import pathlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "nn" / "test" / "fixtures" / "torch-dcgan-steps.json"
LATENT, FILTERS, BATCH, STEPS = 8, 4, 6, 5


def numbers(shape, seed, scale=1.0):
    """Numbers in (-scale, scale): frac(sin) noise, computed in float64 and rounded once."""
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    noise = np.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453
    return torch.tensor(((noise - np.floor(noise)) * 2 - 1).astype(np.float32).reshape(shape)) * np.float32(scale)


class Generator(nn.Module):
    def __init__(self, upsampling):
        super().__init__()
        self.dense = nn.Linear(LATENT, 16 * 4 * FILTERS, bias=False)
        widths = [4 * FILTERS, 2 * FILTERS, FILTERS, 3]
        self.norms = nn.ModuleList([nn.BatchNorm2d(width) for width in widths[:-1]])
        self.transposed = upsampling == "transposed"
        self.ups = nn.ModuleList([
            nn.ConvTranspose2d(a, b, 4, 2, 1, bias=b == 3) if self.transposed else nn.Conv2d(a, b, 3, padding=1, bias=b == 3)
            for a, b in zip(widths, widths[1:])
        ])

    def forward(self, z):
        x = self.dense(z).view(-1, 4, 4, 4 * FILTERS).permute(0, 3, 1, 2)
        for norm, up in zip(self.norms, self.ups):
            x = F.relu(norm(x))
            x = up(x if self.transposed else F.interpolate(x, scale_factor=2, mode="nearest"))
        return torch.tanh(x)

    def weights(self):
        """Parameters in the order of @aumento/nn's layers; the dense kernel transposed."""
        yield self.dense.weight.T
        for norm, up in zip(self.norms, self.ups):
            yield from (norm.weight, norm.bias, up.weight)
            if up.bias is not None:
                yield up.bias


class Discriminator(nn.Module):
    def __init__(self, classes):
        super().__init__()
        widths = [3, FILTERS, 2 * FILTERS, 4 * FILTERS]
        self.downs = nn.ModuleList([nn.Conv2d(a, b, 4, 2, 1, bias=False) for a, b in zip(widths, widths[1:])])
        self.norms = nn.ModuleList([nn.BatchNorm2d(width) for width in widths[2:]])
        self.dense = nn.Linear(16 * 4 * FILTERS, max(1, classes))

    def forward(self, x):
        for i, down in enumerate(self.downs):
            x = down(x)
            x = F.leaky_relu(x if i == 0 else self.norms[i - 1](x), 0.2)
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))

    def weights(self):
        for i, down in enumerate(self.downs):
            yield down.weight
            if i > 0:
                yield from (self.norms[i - 1].weight, self.norms[i - 1].bias)
        yield self.dense.weight.T
        yield self.dense.bias


def fill(network, first):
    with torch.no_grad():
        for i, weight in enumerate(network.weights()):
            # Scales of batch normalization lie around 1, all else around 0.
            values = numbers(weight.shape, first + i, 0.1)
            is_scale = any(weight is norm.weight for norm in network.norms)
            weight.copy_(values + 1 if is_scale else values)


CASES = {
    "nonSaturating, smoothed labels": dict(loss="nonSaturating", smoothing=0.1, upsampling="transposed", classes=0),
    "minimax": dict(loss="minimax", smoothing=0.0, upsampling="nearest", classes=0),
    "hinge, classes": dict(loss="hinge", smoothing=0.0, upsampling="transposed", classes=2),
}


def run(loss, smoothing, upsampling, classes):
    generator, discriminator = Generator(upsampling), Discriminator(classes)
    if classes:
        generator.dense = nn.Linear(LATENT + classes, 16 * 4 * FILTERS, bias=False)
    fill(generator, 100)
    fill(discriminator, 200)
    g_step, d_step = (torch.optim.Adam(n.parameters(), 2e-3, (0.5, 0.999)) for n in (generator, discriminator))
    labels = torch.arange(BATCH) % max(1, classes)
    rows = F.one_hot(labels, max(1, classes)).float()
    logits = lambda x: (discriminator(x) * rows).sum(1)
    steps = []
    for step in range(STEPS):
        z = numbers((BATCH, LATENT), 300 + step, 2.0)
        bytes_ = torch.floor((numbers((BATCH, 32, 32, 3), 400 + step) + 1) * 128)
        # Pictures with a bright half, so that there is something to tell.
        bytes_[:, :16] = torch.floor(bytes_[:, :16] / 4) + 180
        real = (bytes_ / 127.5 - 1).permute(0, 3, 1, 2)
        made = generator(torch.cat([z, rows], 1) if classes else z)
        r, f = logits(real), logits(made.detach())
        if loss == "hinge":
            d_loss = F.relu(1 - r).mean() + F.relu(1 + f).mean()
        else:
            bce = F.binary_cross_entropy_with_logits
            d_loss = bce(r, torch.full_like(r, 1 - smoothing)) + bce(f, torch.zeros_like(f))
        d_step.zero_grad()
        d_loss.backward()
        d_step.step()
        f2 = logits(made)
        g_loss = {
            "hinge": lambda: -f2.mean(),
            "minimax": lambda: -F.softplus(f2).mean(),
            "nonSaturating": lambda: F.softplus(-f2).mean(),
        }[loss]()
        g_step.zero_grad()
        g_loss.backward()
        g_step.step()
        steps.append([d_loss.item(), g_loss.item(), torch.sigmoid(r).mean().item(), torch.sigmoid(f).mean().item()])
    return steps


torch.set_num_threads(1)
results = {name: {**case, "steps": run(**case)} for name, case in CASES.items()}
OUT.write_text(json.dumps(results, indent=1) + "\n")
print(json.dumps(results, indent=1))
