"""Runs ONNX classifiers in PyTorch from the file's own tensors, for their gradients: used by the oracles beside it.

Batch normalization runs on its running statistics. A float initializer is one leaf, an Identity of one is another, as
@aumento/nn imports them.
"""
import pathlib

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper


def pixels(n, height, width):
    """Pictures [n, height, width, 3] of bytes by a formula that the tests repeat."""
    i = np.arange(n * height * width * 3, dtype=np.int64)
    return ((i * 7919 + (i >> 5) * 31) % 256).astype(np.uint8).reshape(n, height, width, 3)


def padded(x, pads, value=0.0):
    top, left, bottom, right = pads
    return F.pad(x, (left, right, top, bottom), value=value)


def run(path, x):
    """Values of all names for an input [n, channels, height, width], and the float leaves by name."""
    model = onnx.load(str(path))
    values, leaves = {}, {}

    def leaf(name, array):
        tensor = torch.tensor(np.array(array))
        if tensor.dtype == torch.float32:
            tensor.requires_grad_()
            leaves[name] = tensor
        values[name] = tensor

    for tensor in model.graph.initializer:
        leaf(tensor.name, numpy_helper.to_array(tensor))
    (source,) = [i.name for i in model.graph.input if i.name not in values]
    values[source] = x
    for node in model.graph.node:
        a = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
        i = [values[name] if name else None for name in node.input]
        op = node.op_type
        if op == "Constant":
            y = torch.tensor(np.array(numpy_helper.to_array(a["value"])))
        elif op == "Identity" and node.input[0] in leaves:
            leaf(node.output[0], i[0].detach().numpy())
            continue
        elif op == "Identity":
            y = i[0]
        elif op == "Conv":
            y = F.conv2d(
                padded(i[0], a.get("pads", [0, 0, 0, 0])),
                *i[1:],
                stride=a.get("strides", [1, 1]),
                dilation=a.get("dilations", [1, 1]),
                groups=a.get("group", 1),
            )
        elif op == "BatchNormalization":
            y = F.batch_norm(i[0], i[3].detach(), i[4].detach(), i[1], i[2], training=False, eps=a.get("epsilon", 1e-5))
        elif op == "Relu":
            y = F.relu(i[0])
        elif op == "Clip":
            y = F.hardtanh(i[0], i[1].item(), i[2].item())
        elif op == "Add":
            y = i[0] + i[1]
        elif op == "GlobalAveragePool":
            y = i[0].mean((2, 3), keepdim=True)
        elif op == "ReduceMean":
            y = i[0].mean(tuple(i[1].tolist()), keepdim=a.get("keepdims", 1) == 1)
        elif op == "MaxPool":
            y = F.max_pool2d(padded(i[0], a["pads"], -torch.inf), a["kernel_shape"], a["strides"])
        elif op in ("Flatten", "Reshape"):
            y = i[0].flatten(1)
        elif op == "Gemm":
            y = F.linear(i[0], i[1] if a.get("transB") else i[1].T, i[2] if len(i) > 2 else None)
        else:
            raise NotImplementedError(op)
        values[node.output[0]] = y
    return values, leaves


def summary(tensor):
    """A tensor in a few numbers: its sum, its length as a vector, and five of its elements, evenly spread."""
    flat = tensor.detach().double().flatten()
    places = [int(i * (len(flat) - 1) / 4 + 0.5) for i in range(5)]
    return {
        "sum": float(f"{flat.sum().item():.9g}"),
        "norm": float(f"{flat.norm().item():.9g}"),
        "elements": [float(f"{flat[place].item():.9g}") for place in places],
    }


def gradients(path, x, output, begins):
    """The mean of the squared outputs, and its gradient for each leaf whose name `begins` accepts."""
    values, leaves = run(path, x)
    loss = (values[output] ** 2).mean()
    chosen = {name: leaf for name, leaf in leaves.items() if begins(name)}
    flows = torch.autograd.grad(loss, list(chosen.values()), allow_unused=True)
    return values, loss, {name: flow for name, flow in zip(chosen, flows) if flow is not None}


def here(*parts):
    return pathlib.Path(__file__).resolve().parents[2].joinpath(*parts)
