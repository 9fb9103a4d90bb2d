"""What a config would have declared: stored looks played once more through the same core."""
