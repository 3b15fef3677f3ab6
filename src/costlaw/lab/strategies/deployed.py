"""Put a trained multilayer network to use: ONNX Runtime on one thread, float32 or int8.

The graph is written layer by layer with ``onnx.helper``, which needs no tracing and gives the same
graph for every strategy. All float32 networks run on the same runtime, so that times of use compare
strategies and not libraries. int8 is ONNX Runtime's dynamic quantization (weights int8, activations
quantized as they come).
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from costlaw.lab.networks.multilayer import linear_layers
from costlaw.lab.strategies.strategy import Floats

OPSET = 17


def graph_of(network: Any) -> onnx.ModelProto:
    """Return a multilayer network (linear layers with ReLU between) as an ONNX graph."""
    layers = linear_layers(network)
    nodes, stored, flowing = [], [], "inputs"
    for number, layer in enumerate(layers):
        last = number == len(layers) - 1
        weight = layer.weight.detach().float().numpy().T.copy()
        stored += [
            numpy_helper.from_array(weight, f"w{number}"),
            numpy_helper.from_array(layer.bias.detach().float().numpy(), f"b{number}"),
        ]
        nodes += [helper.make_node("MatMul", [flowing, f"w{number}"], [f"p{number}"]),
                  helper.make_node("Add", [f"p{number}", f"b{number}"],
                                   ["scores" if last else f"s{number}"])]  # fmt: skip
        if not last:
            flowing = f"h{number}"
            nodes.append(helper.make_node("Relu", [f"s{number}"], [flowing]))
    graph = helper.make_graph(
        nodes,
        "multilayer",
        [helper.make_tensor_value_info("inputs", TensorProto.FLOAT, [None, layers[0].in_features])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT,
                                       [None, layers[-1].out_features])],
        initializer=stored,
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    made.ir_version = 10  # one that older runtimes read too
    return made


def session_of(graph: bytes) -> Callable[[Floats], Floats]:
    """Return a function that runs a graph on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def predict(inputs: Floats) -> Floats:
        scores: Floats = session.run(None, {"inputs": np.ascontiguousarray(inputs, np.float32)})[0]
        return scores

    return predict


def deployed(network: Any) -> Callable[[Floats], Floats]:
    """Return a multilayer network as a function in float32."""
    return session_of(graph_of(network).SerializeToString())


def deployed_int8(network: Any) -> tuple[Callable[[Floats], Floats], int]:
    """Return a multilayer network as a function in int8, and the bytes that its graph takes."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole, small = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(graph_of(network), whole)
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True)
        graph = small.read_bytes()
    return session_of(graph), len(graph)
