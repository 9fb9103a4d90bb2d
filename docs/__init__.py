"""Documentation; `generate.py` makes the pages that must agree with the code."""
