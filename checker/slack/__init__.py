"""What people say in Slack: read, put into the inbox, and answered."""
