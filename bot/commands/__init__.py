"""One file a command of the ``kefu`` command line; each has ``run(settings, options) -> exit code``."""
