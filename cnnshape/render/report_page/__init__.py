"""A report as one HTML page that needs no other file: every part says which layers it shows."""
