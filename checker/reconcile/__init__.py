"""What the ledger of effects says was done, beside what PagerDuty and Slack show."""
