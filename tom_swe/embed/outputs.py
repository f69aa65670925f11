"""More of what a graph computes among its outputs, without a library to rewrite it."""

from collections.abc import Iterable

# Field numbers of onnx.proto: ModelProto.graph, GraphProto.output, ValueInfoProto.name.
_GRAPH, _OUTPUT, _NAME = 7, 12, 1
_BYTES = 2  # the wire type of what carries its length


def with_outputs(model: bytes, names: Iterable[str]) -> bytes:
    """The ONNX model with these values of its graph as outputs after those it has.

    Protocol buffers merge messages that are laid end to end, lists item by item.
    """
    outputs = b"".join(_field(_OUTPUT, _field(_NAME, name.encode("ascii"))) for name in names)
    return model + _field(_GRAPH, outputs)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    low = bytearray()
    while number > 127:
        low.append(number & 127 | 128)
        number >>= 7
    low.append(number)
    return bytes(low)
