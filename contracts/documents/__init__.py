"""Documents: what they say in three languages, how they look, and the PDF that comes of both.

Pure of the database: inputs come in as plain data, bytes go out. The same inputs, language, number and day of
issue give the same bytes.
"""
