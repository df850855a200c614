"""The machine: environment, code, hardware, packages, resources.

Start with `collect_environment` and `collect_code`, which a run record keeps; `Meter`
measures what a run costs; `find_dangers` says what endangers reproducibility here.
Nothing in this folder records host names, user names or absolute paths.
"""
