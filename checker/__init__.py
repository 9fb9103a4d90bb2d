"""Decides, by the handbook's words, whether what the probes see is an incident, and acts on it."""
