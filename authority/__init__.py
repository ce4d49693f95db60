"""The enrolment authority: a root key of its own, one-time invitations, one identity per legal entity."""
