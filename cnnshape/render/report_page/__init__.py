"""A report as one HTML page that needs no other file: every part marks the layers that it stands for."""
