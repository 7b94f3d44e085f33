"""What a picture of a network shows: cards, wires between them, and the forms of its blocks."""
