"""What a certificate says, for people: the report as PDF and HTML, in Chinese or English. docs/certificate.md."""
