"""Darknet: networks as `.cfg` files. Weights are never opened."""

from cnnshape.bridge.darknet.reader import darknet_network, read_darknet

__all__ = ["darknet_network", "read_darknet"]
