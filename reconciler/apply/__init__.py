"""Act: carry out a plan, item by item, and report what was seen."""
