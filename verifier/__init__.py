"""`sealsum verify`: check a certificate bundle offline, from the file and two pins."""
