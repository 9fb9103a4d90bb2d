"""The world beside the real thing: PostHog's own SDKs, and a ClickHouse. `make conformance`, never `make test`."""
