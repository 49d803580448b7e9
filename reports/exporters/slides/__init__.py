"""What the slides are made of: the master, the parts of a slide, charts, and how much text fits."""
