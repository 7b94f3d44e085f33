"""Exported by cnnshape from fast_rcnn.yaml (sha256 0000000000000000)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def roi_pool(x: Tensor, boxes: Tensor, size: tuple[int, int], scale: float) -> Tensor:
    """The largest values of a grid on each box: (N, C, H, W) to (N * K, C, *size).

    The boxes are those of the first image, then those of the next: (N * K, 4), each
    as x1, y1, x2, y2.
    """
    height, width = x.shape[2:]
    pooled = []
    for index, box in enumerate((boxes * scale).round().long().tolist()):
        left, right = (min(max(at, 0), width - 1) for at in (box[0], box[2]))
        top, bottom = (min(max(at, 0), height - 1) for at in (box[1], box[3]))
        image = x[index * x.shape[0] // len(boxes)]
        region = image[:, top : max(top, bottom) + 1, left : max(left, right) + 1]
        pooled.append(F.adaptive_max_pool2d(region, size))
    return torch.stack(pooled)


class FastRCNNVGG16PascalVOC(nn.Module):
    """Fast R-CNN (VGG-16, Pascal VOC).

    image: (N, 3, 600, 1000)
    rois: (N * 128, 4)
    Returns scores: (N * 128, 21)
    Returns offsets: (N * 128, 84)
    """

    def __init__(self, classes: int = 21) -> None:
        super().__init__()
        channels = 3
        stage: list[nn.Module] = []
        for i, (width, n) in enumerate(zip((64, 128, 256, 512, 512), (2, 2, 3, 3, 3), strict=True)):
            for _ in range(n):
                stage += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            if not i == 4:
                stage.append(nn.MaxPool2d(2))
        self.stage = nn.Sequential(*stage)
        self.fc7 = nn.Sequential(
            nn.Flatten(),
            nn.Linear(channels * 49, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
        )
        self.scores = nn.Linear(4096, classes)
        self.offsets = nn.Linear(4096, 4 * classes)

    def forward(self, image: Tensor, rois: Tensor) -> dict[str, Tensor]:
        x = self.stage(image)
        x = roi_pool(x, rois, (7, 7), 0.0625)
        fc7 = self.fc7(x)
        scores = self.scores(fc7)
        offsets = self.offsets(fc7)
        return {"scores": scores, "offsets": offsets}
