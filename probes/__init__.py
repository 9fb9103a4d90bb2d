"""How to look: one file a kind. Knows HTTP, knows nothing of incidents."""
