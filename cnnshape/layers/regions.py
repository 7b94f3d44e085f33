"""Pooling of regions: a grid of one size out of each box of a feature map."""

from cnnshape.arithmetic import Factor, Unknown, When
from cnnshape.layers.argument import FLAG, NATURAL, POSITIVE_NUMBER, POSITIVE_PER_AXIS, TENSOR, PerAxis, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import OUTPUT_VALUES, Given
from cnnshape.layers.family import Unweighted
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, format_shape
from cnnshape.layers.window import Coverage, Footprint, grid, per_axis


class RegionPool(Unweighted):
    """Pools each box of a feature map to a grid of one size."""

    enlarges = True
    size: PerAxis = arg(
        POSITIVE_PER_AXIS, "size of the output of each box", main=True, foreign=("output_size", "out", "pooled_size")
    )
    boxes: Tensor = arg(TENSOR, "the input or step that gives the boxes", foreign=("rois", "regions"))
    scale: float = arg(
        POSITIVE_NUMBER, "cells of the feature map per pixel of the boxes", default=1.0, foreign=("spatial_scale",)
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        features, boxes = inputs
        sizes = grid(features, self.name)
        if features.boxes != 1:
            raise LayerProblem(f"{self.name} works on a whole feature map, but this one is one per box")
        if boxes.shape != (4,):
            message = f"`boxes` are 4 coordinates each, but this tensor is {format_shape(boxes.shape)}"
            help = "declare an input of boxes: `input: {image: [3, 600, 1000], rois: {boxes: 128}}`"
            raise LayerProblem(message, argument="boxes", help=help)
        return Tensor((features.shape[0], *per_axis(self.size, len(sizes), "size")), boxes.boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.WHOLE


@layer
class RoiPool(RegionPool):
    """The largest value of each cell of a grid laid over each box. Source: Girshick (2015), Fast R-CNN."""

    name = "roi_pool"
    foreign = ("RoIPool", "MaxRoiPool", "ROIPooling", "RoiPooling", "roi_pooling")
    flops_formula = Unknown("it depends on the boxes")


def _samples(given: Given) -> Shape:
    return (given.layer.samples,) * (len(given.inputs[0].shape) - 1)


@layer
class RoiAlign(RegionPool):
    """The mean of bilinear samples in each cell of a grid laid over each box. Source: He et al. (2017), Mask R-CNN."""

    name = "roi_align"
    foreign = ("RoIAlign", "ROIAlign", "RoiAlign")
    flops_formula = When(
        "`samples: 0`",
        lambda given: given.layer.samples == 0,
        Unknown("as many samples as the box has cells"),
        (8 * Factor("samples", _samples) * OUTPUT_VALUES).noted("7 for the 4 taps of a sample, 1 for the mean"),
    )
    samples: int = arg(
        NATURAL, "samples per cell and axis; 0: as many as the box has cells", default=0, foreign=("sampling_ratio",)
    )
    aligned: bool = arg(FLAG, "moves the samples by half a cell, as Detectron2 does", default=False)
