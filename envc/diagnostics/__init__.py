"""Diagnostics: what envc says about a program, a lock or the world, as values.

Raising, collecting and printing are elsewhere: a stage raises one `Report`, `envc/cli/console.py` prints it.
"""

from envc.diagnostics.diagnostic import Concern, Diagnostic, Fix, Label, Report, Severity
from envc.diagnostics.source import Location, Source, Span

__all__ = ["Concern", "Diagnostic", "Fix", "Label", "Location", "Report", "Severity", "Source", "Span"]
