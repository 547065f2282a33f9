"""From files and a schema to desired items."""
