"""Makes docs/commands.md from the command lines' own help: `python -m docs.make_commands`.

The help is taken from the commands themselves and written as plain text of one width, so that the file is the same
whatever terminal, colours and environment it is made with.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import typer.main

import dashboard.__main__ as dashboard_program
import data_prep.__main__ as prep_program

FILE: Final = Path(__file__).with_name("commands.md")
WIDTH: Final = 100
"""Letters of a line of help, whatever the terminal."""
PREP: Final = "python -m data_prep"
DASHBOARD: Final = "python -m dashboard"

_HEAD: Final = """# Commands

Made by `python -m docs.make_commands` from the help of the commands, which `--help` shows too: change the help and make \
this file again. What the commands are for, with examples, is in the [README](../README.md).
"""


def program(name: str) -> Any:
    """What stands behind `python -m data_prep` or `python -m dashboard`: a command, or a group of them."""
    command = typer.main.get_command((prep_program if name == PREP else dashboard_program).app)
    for part in (command, *getattr(command, "commands", {}).values()):
        part.rich_markup_mode = None  # plain text: boxes and colours would depend on the terminal
    return command


def _context(command: Any, name: str, parent: Any = None) -> Any:
    return command.context_class(
        command, info_name=name, parent=parent, terminal_width=WIDTH, **command.context_settings
    )


def helps(name: str) -> dict[str, str]:
    """The help of a program and of each of its commands, by what is typed to run it."""
    command = program(name)
    whole = _context(command, name)
    parts = {
        f"{name} {part}": child.get_help(_context(child, part, whole))
        for part, child in getattr(command, "commands", {}).items()
    }
    return {title: text.strip() for title, text in ({name: command.get_help(whole)} | parts).items()}


def parse(name: str, arguments: Sequence[str]) -> None:
    """Reads a command line as the program would, and runs nothing; raises what the program raises where it cannot."""
    command = program(name)
    if not hasattr(command, "commands"):
        command.make_context(name, list(arguments))
        return
    part, *rest = arguments
    if part not in command.commands:
        raise LookupError(f"{name} has no command {part}")
    command.commands[part].make_context(part, rest)


def text() -> str:
    """The whole of commands.md."""
    sections = [
        f"## {title}\n\n```text\n{words}\n```\n" for name in (PREP, DASHBOARD) for title, words in helps(name).items()
    ]
    return "\n".join([_HEAD, *sections])


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
