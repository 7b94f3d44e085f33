"""Code that keeps the blocks, loops and params of a spec."""
