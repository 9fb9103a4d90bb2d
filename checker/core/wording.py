"""What people read: an incident as text. Plain text; responders escape and cut it for their own medium.

Shapes of `Effect.payload`, by duty (all JSON):

    page     {"key": str, "severity": "minor|major|critical", "summary": str, "source": str (target),
              "component": str (surface), "since": float, "details": {label: text}, "links": [{"href", "text"}]}
    resolve  {"key": str, "why": str}
    room     {"name": "inc-20261123-us-app-42", "topic": str, "purpose": str (holds the incident's id), "notice": Notice}
    post     {"notice": Notice}
    summary  {"notice": Notice}

    Notice   {"mood": "open|joined|worse|recovered|relapsed|closed|cancelled", "severity": str, "title": str (one line),
              "lines": [{"label": str, "text": str}], "next": str (what to do next, may be empty)}
"""
