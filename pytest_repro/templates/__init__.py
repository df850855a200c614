"""What is written into other people's projects, and where it belongs.

Start with `candidates`: it decides what of a project is run; `beginnings` has what a
person begins anew. Nothing of a project is imported; it is read as syntax trees.
"""

from pytest_repro.templates.beginnings import Beginning, Framework, Kind, Name, begin
from pytest_repro.templates.candidates import Candidate, find_candidates
from pytest_repro.templates.changes import (
    Change,
    read_text,
    show_changes,
    write_changes,
)
from pytest_repro.templates.command_lines import read_command_lines
from pytest_repro.templates.first_experiment import module_folder, write_experiment
from pytest_repro.templates.places import find_place, is_taken, prepare
from pytest_repro.templates.rendering import render
from pytest_repro.templates.sources import Sources, read_sources
from pytest_repro.templates.starter import starter_data
from pytest_repro.templates.surroundings import ini_change, surrounding_changes

__all__ = [
    "Beginning",
    "Candidate",
    "Change",
    "Framework",
    "Kind",
    "Name",
    "Sources",
    "begin",
    "find_candidates",
    "find_place",
    "ini_change",
    "is_taken",
    "module_folder",
    "prepare",
    "read_command_lines",
    "read_sources",
    "read_text",
    "render",
    "show_changes",
    "starter_data",
    "surrounding_changes",
    "write_changes",
    "write_experiment",
]
