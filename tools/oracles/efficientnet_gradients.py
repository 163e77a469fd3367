"""PyTorch's outputs and gradients of the last blocks of EfficientNet-Lite0, as a fixture of @aumento/nn's tests.

    python tools/oracles/efficientnet_gradients.py ../shared/models/efficientnet-lite0.onnx

The graph is run in PyTorch from the ONNX file's own tensors, on its running statistics. The loss is the mean of the
squared logits.
"""
import json
import re
import sys

import torch

from onnx_in_torch import gradients, here, pixels, summary

N, SIDE, FROM = 2, 224, 13


def unfrozen(name):
    if name.startswith(("head.", "classifier.")):
        return not name.endswith(("running_mean", "running_var"))
    block = re.match(r"blocks\.(\d+)\.", name)
    return bool(block) and int(block[1]) >= FROM and not name.endswith(("running_mean", "running_var"))


pictures = torch.tensor(pixels(N, SIDE, SIDE)).permute(0, 3, 1, 2)
values, loss, flows = gradients(sys.argv[1], (pictures.float() - 127) / 128, "logits", unfrozen)
fixture = {
    "pictures": [N, SIDE, SIDE, 3],
    "from": f"blocks.{FROM}",
    "logits": summary(values["logits"]),
    "features": summary(values["features"]),
    "loss": float(f"{loss.item():.9g}"),
    "gradients": {name: summary(flow) for name, flow in flows.items()},
}
out = here("packages", "nn", "test", "fixtures", "efficientnet-lite0.json")
out.write_text(json.dumps(fixture, indent=1) + "\n")
print(f"{out.name}: {len(flows)} gradients, loss {loss.item()}")
