"""Put a trained multilayer network to use: ONNX Runtime on one thread, float32 or int8.

The graph is written layer by layer with ``onnx.helper``, which needs no tracing and gives the same
graph for every strategy. All float32 networks run on the same runtime, so that times of use compare
strategies and not libraries. int8 is ONNX Runtime's dynamic quantization (weights int8, activations
quantized as they come).
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from costlaw.lab.networks.multilayer import linear_layers
from costlaw.lab.strategies.strategy import Floats

OPSET = 17


def graph_of(network: Any) -> onnx.ModelProto:
    """Return a sequence of linear layers and ReLUs as an ONNX graph."""
    nodes, stored, flowing = [], [], "inputs"
    for number, module in enumerate(network):
        if isinstance(module, nn.ReLU):
            nodes.append(helper.make_node("Relu", [flowing], [f"h{number}"]))
        else:
            weight = module.weight.detach().float().numpy().T.copy()
            stored.append(numpy_helper.from_array(weight, f"w{number}"))
            nodes.append(helper.make_node("MatMul", [flowing, f"w{number}"], [f"p{number}"]))
            flowing = f"p{number}"
            if module.bias is None:
                continue
            bias = module.bias.detach().float().numpy()
            stored.append(numpy_helper.from_array(bias, f"b{number}"))
            nodes.append(helper.make_node("Add", [flowing, f"b{number}"], [f"h{number}"]))
        flowing = f"h{number}"
    nodes[-1].output[0] = "scores"
    layers = linear_layers(network)
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
        with _quietly():
            quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True)
        graph = small.read_bytes()
    return session_of(graph), len(graph)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep the quantizer's advice on pre-processing, meant for other graphs, off the screen."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
