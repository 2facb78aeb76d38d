"""Everything that runs before, around or beside the application. Python's standard library only."""
