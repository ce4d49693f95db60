"""What the report is made with: the template of the PDF, the style of the HTML, the fonts and their licence."""
