"""Writes Darknet's cfg files of the published networks, from the tables in the papers."""


def section(word: str, **options: object) -> str:
    return "\n".join((f"[{word}]", *(f"{name}={value}" for name, value in options.items())))


def cfg(*sections: str, width: int = 32, height: int = 32, channels: int = 3) -> str:
    """A cfg of an input and sections."""
    return "\n\n".join((section("net", batch=1, width=width, height=height, channels=channels), *sections)) + "\n"


def conv(filters: int, size: int = 3, stride: int = 1, activation: str = "leaky", **more: object) -> str:
    """A convolution with a batch norm, as all but those before a detector."""
    return section(
        "convolutional",
        batch_normalize=1,
        filters=filters,
        size=size,
        stride=stride,
        pad=1,
        activation=activation,
        **more,
    )


def residual(filters: int) -> list[str]:
    """The residual block of Darknet-53. Source: Redmon and Farhadi (2018), table 1."""
    return [conv(filters // 2, 1), conv(filters), section("shortcut", **{"from": -3, "activation": "linear"})]


def darknet53() -> list[str]:
    """The layers of Darknet-53 without its head. Source: Redmon and Farhadi (2018), table 1."""
    sections = [conv(32)]
    for filters, count in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        sections.append(conv(filters, stride=2))
        for _ in range(count):
            sections += residual(filters)
    return sections


def head(filters: int, classes: int) -> list[str]:
    """Five convolutions and a detector with 3 boxes at each cell."""
    sections = []
    for _ in range(3):
        sections += [conv(filters, 1), conv(2 * filters)]
    last = section("convolutional", size=1, stride=1, pad=1, filters=3 * (classes + 5), activation="linear")
    return [*sections, last, section("yolo", mask="0,1,2", classes=classes, num=9)]


def yolov3(classes: int = 80, size: int = 416) -> str:
    """YOLOv3. Source: Redmon and Farhadi (2018), section 2.3; the parts that are joined as in the authors' code."""
    sections = [*darknet53(), *head(512, classes)]
    for filters, source in ((256, 61), (128, 36)):
        sections += [section("route", layers=-4), conv(filters, 1), section("upsample", stride=2)]
        sections += [section("route", layers=f"-1, {source}"), *head(filters, classes)]
    return cfg(*sections, width=size, height=size)
