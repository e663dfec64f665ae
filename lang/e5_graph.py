"""Compiles the transformer layers into an ONNX graph that computes in 8-bit integers.

Weights are unsigned with zero point 128 (signed ones saturate on machines without VNNI), one step per output.
Activations are quantised row by row, so a sentence's vector does not depend on its batch-mates.
Input ``embeddings`` [batch, length, hidden] (already summed) and ``mask`` int32 [batch, length]; output ``states``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from lang.e5_weights import Weights

_ZERO_POINT = 128
_STEPS = 127.0
_MICROSOFT = "com.microsoft"


def build(weights: Weights) -> bytes:
    """The serialised graph, about 22 MB."""
    graph = _Graph(weights)
    graph.layers()
    return graph.serialize()


class _Graph:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._shape = weights.shape
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def serialize(self) -> bytes:
        hidden = ["batch", "length", self._shape.hidden]
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [
                helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, hidden),
                helper.make_tensor_value_info("mask", TensorProto.INT32, ["batch", "length"]),
            ],
            [helper.make_tensor_value_info("states", TensorProto.FLOAT, hidden)],
            self._constants,
        )
        operators = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=operators, ir_version=8)
        serialized: bytes = model.SerializeToString()
        return serialized

    def layers(self) -> None:
        self._constant("zero", np.array(_ZERO_POINT, np.uint8))
        self._constant("one", np.array(1.0, np.float32))
        self._constant("per_step", np.array(1 / _STEPS, np.float32))
        self._constant("tiny", np.array(1e-9, np.float32))
        self._constant("rows", np.array([-1, self._shape.hidden], np.int64))
        self._zero_points()
        self._constant("emb.w", self._weights.array("emb.ln.w"))
        self._constant("emb.b", self._weights.array("emb.ln.b"))
        epsilon = self._shape.epsilon
        self._node("Reshape", ["embeddings", "rows"], "tokens")
        self._node("LayerNormalization", ["tokens", "emb.w", "emb.b"], "states.0", epsilon=epsilon)
        for index in range(self._shape.layers):
            self._layer(index)
        self._node("Shape", ["embeddings"], "embeddings.shape")
        self._node("Reshape", [f"states.{self._shape.layers}", "embeddings.shape"], "states")

    def _zero_points(self) -> None:
        """One zero point a row, for the quantisation along rows; and the shape that attention wants back."""
        self._node("Shape", ["mask"], "mask.shape")
        self._constant("flat", np.array([-1], np.int64))
        self._node("Concat", ["mask.shape", "flat"], "sentences", axis=0)
        self._node("ReduceProd", ["mask.shape"], "row_count", keepdims=1)
        self._node("Expand", ["zero", "row_count"], "zeros")

    def _layer(self, index: int) -> None:
        name = f"l{index}"
        before = f"states.{index}"
        attended = self._attention(name, before)
        projected = self._linear(attended, f"{name}.ao", [f"{name}.ao"], self._shape.hidden)
        middle = self._add_and_normalize(projected, before, f"{name}.ao", f"{name}.aln", f"{name}.middle")
        wide = self._linear(middle, f"{name}.fi", [f"{name}.fi"], self._shape.hidden)
        self._constant(f"{name}.fi.bias", self._weights.array(f"{name}.fi.b"))
        self._node("BiasGelu", [wide, f"{name}.fi.bias"], f"{name}.gelu", domain=_MICROSOFT)
        narrow = self._linear(f"{name}.gelu", f"{name}.fo", [f"{name}.fo"], self._shape.inner)
        self._add_and_normalize(narrow, middle, f"{name}.fo", f"{name}.oln", f"states.{index + 1}")

    def _attention(self, name: str, states: str) -> str:
        parts = [f"{name}.{part}" for part in ("q", "k", "v")]
        joined = self._linear(states, f"{name}.qkv", parts, self._shape.hidden)
        self._constant(f"{name}.qkv.bias", np.concatenate([self._weights.array(f"{part}.b") for part in parts]))
        sentences = self._node("Reshape", [joined, "sentences"], f"{name}.sentences")
        self._nodes.append(helper.make_node("Split", [sentences], parts, axis=-1))
        self._node(
            "MultiHeadAttention",
            [*parts, f"{name}.qkv.bias", "mask"],
            f"{name}.attended",
            domain=_MICROSOFT,
            num_heads=self._shape.heads,
        )
        return self._node("Reshape", [f"{name}.attended", "rows"], f"{name}.attended_rows")

    def _add_and_normalize(self, new: str, old: str, bias: str, norm: str, output: str) -> str:
        self._constant(f"{bias}.bias", self._weights.array(f"{bias}.b"))
        self._constant(f"{norm}.w", self._weights.array(f"{norm}.w"))
        self._constant(f"{norm}.b", self._weights.array(f"{norm}.b"))
        inputs = [new, old, f"{norm}.w", f"{norm}.b", f"{bias}.bias"]
        return self._node("SkipLayerNormalization", inputs, output, domain=_MICROSOFT, epsilon=self._shape.epsilon)

    def _linear(self, states: str, name: str, parts: Sequence[str], inputs: int) -> str:
        """``states`` times a weight (several ones side by side), without bias; the row's step is multiplied back."""
        matrix = np.concatenate([self._weights.matrix(f"{part}.w", inputs) for part in parts], axis=1)
        steps = np.maximum(np.abs(matrix).max(axis=0) / _STEPS, 1e-12).astype(np.float32)
        self._constant(f"{name}.weight", (np.rint(matrix / steps) + _ZERO_POINT).astype(np.uint8))
        self._constant(f"{name}.steps", steps)
        integers, row_steps = self._quantize(states, name)
        product = self._node(
            "MatMulIntegerToFloat",
            [integers, f"{name}.weight", "one", f"{name}.steps", "zero", "zero"],
            f"{name}.product",
            domain=_MICROSOFT,
        )
        return self._node("Mul", [product, row_steps], f"{name}.out")

    def _quantize(self, states: str, name: str) -> tuple[str, str]:
        """Integers of each row, and the rows' steps as a column."""
        self._node("Abs", [states], f"{name}.abs")
        self._node("ReduceMax", [f"{name}.abs"], f"{name}.max", axes=[-1], keepdims=1)
        self._node("Max", [f"{name}.max", "tiny"], f"{name}.peak")
        steps = self._node("Mul", [f"{name}.peak", "per_step"], f"{name}.row_steps")
        flat = self._node("Reshape", [steps, "flat"], f"{name}.flat_steps")
        return self._node("QuantizeLinear", [states, flat, "zeros"], f"{name}.integers", axis=0), steps

    def _constant(self, name: str, value: np.ndarray) -> None:
        self._constants.append(numpy_helper.from_array(value, name))

    def _node(self, operator: str, inputs: Sequence[str], output: str, **attributes: object) -> str:
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output
