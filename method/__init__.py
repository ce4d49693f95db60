"""Carbon accounting: exact, pure, ignorant of cryptography and of files."""
