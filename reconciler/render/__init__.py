"""Tell: plans and reports as text people and programs read.  Pure, everything returns str."""
