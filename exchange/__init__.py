"""A certified result in the formats that others read: PACT, Battery Pass, Catena-X, tables. No I/O."""
