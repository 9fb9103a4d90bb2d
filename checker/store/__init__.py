"""What must outlive a crash: incidents, their timelines, the outbox, the inbox, and what was seen."""
