"""The certificate page: three files that check a certificate in a browser, without a network. docs/certificate.md."""
