"""Layers that work on regions of interest: what follows them runs once per box."""

from cnnshape.layers.argument import NATURAL, POSITIVE_NUMBER, POSITIVE_PER_AXIS, TENSOR, PerAxis, arg
from cnnshape.layers.contract import LayerProblem, Tensor, layer
from cnnshape.layers.family import Unweighted, grid, per_axis, show
from cnnshape.layers.window import Footprint, Sight


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
            message = f"`boxes` are 4 coordinates each, but this tensor is {show(boxes.shape)}"
            help = "declare an input of boxes: `input: {image: [3, 600, 1000], rois: {boxes: 128}}`"
            raise LayerProblem(message, argument="boxes", help=help)
        return Tensor((features.shape[0], *per_axis(self.size, len(sizes), "size")), boxes.boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Sight.WHOLE


@layer
class RoiPool(RegionPool):
    """The largest value of each cell of a grid laid over each box. Source: Girshick (2015), Fast R-CNN."""

    name = "roi_pool"
    foreign = ("RoIPool", "MaxRoiPool", "ROIPooling", "RoiPooling", "roi_pooling")
    operations = "unknown: it depends on the boxes"

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return None


@layer
class RoiAlign(RegionPool):
    """The mean of bilinear samples in each cell of a grid laid over each box. Source: He et al. (2017), Mask R-CNN."""

    name = "roi_align"
    foreign = ("RoIAlign", "ROIAlign", "RoiAlign")
    operations = "8 per sample (7 for 4 taps, 1 for the mean); unknown where `samples` is 0"
    samples: int = arg(
        NATURAL, "samples per cell and axis; 0: as many as the box has cells", default=0, foreign=("sampling_ratio",)
    )

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        if self.samples == 0:
            return None
        samples: int = self.samples ** (len(output.shape) - 1)
        return 8 * samples * output.elements
