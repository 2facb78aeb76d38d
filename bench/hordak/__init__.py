"""django-hordak, an accounting package from PyPI, in a process and a database of its own."""
