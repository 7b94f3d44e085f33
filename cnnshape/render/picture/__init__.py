"""Pictures of networks: placing cards, routing wires, and writing them as SVG, Mermaid and DOT."""
