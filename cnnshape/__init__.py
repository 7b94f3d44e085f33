"""cnnshape: shapes and costs of convolutional networks from a YAML spec."""
