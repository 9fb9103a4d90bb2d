"""The whole way out, tried with the real parts: to a test pager and a test room, and back."""
