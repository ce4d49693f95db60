"""Pages of an accredited verifier: ask an owner, read what was opened, sign what was found."""
