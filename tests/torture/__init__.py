"""What the daemon must survive, as a real process in a loopback world. `make torture` runs it all; not part of the tests."""
