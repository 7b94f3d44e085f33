"""What a program and a notebook call: a study of a design, with the options of its command."""
