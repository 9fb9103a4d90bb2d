"""Outages in virtual time: the same policy, the same core and the same schedule, without waiting."""
