"""A PostHog Cloud, a Slack and a PagerDuty on loopback, that can be broken on command.

They are stateful, so that a test can ask afterwards what an engineer on call would have seen.
`python -m tests.world` runs them by themselves.
"""
