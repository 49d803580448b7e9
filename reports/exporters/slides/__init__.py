"""Slides: the outline (draw.py) drawn with shapes (shapes.py) onto template.pptx, as much text as fits (fitting.py)."""
