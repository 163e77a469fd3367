"""Features of pictures with ONNX Runtime for Python, for tools/bench/features.js.

    python onnxruntime_features.py MODEL OUTPUT [--batch N] [--threads T]

Reads a number of batches from each line of standard input, runs that many and answers with the seconds they took.
The input is prepared beforehand: float32, normalized, channels first.
"""
import argparse
import sys
import time

import numpy as np
import onnxruntime as ort

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("output")
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

session_options = ort.SessionOptions()
session_options.intra_op_num_threads = options.threads
# Threads that wait would take the cores from the other side of the comparison.
session_options.add_session_config_entry("session.intra_op.allow_spinning", "1")
session_options.add_session_config_entry("session.force_spinning_stop", "1")
session = ort.InferenceSession(options.model, session_options, providers=["CPUExecutionProvider"])
first = session.get_inputs()[0]
shape = [options.batch, *first.shape[1:]]
pixels = (np.arange(np.prod(shape), dtype=np.int64) * 7919 % 251).astype(np.float32).reshape(shape)
x = (pixels - 127) / 128
session.run([options.output], {first.name: x})
print(f"ready {ort.__version__}", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        session.run([options.output], {first.name: x})
    print(time.perf_counter() - start, flush=True)
