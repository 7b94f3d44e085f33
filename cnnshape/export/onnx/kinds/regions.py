"""Regions that are cut out of a map by boxes."""

from cnnshape.export.onnx.layer import Lowering, Unsayable
from cnnshape.export.onnx.proto import Constant


def _images(low: Lowering) -> str:
    """The number of the image of each box: the boxes of the first image come first, then those of the next."""
    if low.rank != 2:
        raise Unsayable("regions are cut out of maps with two axes only")
    count = low.op("Gather", low.op("Shape", low.inputs[1]), _whole(low, 0), axis=0)
    numbers = low.op("Range", _whole(low, 0), count, _whole(low, 1))
    return low.op("Div", numbers, _whole(low, low.app.inputs[1].boxes))


def _whole(low: Lowering, value: int) -> str:
    return low.op("Constant", value=Constant((), (value,)))


def roi_align(low: Lowering) -> str:
    """RoiAlign."""
    height, width = low.result[1:]
    mode = "half_pixel" if low.layer.aligned else "output_half_pixel"
    return low.op(
        "RoiAlign", low.x, low.inputs[1], _images(low),
        output_height=height, output_width=width, sampling_ratio=low.layer.samples,
        spatial_scale=float(low.layer.scale), coordinate_transformation_mode=mode,
    )  # fmt: skip


def roi_pool(low: Lowering) -> str:
    """MaxRoiPool, whose boxes have the number of their image in front."""
    images = low.op("Unsqueeze", low.op("Cast", _images(low), to=1), low.wholes(1))
    boxes = low.op("Concat", images, low.inputs[1], axis=1)
    return low.op("MaxRoiPool", low.x, boxes, pooled_shape=low.result[1:], spatial_scale=float(low.layer.scale))
