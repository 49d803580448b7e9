"""What the PDF needs beside its template: the report as plain data, text that fonts can draw, Markdown as blocks."""
