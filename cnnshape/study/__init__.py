"""Studies: comparisons and explanations of a design's figures."""
