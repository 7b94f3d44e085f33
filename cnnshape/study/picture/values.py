"""The tensors of a report by name: what gives and reads each."""

from cnnshape.layers import Shape
from cnnshape.report import Report


class Values:
    """The tensors of a report: the layer that gives each, the layers that read it, and its shape."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.position = {row.name: index for index, row in enumerate(report.rows)}
        self.last_reader = {source: index for index, row in enumerate(report.rows) for source in row.sources}
        self.outputs: dict[str, list[str]] = {}
        for output, name in report.output_layers.items():
            self.outputs.setdefault(name, []).append(output)

    def shape(self, name: str) -> Shape:
        """The shape of a layer's output, or of an input of the network."""
        index = self.position.get(name)
        return self.report.inputs[name].shape if index is None else self.report.rows[index].output

    def leaves(self, index: int, end: int) -> bool:
        """Whether the output of a layer is read from position `end` on, or is an output of the network."""
        name = self.report.rows[index].name
        return name in self.outputs or self.last_reader.get(name, -1) >= end


def boxes_text(number: int) -> str:
    """`128 boxes`"""
    return f"{number:,} box{'' if number == 1 else 'es'}"
