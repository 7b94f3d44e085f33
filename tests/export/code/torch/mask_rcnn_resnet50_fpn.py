"""Exported by cnnshape from mask_rcnn_resnet50_fpn.yaml (sha256 0000000000000000)."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def frozen(module: nn.Module, when: bool = True) -> nn.Module:
    """A module whose weights are not trained."""
    return module.requires_grad_(False) if when else module


def roi_align(
    x: Tensor,
    boxes: Tensor,
    size: tuple[int, int],
    scale: float,
    samples: tuple[int, int],
    aligned: bool = False,
) -> Tensor:
    """Bilinear means of a grid on each box: (N, C, H, W) to (N * K, C, *size).

    The boxes are those of the first image, then those of the next: (N * K, 4), each
    as x1, y1, x2, y2. Aligned boxes are moved by half a cell.
    """
    height, width = (n * count for n, count in zip(size, samples))
    moved = boxes * scale - (0.5 if aligned else 0.0)
    start, end = moved.reshape(x.shape[0], -1, 2, 2).unbind(2)
    extent = (end - start).clamp(min=0.0 if aligned else 1.0)
    across = (torch.arange(width, device=x.device) + 0.5) / width
    down = (torch.arange(height, device=x.device) + 0.5) / height
    columns = start[..., 0, None] + extent[..., 0, None] * across
    rows = start[..., 1, None] + extent[..., 1, None] * down
    columns = columns * (2 / max(x.shape[3] - 1, 1)) - 1
    rows = rows * (2 / max(x.shape[2] - 1, 1)) - 1
    columns = columns.unsqueeze(2).expand(-1, -1, height, -1)
    grid = torch.stack([columns, rows.unsqueeze(3).expand_as(columns)], 4)
    sampled = F.grid_sample(x, grid.flatten(1, 2), padding_mode="border", align_corners=True)
    sampled = sampled.reshape(*x.shape[:2], -1, height, width)
    return F.avg_pool2d(sampled.transpose(1, 2).flatten(0, 1), samples)


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, width: int, norm: Callable[..., nn.Module], stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, width, 1, bias=False),
            norm(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False),
            norm(width),
            nn.ReLU(),
            nn.Conv2d(width, 4 * width, 1, bias=False),
            norm(4 * width),
        )
        shortcut: list[nn.Module] = []
        if stride != 1 or in_channels != 4 * width:
            shortcut += [nn.Conv2d(in_channels, 4 * width, 1, stride=stride, bias=False), norm(4 * width)]
        self.shortcut = nn.Sequential(*shortcut)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x) + self.shortcut(x)
        return self.relu(x)


class Merge(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.lateral = nn.Conv2d(in_channels, 256, 1)

    def forward(self, x: Tensor, top: Tensor) -> Tensor:
        top_2 = F.interpolate(top, size=x.shape[2:])
        return self.lateral(x) + top_2


class Proposals(nn.Module):
    def __init__(self, in_channels: int, anchors: int, n: int) -> None:
        super().__init__()
        channels = in_channels
        layers: list[nn.Module] = []
        for _ in range(n):
            layers += [nn.Conv2d(channels, 256, 3, padding=1), nn.ReLU()]
            channels = 256
        self.layers = nn.Sequential(*layers)
        self.objectness = nn.Conv2d(channels, anchors, 1)
        self.offsets = nn.Conv2d(channels, 4 * anchors, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(x)
        return torch.cat([self.objectness(x), self.offsets(x)], 1)


class Masks(nn.Module):
    def __init__(self, in_channels: int, classes: int) -> None:
        super().__init__()
        channels = in_channels
        layers: list[nn.Module] = []
        for _ in range(4):
            layers += [nn.Conv2d(channels, 256, 3, padding=1), nn.ReLU()]
            channels = 256
        layers += [nn.ConvTranspose2d(256, 256, 2, stride=2), nn.ReLU(), nn.Conv2d(256, classes, 1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class MaskRCNNResNet50FPN(nn.Module):
    """Mask R-CNN (ResNet-50, FPN).

    image: (N, 3, 800, 800)
    proposals: (N * 1000, 4)
    detections: (N * 100, 4)
    Returns rpn2: (N, 15, 200, 200)
    Returns rpn3: (N, 15, 100, 100)
    Returns rpn4: (N, 15, 50, 50)
    Returns rpn5: (N, 15, 25, 25)
    Returns rpn6: (N, 15, 13, 13)
    Returns scores: (N * 1000, 91)
    Returns offsets: (N * 1000, 364)
    Returns masks: (N * 100, 91, 28, 28)
    """

    def __init__(self, classes: int = 91, anchors: int = 3, proposal_convs: int = 1, box_linears: int = 2) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            frozen(nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)),
            nn.BatchNorm2d(64, eps=0, affine=False),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        channels = 64
        self.stage = nn.ModuleList()
        for i, (width, stride, n) in enumerate(zip((64, 128, 256, 512), (1, 2, 2, 2), (3, 4, 6, 3), strict=True)):
            layers: list[nn.Module] = []
            for i_2 in range(n):
                layers.append(
                    frozen(
                        Bottleneck(
                            channels,
                            width,
                            partial(nn.BatchNorm2d, eps=0, affine=False),
                            stride=stride if i_2 == 0 else 1,
                        ),
                        i == 0,
                    ),
                )
                channels = 4 * width
            self.stage.append(nn.Sequential(*layers))
        self.merged5 = nn.Conv2d(channels, 256, 1)
        self.merged4 = Merge(1024)
        self.merged3 = Merge(512)
        self.merged2 = Merge(256)
        self.p2 = nn.Conv2d(256, 256, 3, padding=1)
        self.p3 = nn.Conv2d(256, 256, 3, padding=1)
        self.p4 = nn.Conv2d(256, 256, 3, padding=1)
        self.p5 = nn.Conv2d(256, 256, 3, padding=1)
        self.rpn2 = Proposals(256, anchors, proposal_convs)
        self.flatten = nn.Flatten()
        channels_2 = 12544
        features: list[nn.Module] = []
        for _ in range(box_linears):
            features += [nn.Linear(channels_2, 1024), nn.ReLU()]
            channels_2 = 1024
        self.features = nn.Sequential(*features)
        self.scores = nn.Linear(channels_2, classes)
        self.offsets = nn.Linear(channels_2, 4 * classes)
        self.masks = Masks(256, classes)

    def forward(self, image: Tensor, proposals: Tensor, detections: Tensor) -> dict[str, Tensor]:
        x = self.stem(image)
        stage_outputs: list[Tensor] = []
        stage = x
        for layer in self.stage:
            stage = layer(stage)
            stage_outputs.append(stage)
        merged5 = self.merged5(stage)
        merged4 = self.merged4(stage_outputs[2], merged5)
        merged3 = self.merged3(stage_outputs[1], merged4)
        merged2 = self.merged2(stage_outputs[0], merged3)
        p2 = self.p2(merged2)
        p3 = self.p3(merged3)
        p4 = self.p4(merged4)
        p5 = self.p5(merged5)
        p6 = p5[:, :, ::2, ::2]
        rpn2 = self.rpn2(p2)
        rpn3 = self.rpn2(p3)
        rpn4 = self.rpn2(p4)
        rpn5 = self.rpn2(p5)
        rpn6 = self.rpn2(p6)
        x = roi_align(p2, proposals, (7, 7), 0.25, (2, 2))
        x = self.flatten(x)
        features = self.features(x)
        scores = self.scores(features)
        offsets = self.offsets(features)
        x = roi_align(p2, detections, (14, 14), 0.25, (2, 2))
        masks = self.masks(x)
        return {
            "rpn2": rpn2,
            "rpn3": rpn3,
            "rpn4": rpn4,
            "rpn5": rpn5,
            "rpn6": rpn6,
            "scores": scores,
            "offsets": offsets,
            "masks": masks,
        }
