"""Checks model files with Python's onnx checker and ONNX Runtime: python tools/oracles/check_onnx.py FILE...

Each must pass the full check with shape inference, declare a batch of open size, and run for batches of 1 and 5.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    domains = {opset.domain: opset.version for opset in model.opset_import}
    assert domains == {"": 17}, f"only the standard's operators, opset 17: {domains}"
    shape = [d.dim_param or d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    assert shape[0] == "batch", shape
    props = {p.key: json.loads(p.value) for p in model.metadata_props}
    assert "aumento.model" in props, list(props)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for n in (1, 5):
        x = np.random.default_rng(0).random((n, *shape[1:]), dtype=np.float32)
        (output,) = session.run(["output"], {"input": x})
        assert output.shape[0] == n and np.isfinite(output).all(), output.shape
    print(f"{path}: fine, {shape} to {output.shape[1:]}, metadata {', '.join(props)}")
