"""Act: carry a plan out, item by item, and report what was seen."""
