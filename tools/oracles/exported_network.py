"""A small residual network that PyTorch exports to ONNX, with PyTorch's own gradients, as fixtures of @aumento/nn's tests.

    python tools/oracles/exported_network.py

Every scope, name and form is what torch.onnx.export writes; batch normalization is kept apart from the convolutions.
The loss is the mean of the squared outputs, over running statistics and, for the second set of gradients, over those of
the batch.
"""
import json
import warnings

import numpy as np
import torch
from torch import nn

from onnx_in_torch import here, pixels, summary

warnings.filterwarnings("ignore")
N, SIDE = 3, 8


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, groups=outputs, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=2, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return nn.functional.hardtanh(y + self.downsample(x), 0, 6)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.layers = nn.Sequential(Block(4, 6), Block(6, 8))
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = self.layers(nn.functional.leaky_relu(self.stem(x), 0.1))
        features = torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1)
        return self.fc(features), features


def main():
    torch.manual_seed(3)
    network = Network()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                for tensor in (module.weight, module.bias, module.running_mean):
                    tensor.add_(0.3 * torch.randn_like(tensor))
                module.running_var.uniform_(0.3, 1.5)
    fixtures = here("packages", "nn", "test", "fixtures")
    path = fixtures / "exported-network.onnx"
    network.eval()
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, SIDE, SIDE),),
        str(path),
        dynamo=False,
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
        input_names=["image"],
        output_names=["logits", "features"],
        dynamic_axes={"image": {0: "n"}, "logits": {0: "n"}, "features": {0: "n"}},
    )
    # Order BGR, pixels 0..1, mean and deviation a channel: what the JSON beside the file says.
    mean, std = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]
    preprocessing = {"size": [SIDE, SIDE], "range": [0, 1], "mean": mean, "std": std, "channelOrder": "BGR"}
    path.with_suffix(".json").write_text(json.dumps({"name": "exported-network", "input": preprocessing}) + "\n")
    bgr = pixels(N, SIDE, SIDE)[..., ::-1].astype(np.float32) / 255
    x = torch.tensor(((bgr - np.float32(mean)) / np.float32(std)).transpose(0, 3, 1, 2).copy())
    facts = {"pictures": [N, SIDE, SIDE, 3]}
    for name, training in (("running", False), ("batch", True)):
        network.train(training)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                # PyTorch counts the batch's share where ONNX counts the old statistics'.
                module.momentum = 0.1
        network.zero_grad()
        logits, features = network(x)
        loss = (logits**2).mean()
        loss.backward()
        facts[name] = {
            "loss": loss.item(),
            "logits": summary(logits),
            "features": summary(features),
            "gradients": {key: summary(parameter.grad) for key, parameter in network.named_parameters()},
            "means": {key: summary(buffer) for key, buffer in network.named_buffers() if key.endswith("mean")},
        }
    (fixtures / "exported-network-facts.json").write_text(json.dumps(facts, indent=1) + "\n")


main()
