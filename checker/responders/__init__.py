"""One way out, one file. A responder never decides whether to send."""
