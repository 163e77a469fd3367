"""Forward values and gradients of PyTorch for the ops of @aumento/nn whose formula is subtle, as a fixture of its tests.

    python tools/oracles/torch_ops.py

Operands are made by a formula that the test repeats, so that only results are stored. The loss is the sum of the output
times weights of the same formula.
"""
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "nn" / "test" / "fixtures" / "torch-ops.json"


def operand(shape, seed):
    """Numbers in (-1, 1): frac(sin) noise, computed in float64 and rounded once."""
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    noise = np.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453
    return torch.tensor(((noise - np.floor(noise)) * 2 - 1).astype(np.float32).reshape(shape), requires_grad=True)


def padded(x, pads, value=0.0):
    top, left, bottom, right = pads
    return F.pad(x, (left, right, top, bottom), value=value)


CASES = {
    "conv2d, stride 2, asymmetric pads": (
        [(2, 3, 7, 6), (4, 3, 3, 3), (4,)],
        lambda x, w, b: F.conv2d(padded(x, (0, 1, 1, 2)), w, b, stride=2),
    ),
    "conv2d, dilated groups": (
        [(1, 4, 8, 7), (6, 2, 3, 2)],
        lambda x, w: F.conv2d(x, w, dilation=(2, 3), padding=(2, 1), groups=2),
    ),
    "conv2dInputGradient, transposed convolution": (
        [(2, 4, 3, 4), (4, 3, 3, 3)],
        lambda dy, w: F.conv_transpose2d(dy, w, stride=2, padding=1, output_padding=(1, 0)),
    ),
    "maxPool2d, overlap and pads": (
        [(1, 2, 7, 7)],
        lambda x: F.max_pool2d(x, 3, stride=2, padding=1),
    ),
    "averagePool2d, pads counted": (
        [(1, 2, 6, 5)],
        lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=True),
    ),
    "averagePool2d, pads not counted": (
        [(1, 2, 6, 5)],
        lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False),
    ),
    "batchNormalizationTraining": (
        [(4, 3, 2, 2), (3,), (3,)],
        lambda x, scale, offset: F.batch_norm(x, None, None, scale, offset, training=True, eps=1e-3),
    ),
    "softmaxCrossEntropy": (
        [(5, 4)],
        lambda z: F.cross_entropy(z * 30, torch.tensor([0, 3, 1, 2, 2]), reduction="none"),
    ),
    "sigmoidCrossEntropy": (
        [(6,), (6,)],
        lambda z, t: F.binary_cross_entropy_with_logits(z * 60, torch.sigmoid(t), reduction="none"),
    ),
    "softplus": ([(7,)], lambda x: F.softplus(x * 80, threshold=200)),
    "logSoftmax, first axis": ([(3, 4)], lambda x: F.log_softmax(x * 50, dim=0)),
}

result = {}
for name, (shapes, build) in CASES.items():
    operands = [operand(shape, seed) for seed, shape in enumerate(shapes)]
    output = build(*operands)
    (output * operand(tuple(output.shape), 99).detach()).sum().backward()
    rounded = lambda tensor: [float(f"{value:.7g}") for value in tensor.detach().flatten().tolist()]
    result[name] = {
        "operands": [list(shape) for shape in shapes],
        "shape": list(output.shape),
        "output": rounded(output),
        "gradients": [rounded(x.grad) for x in operands],
    }
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(result, separators=(",", ":")) + "\n")
print(f"{len(result)} cases, {OUT.stat().st_size} bytes, torch {torch.__version__}")
