"""Everything durable but blobs: one contract, one SQL implementation for SQLite and PostgreSQL."""
