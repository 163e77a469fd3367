"""Losses of Keras for the training runs of packages/nn/test/fixtures/keras-training-cases.json.

Weights, pictures and labels come from an integer hash that the test computes as well, so that only the losses are
kept: python tools/oracles/keras_training.py writes keras-training.json beside the cases.
"""

import json
import os
import pathlib
import re

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import keras
import numpy as np
from keras import layers

FIXTURES = pathlib.Path(__file__).parents[2] / "packages/nn/test/fixtures"


def draws(stream, count):
    """Numbers in [0, 1) with 24 bits: the finalizer of MurmurHash3 over stream * 0x9E3779B1 + index."""
    x = np.uint32(stream * 0x9E3779B1 & 0xFFFFFFFF) + np.arange(count, dtype=np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return (x >> np.uint32(8)).astype(np.float64) / 2**24


def course(classes):
    for filters in (16, 32, 64):
        yield layers.Conv2D(filters, 3, padding="same", activation="relu")
        yield layers.MaxPooling2D()
    yield layers.Flatten()
    yield layers.Dense(128, activation="relu")
    yield layers.Dense(classes, activation="softmax")


def normalized(classes):
    yield layers.Conv2D(6, (5, 3), strides=2, padding="same", use_bias=False)
    yield layers.BatchNormalization(momentum=0.9)
    yield layers.LeakyReLU(negative_slope=0.1)
    yield layers.AveragePooling2D(3, strides=2, padding="same")
    yield layers.Conv2D(8, 2, dilation_rate=2, activation="tanh")
    yield layers.BatchNormalization()
    yield layers.Activation("leaky_relu")
    yield layers.MaxPooling2D(2, strides=1, padding="same")
    yield layers.GlobalAveragePooling2D()
    yield layers.Dense(7, use_bias=False)
    yield layers.BatchNormalization(scale=False)
    yield layers.Dense(classes, activation="sigmoid")


def enlarging(classes):
    yield layers.ZeroPadding2D(((1, 0), (0, 2)))
    yield layers.Conv2DTranspose(6, 4, strides=2, padding="same", use_bias=False)
    yield layers.BatchNormalization()
    yield layers.LeakyReLU(negative_slope=0.2)
    yield layers.Conv2DTranspose(4, (3, 2), strides=(2, 3))
    yield layers.UpSampling2D(2, interpolation="bilinear")
    yield layers.Conv2D(4, 4, strides=2, padding="same", activation="relu")
    yield layers.UpSampling2D((1, 2))
    yield layers.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1, activation="tanh")
    yield layers.AveragePooling2D(6)
    yield layers.Reshape((-1,))
    yield layers.Dense(24, activation="leaky_relu")
    yield layers.Reshape((2, 3, -1))
    yield layers.Conv2DTranspose(2, 2, activation="sigmoid")
    yield layers.Reshape((-1, 2, 2))
    yield layers.Flatten()
    yield layers.Dense(classes)


def start(model):
    for stream, weight in enumerate(model.weights):
        shape = tuple(weight.shape)
        values = 2 * draws(stream, int(np.prod(shape))) - 1
        if len(shape) > 1:
            field = int(np.prod(shape[:-2]))
            values *= np.sqrt(6 / (field * (shape[-2] + shape[-1])))
        else:
            values *= 0.1
            if weight.path.endswith(("gamma", "moving_variance")):
                values += 1
        weight.assign(values.reshape(shape).astype("float32"))


def optimizer(config):
    config = dict(config)
    make = getattr(keras.optimizers, config.pop("className"))
    values = {key: value if isinstance(value, bool) else float(value) for key, value in config.items()}
    return make(**{re.sub("([A-Z0-9])", r"_\1", key).lower(): value for key, value in values.items()})


def run(case):
    classes = case["classes"]
    network = {"course": course, "normalized": normalized, "enlarging": enlarging}[case["network"]]
    model = keras.Sequential([layers.Input(case["inputShape"]), layers.Rescaling(1 / 255), *network(classes)])
    start(model)
    model.compile(optimizer(case["optimizer"]), case["loss"])
    n = case["batch"]
    size = n * int(np.prod(case["inputShape"]))
    losses = []
    for step in range(case["steps"]):
        x = np.floor(256 * draws(1000 + step, size)).reshape(n, *case["inputShape"]).astype("float32")
        labels = np.floor(max(classes, 2) * draws(2000 + step, n)).astype("int32")
        y = labels
        if case["loss"] == "categorical_crossentropy":
            y = np.eye(classes, dtype="float32")[labels]
        if case["loss"] == "binary_crossentropy":
            y = labels.astype("float32").reshape(n, 1)
        if case["loss"] == "mean_squared_error":
            y = draws(2000 + step, n * classes).reshape(n, classes).astype("float32")
        model.reset_metrics()
        losses.append(float(model.train_on_batch(x, y)))
    model.reset_metrics()
    # The last batch once more, as the trained model predicts: it tells the running statistics.
    return {"losses": losses, "evaluated": float(model.test_on_batch(x, y))}


cases = json.loads((FIXTURES / "keras-training-cases.json").read_text())
values = {name: run(case) for name, case in cases.items()}
(FIXTURES / "keras-training.json").write_text(json.dumps(values, indent=1) + "\n")
print(json.dumps(values, indent=1))
