"""Studies: what a design's figures say when they are compared, explained, or traced back."""
