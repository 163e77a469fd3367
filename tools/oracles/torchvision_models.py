"""Exports torchvision's ResNet-18 and MobileNetV2 with random weights to ONNX, and beside each file what PyTorch
computes and how the loss (the mean of the squared logits) falls off along each weight of its last part.

    python tools/oracles/torchvision_models.py FOLDER

Too large to keep: made anew by `tools/check-import.js`, which compares @aumento/nn with them. Both of PyTorch's
exporters are run; the older one also in a way that keeps batch normalization apart from the convolutions.
"""
import json
import pathlib
import sys
import warnings

import torch
import torchvision

from onnx_in_torch import gradients, pixels, summary

warnings.filterwarnings("ignore")
N, SIDE = 2, 64
# Where training begins.
MODELS = {"resnet18": "layer4", "mobilenet_v2": "features.17"}
WAYS = {
    "script": {"dynamo": False, "dynamic_axes": {"image": {0: "n"}, "logits": {0: "n"}}},
    "script-unfolded": {
        "dynamo": False,
        "training": torch.onnx.TrainingMode.PRESERVE,
        "do_constant_folding": False,
    },
    "dynamo": {"dynamo": True, "verbose": False},
}


def random_model(name):
    """Weights and statistics as if trained: running statistics that fit the activations, scales and offsets varied."""
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)(weights=None).train()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
        for _ in range(6):
            model(torch.randn(8, 3, SIDE, SIDE))
    return model.eval()


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    pictures = torch.tensor(pixels(N, SIDE, SIDE)).permute(0, 3, 1, 2).float() / 128 - 1
    for name, start in MODELS.items():
        model = random_model(name)
        for way, options in WAYS.items():
            path = folder / f"{name}-{way}.onnx"
            example = torch.zeros(1, 3, SIDE, SIDE)
            torch.onnx.export(
                model, (example,), str(path), input_names=["image"], output_names=["logits"], **options
            )
            values, loss, flows = gradients(path, pictures, "logits", lambda _: True)
            facts = {
                "file": path.name,
                "pictures": [N, SIDE, SIDE, 3],
                "from": start,
                "logits": summary(values["logits"]),
                "loss": loss.item(),
                "gradients": {key: summary(flow) for key, flow in flows.items()},
            }
            path.with_suffix(".facts.json").write_text(json.dumps(facts))
            print(path.name, loss.item())


main(pathlib.Path(sys.argv[1]))
