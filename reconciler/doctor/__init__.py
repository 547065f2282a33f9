"""What is wrong with a setup, and what a space accepts: the findings and the probe of `doctor`."""
